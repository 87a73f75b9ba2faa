/** Contractions as batched matrix products. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Node, NodeOf, Shape } from "../../graph/op.ts";
import { planContraction, type Arranged } from "./contract.ts";
import type { TensorKernel } from "./device.ts";
import { reshaped, type TensorMemory } from "./memory.ts";

type Place = (tensor: TensorInfo) => TensorInfo;

export const contraction = (
  memory: TensorMemory,
  node: NodeOf<"contract">,
): TensorKernel<TensorInfo, readonly [Node, Node]> | undefined => {
  // The wasm backend takes transposed factors 15 times slower than it transposes them.
  const plan = planContraction(node, false);
  const transpose = memory.kernel("Transpose");
  const matmul = memory.kernel("BatchMatMul");
  const multiply = memory.kernel("Multiply");
  if (transpose === undefined || matmul === undefined || multiply === undefined) return undefined;

  const moved = (permutation: readonly number[], shape: Shape): Place => {
    const perm = [...permutation];
    return (x) => reshaped(transpose({ x }, { perm }), shape);
  };
  const { permutation, shape, swapped } = plan;
  const finish: Place | undefined = permutation && moved(permutation, node.shape);
  const [first, second] = [plan.first, plan.second].map(
    ({ permutation: order, shape: into }: Arranged) =>
      order === undefined ? undefined : moved(order, into),
  );
  const attrs = { transposeA: false, transposeB: false };
  return ([x, y]) => {
    const left = swapped ? y : x;
    const right = swapped ? x : y;
    const a = first === undefined ? reshaped(left, plan.first.shape) : first(left);
    const b = second === undefined ? reshaped(right, plan.second.shape) : second(right);
    const product = plan.kind === "matmul" ? matmul({ a, b }, attrs) : multiply({ a, b });
    if (first !== undefined) memory.release(a);
    if (second !== undefined) memory.release(b);
    if (finish === undefined) return reshaped(product, node.shape);
    const result = finish(reshaped(product, shape));
    memory.release(product);
    return result;
  };
};
