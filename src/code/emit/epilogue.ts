/**
 * What is done to a tile's sums. A short body is repeated for every one of them. A long one would be much code, and
 * its values would need the registers that the sums are in: so the sums go where results are stored, and a loop over the
 * rows takes them from there.
 */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Access, Product, ValueId } from "../../loops/program.ts";
import { addAffine, constant, get, load } from "../build.ts";
import type { Affine, Expr } from "../code.ts";
import { f32 } from "../type.ts";
import { isFunction } from "../functions/index.ts";
import { at, type Analysis } from "./analysis.ts";
import { axisName } from "./names.ts";
import { addressOf, copiesIn, keyOf, lanesIn, type Copy, type Scope } from "./scope.ts";
import type { Sums } from "./sums.ts";
import { computeAll } from "./walk.ts";

/** Computes the body for every sum of the tile. */
export const finishTile = (
  product: Product,
  sums: Sums,
  ids: readonly ValueId[],
  scope: Scope,
): void => {
  const { row } = product;
  const rows = row === undefined ? undefined : scope.copies.get(row);
  const place = isLong(ids, sums, scope) ? placeOf(product, scope.analysis) : undefined;
  const sumOf = (copy: Copy): Expr => {
    const local = sums.get(keyOf(scope, 0, copy));
    invariant(local !== undefined, "a tile has a sum for each row and column");
    return get(local, f32(lanesIn(scope)));
  };
  if (row === undefined || rows === undefined || rows.length === 1 || place === undefined) {
    for (const copy of copiesIn(scope.copies)) giveSum(copy, sumOf(copy), scope);
    computeAll(ids, scope);
    return;
  }
  const type = f32(lanesIn(scope));
  for (const copy of copiesIn(scope.copies)) {
    scope.out.push({ kind: "store", type, to: addressOf(place, copy, scope), value: sumOf(copy) });
  }
  const still = ids.filter((id) => !at(scope.analysis.varies, id).has(row));
  const firstRow = { ...scope, copies: new Map([...scope.copies, [row, [0]] as const]) };
  computeAll(still, firstRow);
  const variable = scope.fresh(axisName(row));
  const step: Affine = { constant: 0, terms: [{ variable, scale: 1 }] };
  const inner: Scope = {
    ...firstRow,
    index: new Map([
      ...scope.index,
      [row, addAffine(scope.index.get(row) ?? constant(0), step)] as const,
    ]),
    values: new Map(scope.values),
    out: [],
  };
  for (const copy of copiesIn(inner.copies)) {
    const local = scope.fresh("x0");
    inner.out.push({ kind: "let", local, type, value: load(addressOf(place, copy, inner), type) });
    giveSum(copy, get(local, type), inner);
  }
  const moving = ids.filter((id) => at(scope.analysis.varies, id).has(row));
  computeAll(moving, inner);
  scope.out.push({ kind: "for", variable, from: 0, to: rows.length, step: 1, body: inner.out });
};

/** Makes the sum the value of `product`. */
const giveSum = (copy: Copy, sum: Expr, scope: Scope): void => {
  const value = lanesIn(scope) === 1 ? { scalar: sum } : { vector: sum };
  scope.values.set(keyOf(scope, 0, copy), value);
};

/** How much code a repeated body may be. */
const mostInstructions = 100;

const isLong = (ids: readonly ValueId[], sums: Sums, { analysis }: Scope): boolean => {
  const each = ids.reduce((sum, id) => {
    const instruction = at(analysis.body, id);
    return sum + ("name" in instruction && isFunction(instruction.name) ? 10 : 1);
  }, 0);
  return each * sums.size > mostInstructions;
};

/** A store of floats that gives each element of the tile a place, dense along the columns. */
const placeOf = ({ row = -1, column }: Product, { body, dtypes }: Analysis): Access | undefined => {
  for (const [id, instruction] of body.entries()) {
    if (instruction.op !== "store" || dtypes[id] !== "float") continue;
    const { strides, dynamic } = instruction.to;
    const isDense = strides[row] !== 0 && strides[column] === 1;
    if (isDense && dynamic === undefined) return instruction.to;
  }
  return undefined;
};
