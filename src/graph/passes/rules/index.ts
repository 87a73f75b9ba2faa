/** The rewriting rules, one list a primitive. */
import { broadcastAfter } from "../../analysis/axes.ts";
import { contractRules } from "./contraction.ts";
import { elementwiseRules } from "./elementwise.ts";
import { addOfPads, layoutTable } from "./layout.ts";
import { reductionTable } from "./reduction.ts";
import type { Rules } from "./rule.ts";

/** Total: an empty list says that nothing is known to simplify. */
export const rules: Rules = {
  input: [],
  constant: [],
  iota: [],
  ...elementwiseRules,
  add: [...elementwiseRules.add, addOfPads],
  ...reductionTable,
  ...layoutTable,
  onehot: [(node) => broadcastAfter(node, [])],
  gather: [],
  scatterAdd: [],
  windows: [],
  overlapAdd: [],
  contract: contractRules,
  // Loops and their components are the business of the passes that take loops apart.
  scan: [],
  project: [],
};
