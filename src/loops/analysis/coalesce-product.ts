/** As few axes as possible for products: what goes along with rows becomes rows, with columns, columns. */
import type { Access, Product, ProductTerm } from "../program.ts";
import { accessOf } from "./access.ts";
import { type JoinedAxes, mergeable, mergeAccess, mergeBody, sizeOf } from "./groups.ts";

export const coalesceProduct = (product: Product): Product => {
  const { axes, column, body, terms } = product;
  const stored = body.flatMap((instruction) => accessOf(instruction) ?? []);
  const operands = terms.flatMap(({ a, b }) => [a, b]);
  const accesses = [...stored, ...operands];
  const pinned = new Set(body.flatMap((one) => (one.op === "index" ? one.axis : [])));
  const rest = [...axes.keys()].filter((axis) => axis !== column && (axes[axis] ?? 1) > 1);
  const row = rowOf(product, rest);
  const groups: JoinedAxes[] = mergeAny(
    axes,
    accesses,
    [...rest.filter((axis) => axis !== row), ...(row === undefined ? [] : [row]), column].map(
      (axis) => [axis],
    ),
    (axis) => pinned.has(axis),
  );
  const placeOf = (axis: number): number => groups.findIndex((group) => group.includes(axis));
  const rank = axes.length;
  return {
    ...product,
    axes: groups.map((group) => sizeOf(axes, group)),
    row: row === undefined ? undefined : placeOf(row),
    column: placeOf(column),
    terms: terms.map((term) =>
      coalesceInner(
        {
          inner: term.inner,
          a: mergeAccess(term.a, groups, rank),
          b: mergeAccess(term.b, groups, rank),
        },
        groups.length,
      ),
    ),
    body: mergeBody(body, groups, axes),
  };
};

/** The given rows unless there is but one; then the longest axis that could be. */
const rowOf = (
  { row, axes, terms }: Product,
  candidates: readonly number[],
): number | undefined => {
  if (row !== undefined && candidates.includes(row)) return row;
  const possible = candidates.filter((axis) => terms.every(({ b }) => b.strides[axis] === 0));
  return possible.toSorted((x, y) => (axes[y] ?? 1) - (axes[x] ?? 1))[0];
};

/** Merges groups, wherever they stand, into those that they are the outer part of. */
const mergeAny = (
  axes: readonly number[],
  accesses: readonly Access[],
  groups: readonly JoinedAxes[],
  apart: (axis: number) => boolean,
): JoinedAxes[] => {
  let merged = [...groups];
  for (;;) {
    const sizes = merged.map((group) => sizeOf(axes, group));
    const rank = axes.length;
    const strided = accesses.map((access) => mergeAccess(access, merged, rank));
    const free = [...merged.keys()].filter((i) => !merged[i]?.some(apart));
    const found = free
      .flatMap((outer) => free.map((inner) => [outer, inner] as const))
      .find(([outer, inner]) => outer !== inner && mergeable(sizes, strided, outer, inner));
    if (found === undefined) return merged;
    const [outer, inner] = found;
    const joined = [...(merged[outer] ?? []), ...(merged[inner] ?? [])];
    merged = merged.flatMap((group, i) => (i === outer ? [] : i === inner ? [joined] : [group]));
  }
};

const coalesceInner = ({ inner, a, b }: ProductTerm, rank: number): ProductTerm => {
  const sizes = [...Array.from({ length: rank }, () => 1), ...inner];
  const varying = [...inner.keys()].filter((i) => (inner[i] ?? 1) > 1);
  const kept = varying.length > 0 ? varying : inner.length > 0 ? [0] : [];
  const groups = mergeAny(
    sizes,
    [a, b],
    kept.map((i) => [rank + i]),
    () => false,
  );
  const outer = Array.from({ length: rank }, (_, i) => [i]);
  return {
    inner: groups.map((group) => sizeOf(sizes, group)),
    a: mergeAccess(a, [...outer, ...groups], sizes.length),
    b: mergeAccess(b, [...outer, ...groups], sizes.length),
  };
};
