import type { Dim } from "../shape/dim.ts";
import { add, multiply, size } from "../shape/dim.ts";
import type { ValueOp, ValueOps } from "./value.ts";
import { binaryValues, forEach, unaryValues } from "./value.ts";

/** The axes of one value. */
export type Axes = readonly Dim[];

/** Axes of the result, `"declared"` for leaves, or `undefined` where the operands do not fit. */
type Rule<K extends ValueOp> = (
  operands: readonly Axes[],
  attrs: ValueOps[K],
) => Axes | "declared" | undefined;

const ONE = size(1);

/** Leading axes of all operands joined: equal rank; an axis is equal in all, or 1 where it only aligns. */
const joinLeading = (leading: readonly Axes[]): Axes | undefined => {
  const [first, ...rest] = leading;
  if (first === undefined) return [];
  const joined = [...first];
  for (const axes of rest) {
    if (axes.length !== joined.length) return undefined;
    for (const [i, axis] of axes.entries()) {
      const known = joined[i];
      if (known === ONE) joined[i] = axis;
      else if (axis !== ONE && axis !== known) return undefined;
    }
  }
  return joined;
};

/** A rule that is mapped over whatever comes before the given number of core axes. */
const mapped =
  (
    ranks: readonly number[],
    result: (...cores: readonly Axes[]) => Axes | undefined,
  ): ((operands: readonly Axes[]) => Axes | undefined) =>
  (operands) => {
    if (operands.length !== ranks.length) return undefined;
    const cut = operands.map((axes, i) => axes.length - (ranks[i] ?? 0));
    if (cut.some((at) => at < 0)) return undefined;
    const leading = joinLeading(operands.map((axes, i) => axes.slice(0, cut[i])));
    const core = result(...operands.map((axes, i) => axes.slice(cut[i])));
    return leading === undefined || core === undefined ? undefined : [...leading, ...core];
  };

const leaf = (): "declared" => "declared";
const unary = mapped([0], () => []);
const binary = mapped([0, 0], () => []);
const vector = mapped([1], (axes) => axes);
const toScalar = mapped([1], () => []);
const permuted = mapped([1, 1], ([n = ONE] = [], [m = ONE] = []) => (n === m ? [n] : undefined));

const reduce = ([axes]: readonly Axes[], { axis }: { readonly axis: number }): Axes | undefined =>
  axes === undefined || axis < 1 || axis > axes.length
    ? undefined
    : axes.filter((_, i) => i !== axes.length - axis);

const total = (axes: Axes): Dim => axes.reduce(add, size(0));
const product = (axes: Axes): Dim => axes.reduce(multiply, ONE);

/** How the axes of each operation's result follow from its operands'. The only shape arithmetic of the model IR. */
export const axisRules: { readonly [K in ValueOp]: Rule<K> } = {
  parameter: leaf,
  data: leaf,
  site: leaf,
  carry: leaf,
  constant: () => [],
  fill: leaf,
  range: leaf,

  ...forEach(unaryValues, () => unary),
  ...forEach(binaryValues, () => binary),

  where: mapped([0, 0, 0], () => []),

  expand: ([axes], { at }) => {
    if (axes === undefined) return undefined;
    const rest = [...axes];
    const result: Dim[] = [];
    for (let i = 0; i < axes.length + at.length; i++) {
      const axis = at.includes(i) ? ONE : rest.shift();
      if (axis === undefined) return undefined;
      result.push(axis);
    }
    return result;
  },
  transpose: mapped([2], ([m = ONE, n = ONE] = []) => [n, m]),
  concat: (operands) =>
    mapped(
      operands.map(() => 1),
      (...parts) => [total(parts.flat())],
    )(operands),
  flat: (operands, { axes }) => mapped([axes], (core = []) => [product(core)])(operands),
  split: (operands, { into }) =>
    mapped([1], ([n] = []) => (product(into) === n ? into : undefined))(operands),
  slice: (operands, { size: length }) => mapped([1], () => [length])(operands),
  column: toScalar,

  sum: reduce,
  mean: reduce,
  prod: reduce,
  amax: reduce,
  norm: reduce,
  logsumexp: reduce,
  var: reduce,
  std: reduce,

  softmax: vector,
  normalize: vector,
  cumsum: vector,
  cumprod: vector,
  argsort: vector,
  argmax: toScalar,
  argmin: toScalar,
  onehot: (operands, { size: length }) => mapped([0], () => [length])(operands),
  take: permuted,
  untake: permuted,
  shift: mapped([1, 1], (weights, [three] = []) => (three === size(3) ? weights : undefined)),

  matmul: mapped([2, 2], ([m = ONE, k] = [], [l, n = ONE] = []) => (k === l ? [m, n] : undefined)),
  vecmat: mapped([1, 2], ([k] = [], [l, n = ONE] = []) => (k === l ? [n] : undefined)),
  matvec: mapped([2, 1], ([m = ONE, k] = [], [l] = []) => (k === l ? [m] : undefined)),
  dot: mapped([1, 1], ([k] = [], [l] = []) => (k === l ? [] : undefined)),
  outer: mapped([1, 1], (a = [], b = []) => [...a, ...b]),
  cosine: mapped([1, 2], ([w] = [], [n = ONE, v] = []) => (w === v ? [n] : undefined)),
  push: mapped([2, 1], ([n = ONE, w = ONE] = [], [v] = []) => (w === v ? [n, w] : undefined)),
  offDiag: mapped([2], ([n = ONE, m = ONE] = []) => (n === m ? [n, m] : undefined)),
  row: (operands, { rest }) => mapped([rest + 1, 0], ([, ...row] = []) => row)(operands),

  linear: (operands, { parts }) => {
    const [weight, bias, ...more] = operands.slice(parts);
    if (weight === undefined || bias === undefined || more.length > 0) return undefined;
    const [rows, columns] = weight;
    const [outputs] = bias;
    if (weight.length !== 2 || bias.length !== 1 || columns === undefined) return undefined;
    return mapped(
      operands.slice(0, parts).map(() => 1),
      (...inputs) => (columns === outputs && total(inputs.flat()) === rows ? [columns] : undefined),
    )(operands.slice(0, parts));
  },
};
