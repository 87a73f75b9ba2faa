/** Nodes of one graph or function, each written once. */
import { distinctly } from "../../diagnostics/json.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { type as typeOf } from "./recipe.ts";
import {
  resultNames,
  type NodeAttributes,
  type GraphOperation,
  type NodeDef,
  type Tensor,
  type TensorValue,
} from "./graph-def.ts";

/** Appends nodes. The same operation on the same inputs gives the same node. */
export interface GraphWriter {
  /** A result by its place. */
  readonly node: (
    operation: GraphOperation,
    inputs: readonly Tensor[],
    attributes: NodeAttributes,
  ) => (result: number) => Tensor;
  /** A node of this name, whatever else there is. */
  readonly named: (
    name: string,
    operation: GraphOperation,
    inputs: readonly Tensor[],
    attributes: NodeAttributes,
  ) => Tensor;
  readonly constant: (value: TensorValue) => Tensor;
  readonly ints: (shape: Shape, data: readonly number[]) => Tensor;
  /** So far. */
  readonly nodes: readonly NodeDef[];
}

/** Where the nodes are decides how they name values: functions do it by the names of results. */
export const graphWriter = (place: "graph" | "function"): GraphWriter => {
  const nodes: NodeDef[] = [];
  const known = new Map<string, NodeDef>();

  const node: GraphWriter["node"] = (operation, inputs, attributes) => {
    const key = keyOf(operation, inputs, attributes);
    const found = known.get(key);
    const written = found ?? {
      name: `${operation}.${nodes.length}`,
      operation,
      inputs,
      attributes,
    };
    if (found === undefined) {
      known.set(key, written);
      nodes.push(written);
    }
    return (result) => references[place](written, result);
  };
  const named: GraphWriter["named"] = (name, operation, inputs, attributes) => {
    const written = { name, operation, inputs, attributes };
    nodes.push(written);
    return references[place](written, 0);
  };
  const constant: GraphWriter["constant"] = (value) =>
    node("Const", [], {
      dtype: typeOf(value.dtype),
      value: { kind: "tensor", value: compressed(value) },
    })(0);
  return {
    node,
    named,
    constant,
    ints: (shape, data) => constant({ dtype: "int", shape, data: Int32Array.from(data) }),
    nodes,
  };
};

const references = {
  graph: ({ name }: NodeDef, result: number): Tensor => (result === 0 ? name : `${name}:${result}`),
  function: ({ name, operation }: NodeDef, result: number): Tensor => {
    const names = resultNames[operation];
    const at = Math.min(result, names.length - 1);
    const named = names[at];
    invariant(named !== undefined, `${operation} has no results`);
    return `${name}:${named}:${result - at}`;
  },
};

const keyOf = (
  operation: GraphOperation,
  inputs: readonly Tensor[],
  attributes: NodeAttributes,
): string =>
  `${operation}(${inputs.join()})${JSON.stringify(attributes, (key, value: unknown) =>
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")
      : distinctly(key, value),
  )}`;

/** One number for all elements where they are equal. */
const compressed = (value: TensorValue): TensorValue => {
  const { data, shape, dtype } = value;
  if (typeof data === "number" || elements(shape) === 0) return value;
  const [first] = data;
  return first !== undefined && data.every((element) => Object.is(element, first))
    ? { dtype, shape, data: first }
    : value;
};
