/** Which axis of a nest fills vectors: the one along which the nest costs least. */
import { elements } from "../../graph/shapes.ts";
import type { Instruction, Nest } from "../../loops/program.ts";
import type { Lanes } from "../code.ts";
import { accessOf } from "../../loops/analysis/access.ts";
import { costOf } from "../../loops/analysis/cost.ts";
import { at, type BodyAnalysis } from "./analysis.ts";
import { lanesFor, type Extent } from "./plan.ts";

export interface Vector {
  readonly axis: number;
  readonly lanes: Lanes;
}

/** None if single elements are as good. */
export const chooseVector = (
  nest: Nest,
  analysis: BodyAnalysis,
  extents: readonly Extent[],
  widest: Lanes,
): Vector | undefined => {
  const scalar: Vector = { axis: nest.axes.length - 1, lanes: 1 };
  let best = scalar;
  let lowest = costAlong(scalar, nest, analysis, extents);
  for (const [axis, extent] of extents.entries()) {
    const lanes = lanesFor(extent.least, widest);
    if (lanes === 1 || !isPossible(axis, lanes, nest, analysis, extent)) continue;
    const cost = costAlong({ axis, lanes }, nest, analysis, extents);
    if (cost <= lowest) [best, lowest] = [{ axis, lanes }, cost];
  }
  return best.lanes === 1 ? undefined : best;
};

const isPossible = (
  axis: number,
  lanes: Lanes,
  { axes, reduced, order }: Nest,
  { body, varies, live }: BodyAnalysis,
  { to, least, most }: Extent,
): boolean => {
  if (order === "sequential" && axis === axes.length - 1) return false;
  // Vectors may not overlap, and the parts of threads have no remainders.
  if (order === "ordered" && typeof to !== "number" && (least !== most || least % lanes !== 0))
    return false;
  const isReduced = axis >= axes.length - reduced;
  return [...body.entries()].every(([id, instruction]) => {
    const access = accessOf(instruction);
    if (access === undefined || live[id] !== true) return true;
    const { dynamic, strides } = access;
    if (dynamic !== undefined && varies[dynamic.value]?.has(axis) === true) return false;
    if (instruction.op === "load" || isReduced) return true;
    return strides[axis] !== 0 || !at(varies, id).has(axis);
  });
};

/** Work for each element in operations, roughly. */
const costAlong = (
  { axis, lanes }: Vector,
  { axes, reduced }: Nest,
  { body, varies, live }: BodyAnalysis,
  extents: readonly Extent[],
): number => {
  const size = extents[axis]?.most ?? 1;
  const vectors = Math.ceil(size / lanes);
  const free = axes.length - reduced;
  const isReduced = axis >= free;
  let cost = 0;
  for (const [id, instruction] of body.entries()) {
    if (live[id] !== true) continue;
    const own = at(varies, id);
    const inner = !isReduced && [...own].some((other) => other >= free);
    const times = own.has(axis) || inner ? vectors : 1;
    cost += (weightOf(instruction, axis, lanes) * times) / size;
    // Lanes are brought together once for each result.
    if (instruction.op === "reduce" && isReduced && lanes > 1) {
      cost += 6 / elements(axes.slice(free));
    }
  }
  return cost;
};

/** Elements of a way of the first cache, 4 KB: lines that far apart drive each other out. */
const way = 1024;

const weightOf = (instruction: Instruction, axis: number, lanes: Lanes): number => {
  const access = accessOf(instruction);
  if (access !== undefined && instruction.op !== "reduce") {
    const stride = Math.abs(access.strides[axis] ?? 0);
    if (stride <= 1 || lanes === 1) return 1;
    const each = instruction.op === "load" ? 1.2 : 1.5;
    return lanes * (stride % way === 0 ? 4 : 1) * each;
  }
  return costOf(instruction);
};
