/** What is known at a place of the code that is being emitted, and the addresses there. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Access, InstructionId } from "../../loops/program.ts";
import { addAffine, addTerm, constant } from "../build.ts";
import type { Address, Affine, CodeExpr, Lanes, CodeStatement, Variable } from "../code.ts";
import { at, type BodyAnalysis } from "./analysis.ts";
import type { Fresh } from "./names.ts";
import type { NestPlan } from "./plan.ts";

/** What holds all over a kernel. */
export interface KernelScope {
  readonly analysis: BodyAnalysis;
  readonly plan: NestPlan;
  readonly fresh: Fresh;
  /** Variables of the time loops around, outermost first. */
  readonly times: readonly Variable[];
}

/** For each unrolled axis, which of its copies. */
export type UnrolledCopy = ReadonlyMap<number, number>;

/** A value as one lane, as a vector, or both. */
export interface EmittedValue {
  readonly scalar?: CodeExpr;
  readonly vector?: CodeExpr;
}

export interface EmitScope extends KernelScope {
  /** Where each axis is, without copies. */
  readonly index: ReadonlyMap<number, Affine>;
  /** The copies of each axis that is unrolled here. */
  readonly copies: ReadonlyMap<number, readonly number[]>;
  readonly values: Map<string, EmittedValue>;
  /** Accumulators by instruction and copy. */
  readonly accumulators: ReadonlyMap<string, Accumulator>;
  /** Lanes of the vector axis that are counted elsewhere. */
  readonly skip: number;
  readonly out: CodeStatement[];
}

export interface Accumulator {
  readonly local: string;
  readonly value: CodeExpr;
}

/** Lanes of values that vary along the vector axis. */
export const lanesIn = ({ plan }: KernelScope): Lanes => plan.vector?.lanes ?? 1;

/** Whether the value, or what is done with it, differs from lane to lane. */
export const isVector = ({ analysis, plan }: KernelScope, id: InstructionId): boolean =>
  plan.vector !== undefined && at(analysis.varies, id).has(plan.vector.axis);

/** Names the copy of a value: copies along axes that it does not vary along are one. */
export const keyOf = ({ analysis }: KernelScope, id: InstructionId, copy: UnrolledCopy): string => {
  const varies = at(analysis.varies, id);
  const own: (readonly [number, number])[] = [];
  for (const place of copy) if (place[1] > 0 && varies.has(place[0])) own.push(place);
  if (own.length > 1) own.sort(([a], [b]) => a - b);
  let key = `${id}`;
  for (const [axis, which] of own) key += `,${axis}=${which}`;
  return key;
};

/** Every combination of copies, those of the last axis next to each other. */
export const copiesIn = (
  copies: ReadonlyMap<number, readonly number[]>,
): readonly UnrolledCopy[] => {
  let result: UnrolledCopy[] = [new Map()];
  for (const [axis, places] of copies) {
    // Most loops are not unrolled, and the first copy goes without saying.
    if (places.length === 1) continue;
    result = result.flatMap((copy) =>
      places.map((_, which) => (which === 0 ? copy : new Map(copy).set(axis, which))),
    );
  }
  return result;
};

/** The index along an axis, of one copy. */
export const indexOf = ({ index, copies }: EmitScope, axis: number, copy: UnrolledCopy): Affine => {
  const base = index.get(axis) ?? constant(0);
  const offset = copies.get(axis)?.[copy.get(axis) ?? 0] ?? 0;
  return addAffine(base, constant(offset));
};

/** Of the first lane. */
export const addressOf = (access: Access, copy: UnrolledCopy, scope: EmitScope): Address => {
  const offset = offsetOf(access, copy, scope);
  const { dynamic } = access;
  if (dynamic === undefined) return { buffer: access.buffer, offset };
  const index = scope.values.get(keyOf(scope, dynamic.value, copy))?.scalar;
  invariant(index?.kind === "get", `%${dynamic.value} is no index here`);
  return {
    buffer: access.buffer,
    offset,
    dynamic: { local: index.local, stride: dynamic.stride },
  };
};

const offsetOf = (
  { base, steps, strides }: Access,
  copy: UnrolledCopy,
  { times, index, copies }: EmitScope,
): Affine => {
  const terms: Affine["terms"][number][] = [];
  let constant = base;
  for (const [depth, scale] of steps.entries()) {
    const variable = times[depth];
    invariant(variable !== undefined, "more steps than loops around");
    addTerm(terms, variable, scale);
  }
  for (const [axis, scale] of strides.entries()) {
    if (scale === 0) continue;
    const at = index.get(axis);
    constant += scale * ((at?.constant ?? 0) + (copies.get(axis)?.[copy.get(axis) ?? 0] ?? 0));
    for (const term of at?.terms ?? []) addTerm(terms, term.variable, scale * term.scale);
  }
  return { constant, terms };
};

/** The distance of lanes in memory; undefined where all are at one place. */
export const laneStep = ({ plan }: KernelScope, { strides }: Access): number | undefined => {
  const stride = plan.vector === undefined ? 0 : (strides[plan.vector.axis] ?? 0);
  return stride === 0 ? undefined : stride;
};
