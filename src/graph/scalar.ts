/** The elementwise primitives of numbers, for evaluation where operands are constant. */
import {
  binary,
  binaryNames,
  comparison,
  comparisonNames,
  unary,
  unaryNames,
  type BinaryName,
  type ComparisonName,
  type UnaryName,
} from "./kinds.ts";
import type { Node, NodeOf } from "./op.ts";
import { entryOf, tabulate } from "./table.ts";

/** The primitives that compute each element of their value from one element of each operand. */
export type ElementwiseName = UnaryName | BinaryName | ComparisonName | "stop" | "cast" | "select";

type OnNumbers<K extends ElementwiseName> = (xs: readonly number[], node: NodeOf<K>) => number;

const onTwo =
  (f: (a: number, b: number) => number) =>
  ([a = NaN, b = NaN]: readonly number[]): number =>
    f(a, b);

const onNumbers: { readonly [K in ElementwiseName]: OnNumbers<K> } = {
  ...tabulate(
    unaryNames,
    (name) =>
      ([x = NaN]: readonly number[]) =>
        unary[name].of(x),
  ),
  ...tabulate(binaryNames, (name) => onTwo(binary[name].of)),
  ...tabulate(comparisonNames, (name) => onTwo(comparison[name].of)),
  stop: ([x = NaN]) => x,
  cast: ([x = NaN], { attrs }) => (attrs.dtype === "int" ? Math.trunc(x) : x),
  select: ([condition = NaN, a = NaN, b = NaN]) => (condition !== 0 ? a : b),
};

const isElementwise = (node: Node): node is NodeOf<ElementwiseName> => node.op in onNumbers;

/** The value of an elementwise primitive of numbers; `undefined` if it is not elementwise. */
export const evaluateScalar = (node: Node, xs: readonly number[]): number | undefined =>
  isElementwise(node) ? entryOf(onNumbers, node.op)(xs, node) : undefined;
