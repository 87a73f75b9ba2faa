/** Constant folding, algebra and common subexpressions: the rules applied to the graph and to every body. */
import { componentsOf } from "../analysis/loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { canonicaliser } from "../analysis/canonicalise.ts";

/** Brings everything to the normal form of the rules; equal values become one node. Drops what is dead. */
export const fold: Pass = (outputs, canonicalise = canonicaliser()) =>
  rewriteLoops(
    outputs,
    (loop) => componentsOf(changeBody(loop, (roots) => fold(roots, canonicalise))),
    canonicalise,
  );
