/** What is known of the range of a value: `simplex` lies in `unit`, `unit` in `pos`, `pos` in `real`, and `count` in `real` alone. */
import type { Base } from "../../../ir/model.ts";
import type { BinaryValue, UnaryValue } from "../../../ir/value.ts";
import type { ValueTerm } from "../values/terms.ts";

const width: { readonly [B in Base]: number } = {
  simplex: 0,
  unit: 1,
  pos: 2,
  count: 2,
  real: 3,
  index: 4,
  perm: 5,
};

/** An index or an order: it selects, and has no arithmetic. */
export const selects = (base: Base): boolean => base === "index" || base === "perm";

/** Whether every value of one base may stand where the other is declared. */
export const lies = (found: Base, declared: Base): boolean =>
  found === declared ||
  (![found, declared].some(selects) && declared !== "count" && width[found] < width[declared]);

/** Whether the value may stand where the base is declared; of a literal its number decides. */
export const fits = ({ type, constant }: ValueTerm, declared: Base): boolean => {
  if (constant === undefined || selects(declared)) return lies(type.base, declared);
  if (declared === "pos") return constant > 0;
  if (declared === "unit") return constant >= 0 && constant <= 1;
  return declared === "count" ? constant >= 0 && Number.isInteger(constant) : declared === "real";
};

/** The smallest base that holds both. */
export const join = (a: Base, b: Base): Base => {
  if (lies(a, b)) return b;
  return lies(b, a) ? a : "real";
};

/** The base of numbers whose last axis no longer sums to 1. */
export const relax = (base: Base): Base => (base === "simplex" ? "unit" : base);

export const ofLiteral = (value: number): Base =>
  value >= 0 && value <= 1 ? "unit" : value > 0 ? "pos" : "real";

/** Products of counts are counts. */
const countOr = (a: Base, b: Base, otherwise: Base): Base =>
  a === "count" && b === "count" ? "count" : otherwise;

const unitOr = (a: Base, b: Base, otherwise: Base): Base =>
  lies(a, "unit") && lies(b, "unit") ? "unit" : otherwise;

const positive = (a: Base, b: Base): Base => (lies(a, "pos") && lies(b, "pos") ? "pos" : "real");

/** What is above 0 stays so when a count is added. */
const sumOf = (a: Base, b: Base): Base => {
  if (a === "count") return b === "count" ? "count" : positive(b, b);
  return b === "count" ? positive(a, a) : positive(a, b);
};

/** The base of `a op b`. */
export const ofBinary: Readonly<
  Record<BinaryValue | "outer" | "dot", (a: ValueTerm, b: ValueTerm) => Base>
> = {
  add: (a, b) => sumOf(a.type.base, b.type.base),
  sub: (a, b) => (a.constant === 1 && lies(b.type.base, "unit") ? "unit" : "real"),
  mul: (a, b) =>
    countOr(
      a.type.base,
      b.type.base,
      unitOr(a.type.base, b.type.base, positive(a.type.base, b.type.base)),
    ),
  div: (a, b) => positive(a.type.base, b.type.base),
  pow: (a, b) => {
    if (!lies(a.type.base, "pos")) return "real";
    return unitOr(a.type.base, lies(b.type.base, "pos") ? "unit" : "real", "pos");
  },
  max: (a, b) => relax(join(a.type.base, b.type.base)),
  min: (a, b) => relax(join(a.type.base, b.type.base)),
  greater: () => "unit",
  equal: () => "unit",
  outer: (a, b) => unitOr(a.type.base, b.type.base, positive(a.type.base, b.type.base)),
  dot: (a, b) =>
    a.type.base === "simplex" ? relax(b.type.base) : positive(a.type.base, b.type.base),
};

/** The base of an elementwise function of one argument. */
export const ofUnary: Readonly<Record<UnaryValue, (base: Base) => Base>> = {
  neg: () => "real",
  exp: () => "pos",
  log: () => "real",
  sqrt: (base) => (lies(base, "unit") ? "unit" : "pos"),
  square: (base) => (lies(base, "unit") ? "unit" : "pos"),
  abs: (base) => (lies(base, "unit") ? "unit" : "pos"),
  sin: () => "real",
  cos: () => "real",
  tanh: () => "real",
  sigmoid: () => "unit",
  softplus: () => "pos",
  // Exactly 0 for half of its arguments: no scale.
  relu: () => "real",
  lgamma: () => "real",
  digamma: () => "real",
  stop: (base) => base,
};
