/** The passes in their order. Every one keeps results equal up to rounding. */
import type { Graph } from "../op.ts";
import { fission } from "./fission.ts";
import { fold } from "./fold.ts";
import { merge } from "./merge.ts";
import { narrow } from "./narrow.ts";
import { applyPass, type Pass } from "./pass.ts";
import { regroup } from "./regroup.ts";
import { separate } from "./separate.ts";
import { canonicaliser } from "../analysis/canonicalise.ts";
import { specialise } from "./specialise.ts";

/**
 * In order. The second round sees what the first took out of the loops: a reverse loop then reads fewer residuals,
 * so that its forward loop has more to leave behind.
 */
export const passes: ReadonlyMap<string, Pass> = new Map([
  ["specialise", specialise],
  ["narrow", narrow],
  ["separate", separate],
  ["regroup", regroup],
  ["merge", merge],
  ["fission", fission],
  ["specialise again", specialise],
  ["separate again", separate],
  ["fission again", fission],
  ["fold", fold],
]);

/** The graph made fast. Only for graphs that are not differentiated later: `stop` is dropped. */
export const optimise = (graph: Graph): Graph => {
  const canonicalise = canonicaliser();
  return [...passes.values()].reduce(
    (current, pass) => applyPass(pass, current, canonicalise),
    graph,
  );
};
