/** Gradients by central differences on the reference interpreter. */
import { invariant } from "../../src/diagnostics/invariant.ts";
import type { Node } from "../../src/graph/op.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";

/** Values of nodes, given those of the inputs that they reach. */
export const valuesOf = (
  nodes: readonly Node[],
  inputs: ReadonlyMap<string, HostArray>,
): readonly HostArray[] => {
  const outputs = new Map(nodes.map((node, i) => [`${i}`, node]));
  return [...evaluate({ inputs: inputsOf(nodes), outputs }, inputs).values()];
};

const STEP = 1e-5;

/**
 * The numerical gradient of a scalar by one float input. Its error is about h² |f'''| / 6 + ε |f| / h, with
 * h = 1e-5 that is 2e-11 (|f'''| + |f|).
 */
export const centralDifference = (
  scalar: Node,
  inputs: ReadonlyMap<string, HostArray>,
  by: string,
): readonly number[] => {
  const array = inputs.get(by);
  invariant(array !== undefined, `no input ${by}`);
  const at = (index: number, value: number): number => {
    const data = Float64Array.from(array.data).with(index, value);
    const moved = new Map(inputs).set(by, { shape: array.shape, data });
    return valuesOf([scalar], moved)[0]?.data[0] ?? Number.NaN;
  };
  return Array.from(
    array.data,
    (value, index) => (at(index, value + STEP) - at(index, value - STEP)) / (2 * STEP),
  );
};
