/**
 * Products of which only a part is read are computed no further than that: the cotangent of [x, h] is needed for h
 * alone where x is data, and then so many columns of the weights are enough.
 */
import { contract, slice } from "../build.ts";
import type { Node, NodeOf, Shape } from "../op.ts";
import { rewrite, topological } from "../walk.ts";
import { componentsOf } from "./loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { settler } from "./settle.ts";

export const narrow: Pass = (outputs) =>
  rewriteLoops(narrowScope(outputs), (loop) => componentsOf(changeBody(loop, narrow)), settler());

/** A box of elements, [begin, end) along each axis. */
interface Range {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

const hull = (x: Range, y: Range): Range => ({
  begin: x.begin.map((n, axis) => Math.min(n, y.begin[axis] ?? n)),
  end: x.end.map((n, axis) => Math.max(n, y.end[axis] ?? n)),
});

/** The part of each contraction that slices read, where nobody reads all of it. */
const rangesRead = (outputs: readonly Node[]): ReadonlyMap<Node, Range> => {
  const ranges = new Map<Node, Range>();
  const whole = new Set<Node>(outputs);
  for (const reader of topological(outputs)) {
    for (const operand of reader.operands) {
      if (operand.op !== "contract") continue;
      if (reader.op !== "slice") {
        whole.add(operand);
        continue;
      }
      const { begin, size } = reader.attrs;
      const range = { begin, end: begin.map((from, axis) => from + (size[axis] ?? 0)) };
      const known = ranges.get(operand);
      ranges.set(operand, known === undefined ? range : hull(known, range));
    }
  }
  for (const node of whole) ranges.delete(node);
  return ranges;
};

const isAll = ({ begin, end }: Range, shape: Shape): boolean =>
  shape.every((n, axis) => begin[axis] === 0 && end[axis] === n);

const narrowScope: Pass = (outputs) => {
  const ranges = rangesRead(outputs);
  return rewrite(outputs, (node, original) => {
    if (original.op !== "slice" || node.op !== "slice") return node;
    const [whole] = node.operands;
    const range = ranges.get(original.operands[0]);
    if (range === undefined || whole.op !== "contract" || isAll(range, whole.shape)) return node;
    const { begin, size } = node.attrs;
    return slice(
      part(whole, range),
      begin.map((from, axis) => from - (range.begin[axis] ?? 0)),
      size,
    );
  });
};

/** The elements of a contraction in a range, from those of the operands that they depend on. */
const part = (node: NodeOf<"contract">, range: Range): Node => {
  const { a, b, out } = node.attrs;
  const [x, y] = node.operands;
  const cut = (value: Node, letters: string): Node => {
    const axes = [...letters].map((letter) => out.indexOf(letter));
    const begin = axes.map((axis) => range.begin[axis] ?? 0);
    const size = axes.map((axis, i) => (range.end[axis] ?? value.shape[i] ?? 0) - (begin[i] ?? 0));
    return slice(value, begin, size);
  };
  return contract(cut(x, a), cut(y, b), `${a},${b}->${out}`);
};
