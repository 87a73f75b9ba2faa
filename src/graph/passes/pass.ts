/** What a pass is. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Graph, Node } from "../op.ts";
import { canonicaliser, type Canonicalise } from "../analysis/canonicalise.ts";

/** From the values to compute to equal values, in normal form. */
export type Pass = (outputs: readonly Node[], canonicalise?: Canonicalise) => readonly Node[];

/** Applies a pass to the outputs of a graph. Passes that share a canonicaliser do not do again what they leave as it is. */
export const applyPass = (
  pass: Pass,
  graph: Graph,
  canonicalise: Canonicalise = canonicaliser(),
): Graph => {
  const values = pass([...graph.outputs.values()], canonicalise);
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
