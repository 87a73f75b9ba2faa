/** One kernel of a loop nest. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Instruction, Nest } from "../../loops/program.ts";
import type { CodeStatement, CodeTarget, Variable } from "../code.ts";
import { accessOf } from "../../loops/analysis/access.ts";
import { analyse, at, type BodyAnalysis } from "./analysis.ts";
import { costOf } from "../../loops/analysis/cost.ts";
import { chooseVector, type Vector } from "./choose.ts";
import { freshNames } from "./names.ts";
import {
  copiesOf,
  extentOf,
  lanesFor,
  overlapping,
  singly,
  type Extent,
  type LoopPlan,
  type NestPlan,
  type LoopRange,
} from "./plan.ts";
import { walk } from "./walk.ts";

/** The statements of the nest's kernel. */
export const emitNest = (
  nest: Nest,
  target: CodeTarget,
  threads: number,
  times: readonly Variable[],
): readonly CodeStatement[] => {
  const analysis = analyse(nest);
  const fresh = freshNames();
  return plansOf(nest, analysis, target, threads).flatMap((plan) =>
    walk({ analysis, plan, fresh, times }),
  );
};

/** One after the other; more than one only where vectors may not overlap. */
const plansOf = (
  nest: Nest,
  analysis: BodyAnalysis,
  target: CodeTarget,
  threads: number,
): readonly NestPlan[] => {
  const { axes, order, partitioned } = nest;
  const free = axes.length - nest.reduced;
  invariant(typeof partitioned !== "number" || partitioned < free, "a reduced axis is partitioned");
  const extents = axes.map((size, axis) => extentOf(size, axis === partitioned, threads));
  const vector = chooseVector(nest, analysis, extents, target.lanes);
  if (order === "ordered" && vector !== undefined) {
    return orderedPlans(extents, vector, target);
  }
  return [planOf(nest, extents, vector, copiesAtOnce(analysis))];
};

/**
 * How many sums to add to in turn, so that none waits for the one before: few where there is much else to do for
 * each element, which also keeps code short.
 */
const copiesAtOnce = (analysis: BodyAnalysis): number => {
  const work = [...analysis.body.keys()].reduce(
    (sum, id) => sum + (analysis.live[id] === true ? costOf(at(analysis.body, id)) : 0),
    0,
  );
  return Math.max(1, Math.floor(16 / work));
};

const planOf = (
  { axes, reduced, order, body }: Nest,
  extents: readonly Extent[],
  vector: Vector | undefined,
  room: number,
): NestPlan => {
  const inside = order === "sequential" ? 1 : reduced;
  const free = axes.length - inside;
  const outer = extents.slice(0, free).map((extent, axis) => singly(axis, extent));
  const inner = extents.slice(free).map((extent, i) => singly(free + i, extent));
  let unrolled = 1;
  if (vector !== undefined && vector.axis < free) {
    const extent = extentAt(extents, vector.axis);
    const crossed = inside === 0 ? crossedAxis(body, extents, vector.axis) : undefined;
    if (inside > 0) unrolled = vectorsAtOnce(extent, vector.lanes, Math.min(4, room));
    else if (crossed !== undefined) unrolled = vectorsInLine(extent, vector.lanes);
    const step = vector.lanes * unrolled;
    const copies = copiesOf(unrolled, vector.lanes);
    moveLast(outer, overlapping(vector.axis, extent, step, copies));
    if (crossed !== undefined) inBlocks(outer, crossed, extentAt(extents, crossed));
  }
  if (reduced > 0) {
    const axis = vector !== undefined && vector.axis >= free ? vector.axis : axes.length - 1;
    const lanes = vector?.axis === axis ? vector.lanes : 1;
    const extent = extentAt(extents, axis);
    moveLast(inner, { axis, regions: reducing(extent.most, lanes, Math.floor(room / unrolled)) });
  }
  return { loops: [...outer, ...inner], outside: outer.length, vector, hoist: true };
};

const extentAt = (extents: readonly Extent[], axis: number): Extent => {
  const extent = extents[axis];
  invariant(extent !== undefined, `no axis ${axis}`);
  return extent;
};

/** Replaces the loop over the axis, as the last one. */
const moveLast = (loops: LoopPlan[], loop: LoopPlan): void => {
  loops.splice(
    loops.findIndex(({ axis }) => axis === loop.axis),
    1,
  );
  loops.push(loop);
};

/** Elements of a cache line. */
const line = 16;

/** An axis along which memory is dense that the vectors stride through: a transposition's other one. */
const crossedAxis = (
  body: readonly Instruction[],
  extents: readonly Extent[],
  vector: number,
): number | undefined => {
  for (const { strides } of body.flatMap((instruction) => accessOf(instruction) ?? [])) {
    const dense = strides.findIndex(
      (stride, axis) =>
        Math.abs(stride) === 1 && axis !== vector && (extents[axis]?.least ?? 0) >= line,
    );
    if (dense >= 0 && Math.abs(strides[vector] ?? 0) > 1) return dense;
  }
  return undefined;
};

/**
 * Goes along the axis in blocks inside of the loop over vectors, and element by element inside of those: a line of vectors' lanes
 * are streams that are read one after the other, and lines are written whole.
 */
const inBlocks = (loops: LoopPlan[], axis: number, extent: Extent): void => {
  moveLast(loops, overlapping(axis, extent, line, [0]));
  loops.push(singly(axis, { from: 0, to: line, least: line, most: line }));
};

/** How many vectors make a line, or fewer where there are fewer. */
const vectorsInLine = ({ least }: Extent, lanes: number): number =>
  Math.floor(Math.min(line, least) / lanes);

/** How many vectors to do at once so that few are done twice. */
const vectorsAtOnce = ({ least, most }: Extent, lanes: number, limit: number): number => {
  let [best, lowest] = [1, Number.POSITIVE_INFINITY];
  for (let count = 1; count <= limit && count * lanes <= least; count += 1) {
    const cost = Math.ceil(most / (count * lanes)) * (count + 0.5);
    if (cost < lowest) [best, lowest] = [count, cost];
  }
  return best;
};

/** All of a reduced axis, each element once: several vectors at once, then one, then what is left of one. */
const reducing = (size: number, lanes: number, limit: number): readonly LoopRange[] => {
  const vectors = Math.floor(size / lanes);
  const count = [8, 4, 2].find((n) => n <= limit && 2 * n <= vectors) ?? 1;
  const many = Math.floor(vectors / count) * count * lanes;
  const whole = vectors * lanes;
  const step = count * lanes;
  const regions: LoopRange[] = [{ from: 0, to: many, step, copies: copiesOf(count, lanes) }];
  if (many < whole) regions.push({ from: many, to: whole, step: lanes, copies: [0] });
  if (whole < size) {
    const skip = lanes - (size - whole);
    regions.push({ from: size - lanes, to: size, step: lanes, copies: [0], skip });
  }
  return regions;
};

/** Whole vectors, then narrower ones, then single elements. */
const orderedPlans = (
  extents: readonly Extent[],
  { axis, lanes: widest }: Vector,
  { lanes: limit }: CodeTarget,
): readonly NestPlan[] => {
  const extent = extentAt(extents, axis);
  const { from, to } = extent;
  const plan = (region: Pick<LoopRange, "from" | "to">, lanes: Vector["lanes"]): NestPlan => {
    const loops = extents.map((each, i) => singly(i, each));
    moveLast(loops, { axis, regions: [{ ...region, step: lanes, copies: [0] }] });
    const vector = lanes === 1 ? undefined : { axis, lanes };
    return { loops, outside: loops.length, vector, hoist: true };
  };
  if (typeof to !== "number") return [plan({ from, to }, widest)];
  const plans: NestPlan[] = [];
  let start = 0;
  while (start < to) {
    const lanes = lanesFor(to - start, limit);
    const end = start + Math.floor((to - start) / lanes) * lanes;
    plans.push(plan({ from: start, to: end }, lanes));
    start = end;
  }
  return plans;
};
