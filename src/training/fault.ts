/** Finds the first operation of a graph that makes a non-finite value out of finite ones. */
import type { Graph, Node } from "../graph/op.ts";
import type { HostArray } from "../runtime/backend.ts";
import { evaluate } from "../runtime/reference.ts";

/** Of a value; NaN entries are left out of the ends. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
  readonly finite: boolean;
  readonly nan: boolean;
}

export interface NumericalFault {
  readonly node: Node;
  /** Of the innermost loop, from 0. */
  readonly step: number | undefined;
  readonly result: ValueRange;
  readonly operands: readonly ValueRange[];
}

/** Rounds to float32 in place, so that what overflows on the fast backends overflows here, and measures. */
const measure = ({ data }: HostArray): ValueRange => {
  let low = Infinity;
  let high = -Infinity;
  let nan = false;
  for (let i = 0; i < data.length; i += 1) {
    const value = Math.fround(data[i] ?? 0);
    data[i] = value;
    if (Number.isNaN(value)) nan = true;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const finite = !nan && (data.length === 0 || (low > -Infinity && high < Infinity));
  return { low, high, finite, nan };
};

/**
 * The operation that a NaN goes back to, or the first that gave an infinity; `undefined` when all is finite. An
 * infinity alone may be meant (the logarithm of a probability of 0), so a NaN found later counts for more.
 */
export const findFault = (
  graph: Graph,
  inputs: ReadonlyMap<string, HostArray>,
): NumericalFault | undefined => {
  const ranges = new Map<Node, ValueRange>();
  const sources = new Map<Node, NumericalFault>();
  let first: NumericalFault | undefined;
  let nan: NumericalFault | undefined;

  /** The source of a non-finite value, followed within one step. */
  const trace = (node: Node): NumericalFault | undefined => {
    const reached = new Set<Node>([node]);
    for (const next of reached) {
      const source = sources.get(next);
      if (source !== undefined) return source;
      for (const operand of next.operands) {
        if (ranges.get(operand)?.finite === false) reached.add(operand);
      }
    }
    return undefined;
  };

  evaluate(graph, inputs, (node, value, step) => {
    if (node.dtype === "int") return;
    const result = measure(value);
    ranges.set(node, result);
    const operands: readonly Node[] = node.operands;
    const isSource =
      !result.finite &&
      operands.length > 0 &&
      node.op !== "project" &&
      operands.every((operand) => ranges.get(operand)?.finite !== false);
    if (isSource) {
      const known = operands.flatMap((operand) => ranges.get(operand) ?? []);
      const fault = { node, step, result, operands: known };
      sources.set(node, fault);
      first ??= fault;
    } else sources.delete(node);
    if (result.nan) nan ??= trace(node) ?? first;
  });
  return nan ?? first;
};
