/** Sums, products and maxima over axes. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Node, NodeOf, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import type { TensorKernel } from "./device.ts";
import { reduce, type Reduction } from "./loops.ts";
import { reshaped, type TensorMemory } from "./memory.ts";

type Middle = readonly [outer: number, size: number, inner: number];
type Unary = TensorKernel<TensorInfo, readonly [Node]>;

/** The kernel adds up rows one element after the other in float32, which longer ones are too long for. */
const longRow = 1024;

export const reduction =
  (memory: TensorMemory, kind: Reduction) =>
  (node: NodeOf<Reduction>): Unary | undefined => {
    const steps = middles(node.operands[0].shape, node.attrs.axes).map(
      (middle): Unary | undefined =>
        kind === "sum" && node.dtype === "float" && middle[1] <= longRow && middle[2] === 1
          ? rowSums(memory, middle)
          : loop(memory, kind, node, middle),
    );
    const [first, ...others] = steps;
    if (first === undefined || others.includes(undefined))
      return steps.length > 0 ? undefined : same(memory, node);
    return ([x]) => {
      let value = first([x]);
      for (const step of others) {
        if (step === undefined) continue;
        const next = step([value]);
        memory.release(value);
        value = next;
      }
      return reshaped(value, node.shape);
    };
  };

/** Nothing to reduce: every axis has size 1. */
const same =
  (memory: TensorMemory, { shape }: { readonly shape: Shape }): Unary =>
  ([x]) => {
    memory.retain(x);
    return reshaped(x, shape);
  };

/** Runs of reduced axes, the last first, each as the middle axis of what the later ones leave. */
const middles = (shape: Shape, axes: readonly number[]): readonly Middle[] => {
  const left = [...shape];
  const result: Middle[] = [];
  for (let end = shape.length; end > 0; end -= 1) {
    let begin = end;
    while (begin > 0 && axes.includes(begin - 1)) begin -= 1;
    const size = elements(left.slice(begin, end));
    if (size !== 1) {
      result.push([elements(left.slice(0, begin)), size, elements(left.slice(end))]);
      left.fill(1, begin, end);
    }
    end = Math.max(begin, 1);
  }
  return result;
};

const rowSums = (memory: TensorMemory, [rows, size]: Middle): Unary | undefined => {
  const sum = memory.kernel("Sum");
  const attrs = { axis: [1], keepDims: false };
  return sum && (([x]) => sum({ x: reshaped(x, [rows, size]) }, attrs));
};

const loop =
  (memory: TensorMemory, kind: Reduction, { dtype }: Pick<Node, "dtype">, middle: Middle): Unary =>
  ([x]) => {
    const out = memory.make([middle[0], middle[2]], dtype);
    reduce(memory.view(out), memory.view(x), kind, middle);
    return out;
  };
