/** Rules of the primitives that work along axes. */
import * as build from "../../build.ts";
import type { Node, NodeOf } from "../../op.ts";
import { rebuild } from "../../walk.ts";
import { keepSubscripts } from "../../analysis/subscripts.ts";
import { axesBefore, broadcastTo, broadcastAfter } from "../../analysis/axes.ts";
import type { Rule, Rules } from "./rule.ts";

const { constant, mul, neg, reshape, sum } = build;

type Reduction = "sum" | "prod" | "amax";

const reduce: { readonly [K in Reduction]: (x: Node, axes: readonly number[]) => Node } = {
  sum: build.sum,
  prod: build.prod,
  amax: build.amax,
};

/** Axes of size 1 need no reduction; axes are counted upward. */
const ofLongAxes = (node: NodeOf<Reduction>): Node | undefined => {
  const [x] = node.operands;
  const { axes } = node.attrs;
  const long = axes.filter((axis) => x.shape[axis] !== 1).sort((a, b) => a - b);
  return long.length === axes.length && long.every((axis, i) => axis === axes[i])
    ? undefined
    : reduce[node.op](x, long);
};

/** Σ Σ over different axes is one Σ. */
const ofReduction = (node: NodeOf<Reduction>): Node | undefined => {
  const [x] = node.operands;
  if (x.op !== node.op) return undefined;
  return reduce[node.op](x.operands[0], [...new Set([...x.attrs.axes, ...node.attrs.axes])]);
};

/** Of a reshaped value, where whole groups of axes are reduced. */
const ofReshape = (node: NodeOf<Reduction>): Node | undefined => {
  const [x] = node.operands;
  if (x.op !== "reshape") return undefined;
  const [y] = x.operands;
  const axes = axesBefore(y.shape, x.shape, node.attrs.axes);
  return axes === undefined ? undefined : reshape(reduce[node.op](y, axes), node.shape);
};

const ofTranspose = (node: NodeOf<Reduction>): Node | undefined => {
  const [x] = node.operands;
  if (x.op !== "transpose") return undefined;
  const { permutation } = x.attrs;
  const axes = node.attrs.axes.map((axis) => permutation[axis] ?? axis);
  return build.transpose(reduce[node.op](x.operands[0], axes), permutation);
};

const reductionRules = [ofLongAxes, ofReduction, ofReshape, ofTranspose] as const;

const count = (x: Node, axes: readonly number[]): number =>
  axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);

/** n copies of x sum up to n x. */
const sumOfBroadcast: Rule<"sum"> = ({ operands: [x], attrs: { axes }, shape }) => {
  if (x.op === "constant") {
    return constant(x.attrs.value * count(x, axes), shape, x.dtype);
  }
  if (x.op !== "broadcast") return undefined;
  const [y] = x.operands;
  const copied = axes.filter((axis) => y.shape[axis] === 1);
  if (copied.length === 0) {
    // Sum what there is, then copy: fewer numbers to sum.
    return broadcastTo(sum(y, axes), shape);
  }
  return broadcastTo(mul(sum(y, axes), constant(count(x, copied), [], x.dtype)), shape);
};

/** Factors that are equal along the summed axes come out of the sum. */
const sumOfProduct: Rule<"sum"> = ({ operands: [x], attrs: { axes } }) => {
  if (x.op === "neg") return neg(sum(x.operands[0], axes));
  if (x.op !== "mul" && x.op !== "div") return undefined;
  const [a, b] = x.operands;
  const isEqualAlong = (y: Node): boolean => axes.every((axis) => y.shape[axis] === 1);
  if (isEqualAlong(b)) return rebuild(x, [sum(a, axes), b]);
  return x.op === "mul" && isEqualAlong(a) ? mul(a, sum(b, axes)) : undefined;
};

/** Zeros around the summed axes add nothing. */
const sumOfPad: Rule<"sum"> = ({ operands: [x], attrs: { axes } }) => {
  if (x.op !== "pad") return undefined;
  const keep = (sizes: readonly number[]): number[] =>
    sizes.map((n, axis) => (axes.includes(axis) ? 0 : n));
  const before = keep(x.attrs.before);
  const after = keep(x.attrs.after);
  const isUnchanged = axes.every((axis) => x.attrs.before[axis] === 0 && x.attrs.after[axis] === 0);
  return isUnchanged ? undefined : sum(build.pad(x.operands[0], before, after), axes);
};

/**
 * Σ over axes of a contraction is the contraction without these subscripts. Over time this makes one product per
 * weight of the contributions of all steps. A subscript that only one operand has is summed there first.
 */
const sumOfContract: Rule<"sum"> = ({ operands: [x], attrs: { axes }, shape }) => {
  if (x.op !== "contract") return undefined;
  const [left, right] = x.operands;
  const { a, b, out } = x.attrs;
  const summed = axes.map((axis) => out[axis] ?? "");
  const [first, second] = [
    { node: left, subscripts: a, other: b },
    { node: right, subscripts: b, other: a },
  ].map(({ node, subscripts, other }) => {
    const alone = summed.filter(
      (subscript) => subscripts.includes(subscript) && !other.includes(subscript),
    );
    return dropSubscripts(node, subscripts, alone);
  });
  if (first === undefined || second === undefined) return undefined;
  const kept = keepSubscripts(out, (subscript) => !summed.includes(subscript));
  return reshape(
    build.contract(first.node, second.node, `${first.subscripts},${second.subscripts}->${kept}`),
    shape,
  );
};

const isProduct = (x: Node): boolean =>
  x.op === "contract" || (x.op === "reshape" && isProduct(x.operands[0]));

/** Products joined along an axis that is not summed: each is summed by itself, which makes it a smaller product. */
const sumOfConcat: Rule<"sum"> = ({ operands: [x], attrs: { axes } }) =>
  x.op === "concat" && !axes.includes(x.attrs.axis) && x.operands.some(isProduct)
    ? build.concat(
        x.operands.map((part) => sum(part, axes)),
        x.attrs.axis,
      )
    : undefined;

const dropSubscripts = (
  node: Node,
  subscripts: string,
  dropped: readonly string[],
): { readonly node: Node; readonly subscripts: string } => {
  const axes = dropped.map((subscript) => subscripts.indexOf(subscript));
  return {
    node: reshape(
      sum(node, axes),
      node.shape.filter((_, axis) => !axes.includes(axis)),
    ),
    subscripts: keepSubscripts(subscripts, (subscript) => !dropped.includes(subscript)),
  };
};

/** Rules for cumulative primitives along an axis of size 1; `empty` is the value of no elements. */
const cumulative =
  (empty: number): Rule<"cumsum" | "cumprod"> =>
  ({ operands: [x], attrs: { axis, exclusive }, shape }) => {
    if (x.shape[axis] !== 1) return undefined;
    return exclusive ? constant(empty, shape, x.dtype) : x;
  };

const lastSize = (x: Node): number | undefined => x.shape.at(-1);

/** Along the last axis or the one that the attributes name. */
const alongLast = (
  node: NodeOf<"softmax" | "logSoftmax" | "logsumexp" | "argsort" | "argmax">,
): Node | undefined => broadcastAfter(node, [node.operands[0].shape.length - 1]);

const alongAxis = (node: NodeOf<"cumsum" | "cumprod">): Node | undefined =>
  broadcastAfter(node, [node.attrs.axis]);

export const reductionTable: Pick<
  Rules,
  | "sum"
  | "prod"
  | "amax"
  | "softmax"
  | "logSoftmax"
  | "logsumexp"
  | "cumsum"
  | "cumprod"
  | "argsort"
  | "argmax"
> = {
  sum: [...reductionRules, sumOfBroadcast, sumOfProduct, sumOfPad, sumOfConcat, sumOfContract],
  prod: [
    ...reductionRules,
    ({ operands: [x], attrs: { axes }, shape }) =>
      x.op === "constant" ? constant(x.attrs.value ** count(x, axes), shape, x.dtype) : undefined,
  ],
  amax: [
    ...reductionRules,
    ({ operands: [x], attrs: { axes }, shape }) => {
      if (x.op === "constant") return constant(x.attrs.value, shape, x.dtype);
      return x.op === "broadcast" ? broadcastTo(build.amax(x.operands[0], axes), shape) : undefined;
    },
  ],
  softmax: [
    ({ operands: [x], shape }) => (lastSize(x) === 1 ? constant(1, shape) : undefined),
    alongLast,
  ],
  logSoftmax: [alongLast],
  logsumexp: [({ operands: [x] }) => (lastSize(x) === 1 ? x : undefined), alongLast],
  cumsum: [cumulative(0), alongAxis],
  cumprod: [cumulative(1), alongAxis],
  argsort: [alongLast],
  argmax: [alongLast],
};
