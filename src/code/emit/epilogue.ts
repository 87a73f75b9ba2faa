/**
 * What is done to the sums of a product. A short body is repeated for every sum of a tile, while it is in a register. A long
 * one would be much code, and access a few elements each of many streams of memory: so the sums of some whole rows go
 * where results are stored, and loops along the rows take them from there.
 */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Access, Product, InstructionId } from "../../loops/program.ts";
import { get, load } from "../build.ts";
import type { CodeExpr, Lanes } from "../code.ts";
import { isFunction } from "../functions/index.ts";
import { f32 } from "../type.ts";
import { at, type BodyAnalysis } from "./analysis.ts";
import { singly, type LoopPlan } from "./plan.ts";
import { addressOf, copiesIn, keyOf, lanesIn, type UnrolledCopy, type EmitScope } from "./scope.ts";
import type { Sums } from "./sums.ts";
import { computeAll, computedIds, openLoop } from "./walk.ts";

/** Computes the body for every sum of the tile. */
export const finishTile = (sums: Sums, ids: readonly InstructionId[], scope: EmitScope): void => {
  for (const copy of copiesIn(scope.copies)) giveSum(copy, sumAt(copy, sums, scope), scope);
  computeAll(ids, scope);
};

/** Stores the sums of the tile as they are. */
export const keepSums = (sums: Sums, place: Access, scope: EmitScope): void => {
  const type = f32(lanesIn(scope));
  for (const copy of copiesIn(scope.copies)) {
    const value = sumAt(copy, sums, scope);
    scope.out.push({ kind: "store", type, to: addressOf(place, copy, scope), value });
  }
};

const first: UnrolledCopy = new Map();

/** Computes the body for all columns of the rows of this scope, whose sums are kept at the place. */
export const finishRows = (
  {
    row,
    column,
    columns,
  }: { readonly row: number; readonly column: number; readonly columns: number },
  place: Access,
  ids: readonly InstructionId[],
  scope: EmitScope,
): void => {
  const rows = scope.copies.get(row)?.length ?? 1;
  const oneRow: EmitScope = { ...scope, copies: new Map([...scope.copies, [row, [0]]]) };
  const along = singly(row, { from: 0, to: rows, least: rows, most: rows });
  for (const { lanes, loop } of piecesOf(column, columns, lanesIn(scope))) {
    const vector = lanes === 1 ? undefined : { axis: column, lanes };
    const piece: EmitScope = {
      ...oneRow,
      plan: { ...scope.plan, vector },
      values: new Map(scope.values),
    };
    const isStill = (id: InstructionId): boolean => {
      const varies = at(scope.analysis.varies, id);
      return !varies.has(row) && !varies.has(column);
    };
    computeAll(ids.filter(isStill), piece);
    const moving = ids.filter((id) => !isStill(id));
    openLoop(along, piece, (inRow) => {
      openLoop(loop, inRow, (inside) => {
        const local = inside.fresh("x0");
        const type = f32(lanes);
        const value = load(addressOf(place, first, inside), type);
        inside.out.push({ kind: "let", local, type, value });
        giveSum(first, get(local, type), inside);
        computeAll(moving, inside);
      });
    });
  }
};

/** Each column once, for what is loaded is overwritten: vectors, then narrower ones, then single elements. */
const piecesOf = (
  axis: number,
  columns: number,
  widest: Lanes,
): readonly { readonly lanes: Lanes; readonly loop: LoopPlan }[] => {
  let from = 0;
  return ([16, 8, 4, 1] as const).flatMap((lanes) => {
    const to = from + Math.floor((columns - from) / lanes) * lanes;
    if (lanes > widest || to === from) return [];
    const region = { from, to, step: lanes, copies: [0] };
    from = to;
    return [{ lanes, loop: { axis, regions: [region] } }];
  });
};

const sumAt = (copy: UnrolledCopy, sums: Sums, scope: EmitScope): CodeExpr => {
  const local = sums.get(keyOf(scope, 0, copy));
  invariant(local !== undefined, "a tile has a sum for each row and column");
  return get(local, f32(lanesIn(scope)));
};

/** Makes the sum the value of `product`. */
const giveSum = (copy: UnrolledCopy, sum: CodeExpr, scope: EmitScope): void => {
  const value = lanesIn(scope) === 1 ? { scalar: sum } : { vector: sum };
  scope.values.set(keyOf(scope, 0, copy), value);
};

/** How much code a repeated body may be. */
const mostInstructions = 100;

/** Whether the body would be much code for this many sums. */
export const isLong = (analysis: BodyAnalysis, sums: number): boolean => {
  const each = computedIds(analysis).reduce((sum, id) => {
    const instruction = at(analysis.body, id);
    return sum + ("name" in instruction && isFunction(instruction.name) ? 10 : 1);
  }, 0);
  return each * sums > mostInstructions;
};

/** A store of floats that gives each element of the rows a place, dense along the columns. */
export const placeOf = (
  { row = -1, column }: Product,
  { body, dtypes }: BodyAnalysis,
): Access | undefined => {
  for (const [id, instruction] of body.entries()) {
    if (instruction.op !== "store" || dtypes[id] !== "float") continue;
    const { strides, dynamic } = instruction.to;
    const isDense = strides[row] !== 0 && strides[column] === 1;
    if (isDense && dynamic === undefined) return instruction.to;
  }
  return undefined;
};
