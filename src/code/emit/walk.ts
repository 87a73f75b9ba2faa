/** Walks through a plan: loops, what is computed at each depth of them, and accumulators around the inner ones. */
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import type { Instruction, ReduceOp, InstructionId } from "../../loops/program.ts";
import { addAffine, binary, constant, get, splat } from "../build.ts";
import type { Affine, CodeExpr, CodeStatement } from "../code.ts";
import { at, type BodyAnalysis } from "./analysis.ts";
import { compute } from "./compute.ts";
import { axisName } from "./names.ts";
import { identityOf, typeFor } from "./operation.ts";
import type { LoopPlan, LoopRange } from "./plan.ts";
import {
  addressOf,
  copiesIn,
  isVector,
  keyOf,
  laneStep,
  lanesIn,
  type Accumulator,
  type KernelScope,
  type EmitScope,
} from "./scope.ts";

/** What is done in the innermost loop instead of computing the given instructions, as a product does. */
export type Innermost = (ids: readonly InstructionId[], scope: EmitScope) => void;

/** The statements of a kernel by its plan. */
export const walk = (kernel: KernelScope, innermost?: Innermost): readonly CodeStatement[] => {
  const out: CodeStatement[] = [];
  const scope: EmitScope = {
    ...kernel,
    index: new Map(),
    copies: new Map(),
    values: new Map(),
    accumulators: new Map(),
    skip: 0,
    out,
  };
  enter(0, scope, innermost);
  return out;
};

/** The code at a depth of loops, and all that is deeper. */
const enter = (depth: number, scope: EmitScope, innermost: Innermost | undefined): void => {
  const { plan, analysis } = scope;
  const here = computedIds(analysis).filter((id) => depthOf(id, scope) === depth);
  if (depth < plan.loops.length || innermost === undefined) computeAll(here, scope);
  else innermost(here, scope);
  const loop = plan.loops[depth];
  const inner = depth === plan.outside ? withAccumulators(scope) : scope;
  if (loop !== undefined) {
    openLoop(loop, inner, (inside) => {
      enter(depth + 1, inside, innermost);
    });
  }
  if (depth === plan.outside) finish(inner);
};

/** What there is to compute: neither numbers nor sums, which are there already, nor what nobody wants. */
export const computedIds = ({ body, live }: BodyAnalysis): readonly InstructionId[] =>
  [...body.keys()].filter((id) => {
    const { op } = at(body, id);
    return at(live, id) && op !== "number" && op !== "product";
  });

/** How many loops are around the computation of a value. */
const depthOf = (id: InstructionId, { analysis, plan }: EmitScope): number => {
  if (!plan.hoist) return plan.loops.length;
  const varies = at(analysis.varies, id);
  return plan.loops.reduce((depth, { axis }, i) => (varies.has(axis) ? i + 1 : depth), 0);
};

/** Copy by copy, so that few values live at once. */
export const computeAll = (ids: readonly InstructionId[], scope: EmitScope): void => {
  const done = new Set<string>();
  for (const copy of copiesIn(scope.copies)) {
    for (const id of ids) {
      const key = keyOf(scope, id, copy);
      if (done.has(key)) continue;
      done.add(key);
      compute(id, copy, scope);
    }
  }
};

/** Emits the loop, with what `emitBody` emits in its scope. */
export const openLoop = (
  { axis, regions }: LoopPlan,
  scope: EmitScope,
  emitBody: (inside: EmitScope) => void,
): void => {
  for (const region of regions) openRegion(axis, region, scope, emitBody);
};

const openRegion = (
  axis: number,
  { from, to, step, overlap, copies, skip }: LoopRange,
  scope: EmitScope,
  emitBody: (inside: EmitScope) => void,
): void => {
  const single = typeof from === "number" && typeof to === "number" && to - from <= step;
  const variable = single ? "" : scope.fresh(axisName(axis));
  const position: Affine = single
    ? constant(overlap === true ? to - step : from)
    : { constant: 0, terms: [{ variable, scale: 1 }] };
  const inside: EmitScope = {
    ...scope,
    index: new Map([
      ...scope.index,
      [axis, addAffine(scope.index.get(axis) ?? constant(0), position)],
    ]),
    copies: new Map([...scope.copies, [axis, copies]]),
    values: new Map(scope.values),
    skip: skip ?? scope.skip,
    out: single ? scope.out : [],
  };
  emitBody(inside);
  if (single) return;
  scope.out.push({
    kind: "for",
    variable,
    from,
    to,
    step,
    ...(overlap === true ? { overlap } : {}),
    body: inside.out,
  });
};

type Accumulating = Extract<Instruction, { op: "reduce" | "running" }>;

/** Reductions and running sums that are wanted. */
const accumulating = ({
  analysis,
}: EmitScope): readonly (readonly [InstructionId, Accumulating])[] =>
  [...analysis.body.entries()].flatMap(([id, instruction]) =>
    (instruction.op === "reduce" || instruction.op === "running") && at(analysis.live, id)
      ? [[id, instruction] as const]
      : [],
  );

/** The copies of the loops inside, at the most. */
const withInnerCopies = (scope: EmitScope): EmitScope => {
  const copies = new Map(scope.copies);
  for (const { axis, regions } of scope.plan.loops.slice(scope.plan.outside)) {
    const most = regions.reduce((a, b) => (b.copies.length > a.copies.length ? b : a));
    if (most.copies.length > 1) copies.set(axis, most.copies);
  }
  return { ...scope, copies };
};

const withAccumulators = (scope: EmitScope): EmitScope => {
  const accumulators = new Map<string, Accumulator>();
  for (const [id, { name }] of accumulating(scope)) {
    const dtype = at(scope.analysis.dtypes, id);
    const lanes = isVector(scope, id) ? lanesIn(scope) : 1;
    const type = typeFor(dtype, lanes);
    for (const copy of copiesIn(withInnerCopies(scope).copies)) {
      const key = keyOf(scope, id, copy);
      if (accumulators.has(key)) continue;
      const local = scope.fresh(`sum${id}`);
      const value = identityOf(name, { dtype, lanes });
      scope.out.push({ kind: "let", local, type, value, mutable: true });
      accumulators.set(key, { local, value: get(local, type) });
    }
  }
  return { ...scope, accumulators };
};

/** Stores what was reduced. */
const finish = (scope: EmitScope): void => {
  const { analysis, plan } = scope;
  const around = copiesIn(scope.copies);
  const within = copiesIn(withInnerCopies({ ...scope, copies: new Map() }).copies);
  for (const [id, instruction] of accumulating(scope)) {
    if (instruction.op !== "reduce") continue;
    const done = new Set<string>();
    for (const copy of around) {
      const key = keyOf(scope, id, copy);
      if (done.has(key)) continue;
      done.add(key);
      const parts = within.map((inner) => {
        const part = scope.accumulators.get(keyOf(scope, id, new Map([...copy, ...inner])));
        invariant(part !== undefined, `%${id} has no accumulator`);
        return part.value;
      });
      const total = pairwise(instruction.name, parts);
      const step = laneStep(scope, instruction.to);
      const isAcross = plan.vector !== undefined && isVector(scope, id) && step === undefined;
      const lanes = step === undefined ? 1 : lanesIn(scope);
      const value: CodeExpr = isAcross
        ? { kind: "across", op: instruction.name, of: total }
        : splat(total, isVector(scope, id) ? 1 : lanes);
      scope.out.push({
        kind: "store",
        type: typeFor(at(analysis.dtypes, id), lanes),
        to: addressOf(instruction.to, copy, scope),
        value,
        ...(step === undefined || step === 1 || lanes === 1 ? {} : { step }),
      });
    }
  }
};

/** Halves first, as across lanes. */
const pairwise = (op: ReduceOp, parts: readonly CodeExpr[]): CodeExpr => {
  const [first] = parts;
  if (first === undefined) throw new InternalError("nothing was accumulated");
  if (parts.length === 1) return first;
  const half = Math.ceil(parts.length / 2);
  return binary(op, pairwise(op, parts.slice(0, half)), pairwise(op, parts.slice(half)));
};
