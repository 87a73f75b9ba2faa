/** Rules of contractions. */
import { constant, contract, mul, reshape, sum, transpose } from "../../build.ts";
import type { Node, NodeOf } from "../../op.ts";
import { keepSubscripts, subscriptsOf, renamer } from "../../analysis/subscripts.ts";
import { invert, broadcastTo, valueOf } from "../../analysis/axes.ts";
import type { Rule } from "./rule.ts";

interface Side {
  readonly node: Node;
  readonly subscripts: string;
}

/** The two operands with their subscripts. */
const sides = ({ operands: [a, b], attrs }: NodeOf<"contract">): readonly [Side, Side] => [
  { node: a, subscripts: attrs.a },
  { node: b, subscripts: attrs.b },
];

/** Drops axes of size 1 and their subscripts. */
const squeeze = ({ node, subscripts }: Side, dropped: readonly string[]): Side => ({
  node: reshape(
    node,
    node.shape.filter((_, axis) => !dropped.includes(subscripts[axis] ?? "")),
  ),
  subscripts: keepSubscripts(subscripts, (subscript) => !dropped.includes(subscript)),
});

const sumOut = ({ node, subscripts }: Side, summed: readonly string[]): Side => {
  const axes = summed.map((subscript) => subscripts.indexOf(subscript));
  return squeeze({ node: sum(node, axes), subscripts }, summed);
};

/** Puts an axis of size 1 where the result has a subscript that is gone, and broadcasts it. */
const restore = (value: Node, subscripts: string, node: NodeOf<"contract">): Node => {
  const shape = node.shape.map((n, axis) =>
    subscripts.includes(node.attrs.out[axis] ?? "") ? n : 1,
  );
  return broadcastTo(reshape(value, shape), node.shape);
};

/**
 * Copies are not contracted: a subscript along which an operand is only broadcast is dropped from it. If the other
 * operand has the subscript, the result still gets it from there, or the other is summed over it; if not, the
 * result is broadcast instead. This is what keeps work that is equal for all particles from being done for each.
 */
const ofBroadcast: Rule<"contract"> = (node) => {
  const [a, b] = sides(node);
  const isFirst = a.node.op === "broadcast";
  const [x, y] = isFirst ? [a, b] : [b, a];
  if (x.node.op !== "broadcast") return undefined;
  const [thin] = x.node.operands;
  const copied = subscriptsOf(x.subscripts).filter(
    (_, axis) => thin.shape[axis] === 1 && x.node.shape[axis] !== 1,
  );
  const contracted = copied.filter((subscript) => !node.attrs.out.includes(subscript));
  const slim = squeeze({ node: thin, subscripts: x.subscripts }, copied);
  const rest = sumOut(y, contracted);
  const [first, second] = isFirst ? [slim, rest] : [rest, slim];
  const subscripts = first.subscripts + second.subscripts;
  const out = keepSubscripts(node.attrs.out, (subscript) => subscripts.includes(subscript));
  const small = contract(
    first.node,
    second.node,
    `${first.subscripts},${second.subscripts}->${out}`,
  );
  return restore(small, out, node);
};

/** Σ c y over the subscripts that the result lacks is c Σ y. */
const ofConstant: Rule<"contract"> = (node) => {
  const [a, b] = sides(node);
  const [x, y] = valueOf(a.node) === undefined ? [b, a] : [a, b];
  const value = valueOf(x.node);
  if (value === undefined) return undefined;
  const { out } = node.attrs;
  const rest = sumOut(
    y,
    subscriptsOf(y.subscripts).filter((subscript) => !out.includes(subscript)),
  );
  const order = subscriptsOf(out).filter((subscript) => rest.subscripts.includes(subscript));
  const placed = transpose(
    rest.node,
    order.map((subscript) => rest.subscripts.indexOf(subscript)),
  );
  return broadcastTo(mul(restore(placed, rest.subscripts, node), constant(value)), node.shape);
};

/** A contraction reads its operands' axes in any order. */
const ofTransposed: Rule<"contract"> = ({ operands: [x, y], attrs: { a, b, out } }) => {
  if (x.op !== "transpose" && y.op !== "transpose") return undefined;
  const straight = (node: Node, subscripts: string): Side =>
    node.op === "transpose"
      ? {
          node: node.operands[0],
          subscripts: invert(node.attrs.permutation)
            .map((axis) => subscripts[axis])
            .join(""),
        }
      : { node, subscripts };
  const [first, second] = [straight(x, a), straight(y, b)];
  return contract(first.node, second.node, `${first.subscripts},${second.subscripts}->${out}`);
};

/** Subscripts are named by first occurrence, so that equal contractions are written equally. */
const canonicalSubscripts: Rule<"contract"> = ({ operands: [x, y], attrs: { a, b, out } }) => {
  const rename = renamer(a + b);
  const [first, second] = [rename(a), rename(b)];
  return first === a && second === b
    ? undefined
    : contract(x, y, `${first},${second}->${rename(out)}`);
};

export const contractRules: readonly Rule<"contract">[] = [
  ofTransposed,
  ofBroadcast,
  ofConstant,
  canonicalSubscripts,
];
