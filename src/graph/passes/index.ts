/** The passes in their order. Every one keeps results equal up to rounding. */
import type { Graph } from "../op.ts";
import { fission } from "./fission.ts";
import { fold } from "./fold.ts";
import { componentsOf } from "./loop.ts";
import { merge } from "./merge.ts";
import { narrow } from "./narrow.ts";
import { applyPass, type Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { regroup } from "./regroup.ts";
import { separate } from "./separate.ts";
import { settler } from "./settle.ts";
import { specialise } from "./specialise.ts";

/** Once nothing is differentiated any more, `stop` is the identity. */
const dropStops: Pass = (outputs, settle) =>
  rewriteLoops(
    outputs,
    (loop) => componentsOf(changeBody(loop, (roots) => dropStops(roots, settle))),
    (node) => (node.op === "stop" ? node.operands[0] : node),
  );

/**
 * In order. The second round sees what the first took out of the loops: a reverse loop then reads fewer residuals,
 * so that its forward loop has more to leave behind.
 */
export const passes: ReadonlyMap<string, Pass> = new Map([
  ["drop stops", dropStops],
  ["fold", fold],
  ["specialise", specialise],
  ["narrow", narrow],
  ["separate", separate],
  ["regroup", regroup],
  ["merge", merge],
  ["fission", fission],
  ["specialise again", specialise],
  ["separate again", separate],
  ["regroup again", regroup],
  ["fission again", fission],
  ["fold again", fold],
]);

/** The graph made fast. Only for graphs that are not differentiated later: `stop` is dropped. */
export const optimise = (graph: Graph): Graph => {
  const settle = settler();
  return [...passes.values()].reduce((current, pass) => applyPass(pass, current, settle), graph);
};
