/** What a pass is. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Graph, Node } from "../op.ts";
import { settler, type Settle } from "../analysis/settle.ts";

/** From the values to compute to equal values, in normal form. */
export type Pass = (outputs: readonly Node[], settle?: Settle) => readonly Node[];

/** Applies a pass to the outputs of a graph. Passes that share a settler do not settle anew what they leave as it is. */
export const applyPass = (pass: Pass, graph: Graph, settle: Settle = settler()): Graph => {
  const values = pass([...graph.outputs.values()], settle);
  return {
    ...graph,
    outputs: new Map(
      [...graph.outputs.keys()].map((name, i) => {
        const value = values[i];
        invariant(value !== undefined, `a pass lost the output ${name}`);
        return [name, value];
      }),
    ),
  };
};
