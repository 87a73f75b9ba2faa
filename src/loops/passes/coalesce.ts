/** As few axes as the accesses allow: none of size 1, neighbours merged, strides descending. */
import type { Access, Instruction, Nest, LoopProgram, Statement } from "../program.ts";
import { accessOf } from "../analysis/access.ts";
import { coalesceProduct } from "../analysis/coalesce-product.ts";
import { type JoinedAxes, mergeable, mergeBody, sizeOf } from "../analysis/groups.ts";

export const coalesce = (program: LoopProgram): LoopProgram => ({
  ...program,
  body: coalesceList(program.body, 0),
});

const coalesceList = (statements: readonly Statement[], depth: number): readonly Statement[] =>
  statements.map((statement) => {
    switch (statement.kind) {
      case "barrier":
        return statement;
      case "loop":
        return { ...statement, body: coalesceList(statement.body, depth + 1) };
      case "nest":
        return statement.order === "ordered" ? statement : coalesceNest(statement, depth);
      case "product":
        return coalesceProduct(statement);
    }
  });

const accessesOf = (body: readonly Instruction[]): readonly Access[] =>
  body.flatMap((instruction) => accessOf(instruction) ?? []);

/** A nest inside `depth` loops, not an ordered one. */
export const coalesceNest = (nest: Nest, depth: number): Nest => {
  const { axes, reduced, body, order } = nest;
  const accesses = storesFirst(body);
  const pinned = new Set(body.flatMap((one) => (one.op === "index" ? one.axis : [])));
  const last = axes.length - 1;
  const free = order === "sequential" ? last : axes.length - reduced;
  const varying = [...axes.keys()].filter((axis) => (axes[axis] ?? 1) > 1);
  const groupsOf = (from: number, to: number, whole: boolean): readonly JoinedAxes[] => {
    const range = varying.filter((axis) => axis >= from && axis < to);
    // The batch, which threads share inside loops, stays apart.
    const sorted = range.toSorted((a, b) => byStride(accesses, a, b));
    const apart = whole ? -1 : (sorted[0] ?? -1);
    return mergeNeighbours(axes, accesses, sorted, (axis) => pinned.has(axis) || axis === apart);
  };
  const freeGroups = groupsOf(0, free, depth === 0);
  const reducedGroups = order === "sequential" ? [[last]] : groupsOf(free, axes.length, true);
  const groups = [...freeGroups, ...reducedGroups];
  const merged = mergeBody(body, groups, axes);
  return {
    ...nest,
    axes: groups.map((group) => sizeOf(axes, group)),
    reduced: order === "sequential" ? 0 : reducedGroups.length,
    body:
      reduced > 0 && reducedGroups.length === 0
        ? merged.map((one) =>
            one.op === "reduce" ? { op: "store", value: one.value, to: one.to } : one,
          )
        : merged,
  };
};

/** What is stored decides the order of axes, then what is loaded. */
const storesFirst = (body: readonly Instruction[]): readonly Access[] => [
  ...accessesOf(body.filter(({ op }) => op !== "load")),
  ...accessesOf(body.filter(({ op }) => op === "load")),
];

/** By the first access that tells the two apart and goes along both; then by place. */
const byStride = (accesses: readonly Access[], a: number, b: number): number => {
  for (const { strides } of accesses) {
    const x = Math.abs(strides[a] ?? 0);
    const y = Math.abs(strides[b] ?? 0);
    if (x !== y && x !== 0 && y !== 0) return y - x;
  }
  return a - b;
};

const mergeNeighbours = (
  axes: readonly number[],
  accesses: readonly Access[],
  order: readonly number[],
  apart: (axis: number) => boolean,
): readonly JoinedAxes[] => {
  const groups: number[][] = [];
  let before: number | undefined;
  for (const axis of order) {
    const joins =
      before !== undefined &&
      !apart(before) &&
      !apart(axis) &&
      mergeable(axes, accesses, before, axis);
    if (joins) groups.at(-1)?.push(axis);
    else groups.push([axis]);
    before = axis;
  }
  return groups;
};
