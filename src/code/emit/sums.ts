/** The sums of a product's tile, over all of its terms. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Product, ProductTerm } from "../../loops/program.ts";
import { constant, float, fma, get, load, splat } from "../build.ts";
import type { Affine, CodeExpr, Lanes, Local } from "../code.ts";
import { f32 } from "../type.ts";
import { axisName } from "./names.ts";
import { addressOf, copiesIn, keyOf, lanesIn, type UnrolledCopy, type EmitScope } from "./scope.ts";

/** The local of each sum, by the key of its copy of `product`. */
export type Sums = ReadonlyMap<string, Local>;

/** Defines the sums and adds up all terms. */
export const sumTerms = (product: Product, scope: EmitScope): Sums => {
  const type = f32(lanesIn(scope));
  const sums = new Map<string, Local>();
  for (const copy of copiesIn(scope.copies)) {
    const local = scope.fresh("sum");
    const value = float(0, type.lanes);
    scope.out.push({ kind: "let", local, type, value, mutable: true });
    sums.set(keyOf(scope, 0, copy), local);
  }
  for (const term of product.terms) addTerm(term, product, sums, scope, 0);
  return sums;
};

/** The loops over the inner axes from the given one on, and what is in them. */
const addTerm = (
  term: ProductTerm,
  product: Product,
  sums: Sums,
  scope: EmitScope,
  depth: number,
): void => {
  const size = term.inner[depth];
  if (size === undefined) {
    multiply(term, product, sums, scope);
    return;
  }
  const axis = product.axes.length + depth;
  const variable = size === 1 ? undefined : scope.fresh(axisName(axis));
  const position: Affine =
    variable === undefined ? constant(0) : { constant: 0, terms: [{ variable, scale: 1 }] };
  const body = variable === undefined ? scope.out : [];
  const index = new Map([...scope.index, [axis, position] as const]);
  addTerm(term, product, sums, { ...scope, index, out: body }, depth + 1);
  if (variable !== undefined) {
    scope.out.push({ kind: "for", variable, from: 0, to: size, step: 1, body });
  }
};

/** One step: every vector of `b` and every number of `a` is loaded once. */
const multiply = (
  { a, b }: ProductTerm,
  { row, column }: Product,
  sums: Sums,
  scope: EmitScope,
): void => {
  const lanes = lanesIn(scope);
  const keep = (stem: string, of: Lanes, value: CodeExpr): CodeExpr => {
    const local = scope.fresh(stem);
    scope.out.push({ kind: "let", local, type: f32(of), value });
    return get(local, f32(of));
  };
  const columns = copiesAlong(column, scope);
  const vectors = columns.map((copy) =>
    keep("b", lanes, load(addressOf(b, copy, scope), f32(lanes))),
  );
  for (const atRow of copiesAlong(row, scope)) {
    const factor = keep("a", lanes, splat(load(addressOf(a, atRow, scope), f32(1)), lanes));
    for (const [i, vector] of vectors.entries()) {
      const key = keyOf(scope, 0, new Map([...atRow, ...(columns[i] ?? [])]));
      const local = sums.get(key);
      invariant(local !== undefined, "a tile has a sum for each row and column");
      const value = fma(factor, vector, get(local, f32(lanes)));
      scope.out.push({ kind: "set", local, value });
    }
  }
};

/** The copies of one axis. */
const copiesAlong = (axis: number | undefined, { copies }: EmitScope): readonly UnrolledCopy[] =>
  copiesIn(new Map([...copies].filter(([other]) => other === axis)));
