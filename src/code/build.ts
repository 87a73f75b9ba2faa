/** Short ways to write expressions. */
import type {
  Address,
  Affine,
  CodeBinaryOp,
  CompareOp,
  CodeExpr,
  Lanes,
  Local,
  CodeType,
  CodeUnaryOp,
  Variable,
} from "./code.ts";
import { f32, i32 } from "./type.ts";

/** An f32 in every lane. */
export const float = (value: number, lanes: Lanes): CodeExpr => ({
  kind: "number",
  type: f32(lanes),
  value,
});

/** An i32 in every lane. */
export const int = (value: number, lanes: Lanes): CodeExpr => ({
  kind: "number",
  type: i32(lanes),
  value,
});

export const get = (local: Local, type: CodeType): CodeExpr => ({ kind: "get", type, local });

export const unary = (op: CodeUnaryOp, of: CodeExpr): CodeExpr => ({ kind: "unary", op, of });

export const binary = (op: CodeBinaryOp, a: CodeExpr, b: CodeExpr): CodeExpr => ({
  kind: "binary",
  op,
  a,
  b,
});

export const compare = (op: CompareOp, a: CodeExpr, b: CodeExpr): CodeExpr => ({
  kind: "compare",
  op,
  a,
  b,
});

export const fma = (a: CodeExpr, b: CodeExpr, c: CodeExpr): CodeExpr => ({ kind: "fma", a, b, c });

export const select = (mask: CodeExpr, a: CodeExpr, b: CodeExpr): CodeExpr => ({
  kind: "select",
  mask,
  a,
  b,
});

export const call = (name: string, ...args: readonly CodeExpr[]): CodeExpr => ({
  kind: "call",
  name,
  args,
});

/** The scalar itself where one lane is wanted. */
export const splat = (of: CodeExpr, lanes: Lanes): CodeExpr =>
  lanes === 1 ? of : { kind: "splat", lanes, of };

export const load = (from: Address, type: CodeType, step = 1): CodeExpr => ({
  kind: "load",
  type,
  from,
  ...(step === 1 || type.lanes === 1 ? {} : { step }),
});

/** c₀ + x·(c₁ + x·(c₂ + …)). */
export const polynomial = (x: CodeExpr, lanes: Lanes, coefficients: readonly number[]): CodeExpr =>
  coefficients
    .map((coefficient) => float(coefficient, lanes))
    .reduceRight((higher, lower) => fma(higher, x, lower));

export const constant = (value: number): Affine => ({ constant: value, terms: [] });

/** a + scale·b. */
export const addAffine = (a: Affine, b: Affine, scale = 1): Affine => {
  const terms = [...a.terms];
  for (const term of b.terms) addTerm(terms, term.variable, scale * term.scale);
  return { constant: a.constant + scale * b.constant, terms };
};

/** Adds scale·variable to a sum in which each variable has one term, none of them 0. */
export const addTerm = (terms: Term[], variable: Variable, scale: number): void => {
  if (scale === 0) return;
  const place = terms.findIndex((term) => term.variable === variable);
  const total = (terms[place]?.scale ?? 0) + scale;
  if (place < 0) terms.push({ variable, scale });
  else if (total === 0) terms.splice(place, 1);
  else terms[place] = { variable, scale: total };
};

type Term = Affine["terms"][number];
