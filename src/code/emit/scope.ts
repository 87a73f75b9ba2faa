/** What is known at a place of the code that is being emitted, and the addresses there. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Access, ValueId } from "../../loops/program.ts";
import { addAffine, addTerm, constant } from "../build.ts";
import type { Address, Affine, Expr, Lanes, Statement, Variable } from "../code.ts";
import { at, type Analysis } from "./analysis.ts";
import type { Fresh } from "./names.ts";
import type { Plan } from "./plan.ts";

/** What holds all over a kernel. */
export interface Kernel {
  readonly analysis: Analysis;
  readonly plan: Plan;
  readonly fresh: Fresh;
  /** Variables of the time loops around, outermost first. */
  readonly times: readonly Variable[];
}

/** For each unrolled axis, which of its copies. */
export type Copy = ReadonlyMap<number, number>;

/** A value as one lane, as a vector, or both. */
export interface Value {
  readonly scalar?: Expr;
  readonly vector?: Expr;
}

export interface Scope extends Kernel {
  /** Where each axis is, without copies. */
  readonly index: ReadonlyMap<number, Affine>;
  /** The copies of each axis that is unrolled here. */
  readonly copies: ReadonlyMap<number, readonly number[]>;
  readonly values: Map<string, Value>;
  /** Accumulators by instruction and copy. */
  readonly accumulators: ReadonlyMap<string, Accumulator>;
  /** Lanes of the vector axis that are counted elsewhere. */
  readonly skip: number;
  readonly out: Statement[];
}

export interface Accumulator {
  readonly local: string;
  readonly value: Expr;
}

/** Lanes of values that vary along the vector axis. */
export const lanesIn = ({ plan }: Kernel): Lanes => plan.vector?.lanes ?? 1;

/** Whether the value, or what is done with it, differs from lane to lane. */
export const isVector = ({ analysis, plan }: Kernel, id: ValueId): boolean =>
  plan.vector !== undefined && at(analysis.varies, id).has(plan.vector.axis);

/** Names the copy of a value: copies along axes that it does not vary along are one. */
export const keyOf = ({ analysis }: Kernel, id: ValueId, copy: Copy): string => {
  const varies = at(analysis.varies, id);
  const own: (readonly [number, number])[] = [];
  for (const place of copy) if (place[1] > 0 && varies.has(place[0])) own.push(place);
  if (own.length > 1) own.sort(([a], [b]) => a - b);
  let key = `${id}`;
  for (const [axis, which] of own) key += `,${axis}=${which}`;
  return key;
};

/** Every combination of copies, those of the last axis next to each other. */
export const copiesIn = (copies: ReadonlyMap<number, readonly number[]>): readonly Copy[] => {
  let result: Copy[] = [new Map()];
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
export const indexOf = ({ index, copies }: Scope, axis: number, copy: Copy): Affine => {
  const base = index.get(axis) ?? constant(0);
  const offset = copies.get(axis)?.[copy.get(axis) ?? 0] ?? 0;
  return addAffine(base, constant(offset));
};

/** Of the first lane. */
export const addressOf = (access: Access, copy: Copy, scope: Scope): Address => {
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
  copy: Copy,
  { times, index, copies }: Scope,
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
export const laneStep = ({ plan }: Kernel, { strides }: Access): number | undefined => {
  const stride = plan.vector === undefined ? 0 : (strides[plan.vector.axis] ?? 0);
  return stride === 0 ? undefined : stride;
};
