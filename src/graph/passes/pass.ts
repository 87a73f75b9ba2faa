/** What a pass is. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Graph, Node } from "../op.ts";

/** From the values to compute to equal values. */
export type Pass = (outputs: readonly Node[]) => readonly Node[];

/** Applies a pass to the outputs of a graph. */
export const applyPass = (pass: Pass, graph: Graph): Graph => {
  const values = pass([...graph.outputs.values()]);
  return {
    inputs: graph.inputs,
    outputs: new Map(
      [...graph.outputs.keys()].map((name, i) => {
        const value = values[i];
        invariant(value !== undefined, `a pass lost the output ${name}`);
        return [name, value];
      }),
    ),
  };
};
