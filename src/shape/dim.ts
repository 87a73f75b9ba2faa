import { invariant } from "../diagnostics/invariant.ts";

/**
 * A dimension: a polynomial with whole coefficients over dimension names, held as its canonical text.
 * Two dimensions are equal exactly when their texts are (`"H + R*Z"`), so a `Dim` is its own key.
 *
 * mathjs does not decide polynomial equality (`rationalize("(A+B)*(A-B)")` keeps `B*A - B*A`), hence this
 * normal form; the tests hold it against mathjs by evaluation at random points.
 */
export type Dim = string & { readonly __dim: true };

/** Monomial (its sorted factors joined by `*`, or the empty text) to coefficient. */
type Terms = ReadonlyMap<string, number>;

const parse = (dim: Dim): Terms => {
  const terms = new Map<string, number>();
  for (const [, sign, body] of dim.matchAll(/([+-]?)\s*([^\s+-]+)/gu)) {
    invariant(body !== undefined, `malformed dimension ${dim}`);
    const factors = body.split("*");
    const numeric = factors[0] !== undefined && /^\d+$/u.test(factors[0]);
    const coefficient = numeric ? Number(factors.shift()) : 1;
    terms.set(factors.join("*"), sign === "-" ? -coefficient : coefficient);
  }
  return terms;
};

const print = (terms: Terms): Dim => {
  const degree = (monomial: string): number => (monomial === "" ? 0 : monomial.split("*").length);
  const sorted = [...terms]
    .filter(([, coefficient]) => coefficient !== 0)
    .sort(([a], [b]) => degree(b) - degree(a) || (a < b ? -1 : 1));
  if (sorted.length === 0) return "0" as Dim;
  const text = sorted
    .map(([monomial, coefficient]) => {
      const size = Math.abs(coefficient);
      const factors = monomial === "" ? `${size}` : size === 1 ? monomial : `${size}*${monomial}`;
      return `${coefficient < 0 ? "-" : "+"} ${factors}`;
    })
    .join(" ");
  return (text.startsWith("+ ") ? text.slice(2) : text.replace("- ", "-")) as Dim;
};

const combine = (pairs: Iterable<readonly [string, number]>): Dim => {
  const sum = new Map<string, number>();
  for (const [monomial, coefficient] of pairs) {
    sum.set(monomial, (sum.get(monomial) ?? 0) + coefficient);
  }
  return print(sum);
};

export const symbol = (name: string): Dim => name as Dim;

/** A known size. */
export const size = (value: number): Dim => `${value}` as Dim;

export const add = (a: Dim, b: Dim): Dim =>
  a === "0" ? b : b === "0" ? a : combine([...parse(a), ...parse(b)]);

export const subtract = (a: Dim, b: Dim): Dim => add(a, multiply(size(-1), b));

export const multiply = (a: Dim, b: Dim): Dim => {
  if (a === "1") return b;
  if (b === "1") return a;
  const products: [string, number][] = [];
  for (const [m, c] of parse(a)) {
    for (const [n, d] of parse(b)) {
      const factors = [...m.split("*"), ...n.split("*")].filter((f) => f !== "").sort();
      products.push([factors.join("*"), c * d]);
    }
  }
  return combine(products);
};

/** The names a dimension is built from. */
export const names = (dim: Dim): readonly string[] => [
  ...new Set([...parse(dim).keys()].flatMap((m) => (m === "" ? [] : m.split("*")))),
];

/** Replaces names by dimensions; names that are absent stay. */
export const substitute = (dim: Dim, values: ReadonlyMap<string, Dim>): Dim => {
  const exact = values.get(dim);
  if (exact !== undefined) return exact;
  let sum: Dim = size(0);
  for (const [monomial, coefficient] of parse(dim)) {
    const factors = monomial === "" ? [] : monomial.split("*");
    const term = factors.reduce<Dim>(
      (product, name) => multiply(product, values.get(name) ?? symbol(name)),
      size(coefficient),
    );
    sum = add(sum, term);
  }
  return sum;
};

/** The size, or `undefined` when a name has no value. */
export const evaluate = (dim: Dim, values: ReadonlyMap<string, number>): number | undefined => {
  let sum = 0;
  for (const [monomial, coefficient] of parse(dim)) {
    let product = coefficient;
    for (const name of monomial === "" ? [] : monomial.split("*")) {
      const value = values.get(name);
      if (value === undefined) return undefined;
      product *= value;
    }
    sum += product;
  }
  return sum;
};
