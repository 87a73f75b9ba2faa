/** Rules of contractions. */
import { constant, contract, mul, reshape, sum, transpose } from "../../build.ts";
import type { Node, NodeOf } from "../../op.ts";
import { keepLetters, lettersOf, renamer } from "../../analysis/letters.ts";
import { invert, broadcastTo, valueOf } from "../../analysis/axes.ts";
import type { Rule } from "./rule.ts";

interface Side {
  readonly node: Node;
  readonly letters: string;
}

/** The two operands with their letters. */
const sides = ({ operands: [a, b], attrs }: NodeOf<"contract">): readonly [Side, Side] => [
  { node: a, letters: attrs.a },
  { node: b, letters: attrs.b },
];

/** Drops axes of size 1 and their letters. */
const squeeze = ({ node, letters }: Side, dropped: readonly string[]): Side => ({
  node: reshape(
    node,
    node.shape.filter((_, axis) => !dropped.includes(letters[axis] ?? "")),
  ),
  letters: keepLetters(letters, (letter) => !dropped.includes(letter)),
});

const sumOut = ({ node, letters }: Side, summed: readonly string[]): Side => {
  const axes = summed.map((letter) => letters.indexOf(letter));
  return squeeze({ node: sum(node, axes), letters }, summed);
};

/** Puts an axis of size 1 where the result has a letter that is gone, and broadcasts it. */
const restore = (value: Node, letters: string, node: NodeOf<"contract">): Node => {
  const shape = node.shape.map((n, axis) => (letters.includes(node.attrs.out[axis] ?? "") ? n : 1));
  return broadcastTo(reshape(value, shape), node.shape);
};

/**
 * Copies are not contracted: a letter along which an operand is only broadcast is dropped from it. If the other
 * operand has the letter, the result still gets it from there, or the other is summed over it; if not, the
 * result is broadcast instead. This is what keeps work that is equal for all particles from being done for each.
 */
const ofBroadcast: Rule<"contract"> = (node) => {
  const [a, b] = sides(node);
  const isFirst = a.node.op === "broadcast";
  const [x, y] = isFirst ? [a, b] : [b, a];
  if (x.node.op !== "broadcast") return undefined;
  const [thin] = x.node.operands;
  const copied = lettersOf(x.letters).filter(
    (_, axis) => thin.shape[axis] === 1 && x.node.shape[axis] !== 1,
  );
  const contracted = copied.filter((letter) => !node.attrs.out.includes(letter));
  const slim = squeeze({ node: thin, letters: x.letters }, copied);
  const rest = sumOut(y, contracted);
  const [first, second] = isFirst ? [slim, rest] : [rest, slim];
  const letters = first.letters + second.letters;
  const out = keepLetters(node.attrs.out, (letter) => letters.includes(letter));
  const small = contract(first.node, second.node, `${first.letters},${second.letters}->${out}`);
  return restore(small, out, node);
};

/** Σ c y over the letters that the result lacks is c Σ y. */
const ofConstant: Rule<"contract"> = (node) => {
  const [a, b] = sides(node);
  const [x, y] = valueOf(a.node) === undefined ? [b, a] : [a, b];
  const value = valueOf(x.node);
  if (value === undefined) return undefined;
  const { out } = node.attrs;
  const rest = sumOut(
    y,
    lettersOf(y.letters).filter((letter) => !out.includes(letter)),
  );
  const order = lettersOf(out).filter((letter) => rest.letters.includes(letter));
  const placed = transpose(
    rest.node,
    order.map((letter) => rest.letters.indexOf(letter)),
  );
  return broadcastTo(mul(restore(placed, rest.letters, node), constant(value)), node.shape);
};

/** A contraction reads its operands' axes in any order. */
const ofTransposed: Rule<"contract"> = ({ operands: [x, y], attrs: { a, b, out } }) => {
  if (x.op !== "transpose" && y.op !== "transpose") return undefined;
  const straight = (node: Node, letters: string): Side =>
    node.op === "transpose"
      ? {
          node: node.operands[0],
          letters: invert(node.attrs.permutation)
            .map((axis) => letters[axis])
            .join(""),
        }
      : { node, letters };
  const [first, second] = [straight(x, a), straight(y, b)];
  return contract(first.node, second.node, `${first.letters},${second.letters}->${out}`);
};

/** Letters are named by first occurrence, so that equal contractions are written equally. */
const canonicalLetters: Rule<"contract"> = ({ operands: [x, y], attrs: { a, b, out } }) => {
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
  canonicalLetters,
];
