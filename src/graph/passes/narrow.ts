/**
 * Products of which only a part is read are computed no further than that: the cotangent of [x, h] is needed for h
 * alone where x is data, and then so many columns of the weights are enough.
 */
import { contract, slice } from "../build.ts";
import type { Node, NodeOf, Shape } from "../op.ts";
import { rewrite, topological } from "../walk.ts";
import { subscriptsOf } from "../analysis/subscripts.ts";
import { componentsOf, rootsOf, withRoots, type TimeLoop } from "../analysis/loop.ts";
import type { Pass } from "./pass.ts";
import { rewriteLoops } from "./rewrite-loops.ts";
import { canonicaliser, type Canonicalise } from "../analysis/canonicalise.ts";

export const narrow: Pass = (outputs, canonicalise = canonicaliser()) =>
  narrowIn(outputs, canonicalise, () => false);

const narrowIn = (
  outputs: readonly Node[],
  canonicalise: Canonicalise,
  isLate: (reader: Node) => boolean,
): readonly Node[] =>
  rewriteLoops(
    narrowScope(outputs, isLate),
    (loop) => componentsOf(narrowBody(loop, canonicalise)),
    canonicalise,
  );

/** What no next carry needs is read separately, so that it can be computed after the loop. */
const narrowBody = (loop: TimeLoop, canonicalise: Canonicalise): TimeLoop => {
  const needed = new Set(topological(loop.carries.map(({ next }) => next)));
  return withRoots(
    loop,
    narrowIn(rootsOf(loop), canonicalise, (reader) => !needed.has(reader)),
  );
};

/** A box of elements, [begin, end) along each axis. */
interface Range {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

const hull = (x: Range, y: Range): Range => ({
  begin: x.begin.map((n, axis) => Math.min(n, y.begin[axis] ?? n)),
  end: x.end.map((n, axis) => Math.max(n, y.end[axis] ?? n)),
});

const isDisjoint = (x: Range, y: Range): boolean =>
  x.begin.some(
    (from, axis) => from >= (y.end[axis] ?? 0) || (y.begin[axis] ?? 0) >= (x.end[axis] ?? 0),
  );

/** The parts of a contraction that its early and its late readers read. */
interface Parts {
  readonly early?: Range;
  readonly late?: Range;
}

/** The parts of each contraction that slices read, where nobody reads all of it. */
const partsRead = (
  outputs: readonly Node[],
  isLate: (reader: Node) => boolean,
): ReadonlyMap<Node, Parts> => {
  const parts = new Map<Node, Parts>();
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
      const known = parts.get(operand) ?? {};
      const time = isLate(reader) ? "late" : "early";
      const previous = known[time];
      parts.set(operand, {
        ...known,
        [time]: previous === undefined ? range : hull(previous, range),
      });
    }
  }
  for (const node of whole) parts.delete(node);
  return parts;
};

/** The part to compute for a reader: what is read at its time, or at any time if that overlaps. */
const partFor = ({ early, late }: Parts, isLate: boolean): Range | undefined => {
  if (early === undefined || late === undefined) return early ?? late;
  if (!isDisjoint(early, late)) return hull(early, late);
  return isLate ? late : early;
};

const isAll = ({ begin, end }: Range, shape: Shape): boolean =>
  shape.every((n, axis) => begin[axis] === 0 && end[axis] === n);

const narrowScope = (
  outputs: readonly Node[],
  isLate: (reader: Node) => boolean,
): readonly Node[] => {
  const parts = partsRead(outputs, isLate);
  if (parts.size === 0) return outputs;
  return rewrite(outputs, (node, original) => {
    if (original.op !== "slice" || node.op !== "slice") return node;
    const [whole] = node.operands;
    const range = partFor(parts.get(original.operands[0]) ?? {}, isLate(original));
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
  const cut = (value: Node, subscripts: string): Node => {
    const axes = subscriptsOf(subscripts).map((subscript) => out.indexOf(subscript));
    const begin = axes.map((axis) => range.begin[axis] ?? 0);
    const size = axes.map((axis, i) => (range.end[axis] ?? value.shape[i] ?? 0) - (begin[i] ?? 0));
    return slice(value, begin, size);
  };
  return contract(cut(x, a), cut(y, b), `${a},${b}->${out}`);
};
