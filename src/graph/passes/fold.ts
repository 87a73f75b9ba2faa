/** Constant folding, algebra and common subexpressions: the rules applied to the graph and to every body. */
import type { Node } from "../op.ts";
import { componentsOf } from "./loop.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { settler } from "./settle.ts";

/** Brings everything to the normal form of the rules; equal values become one node. Drops what is dead. */
export const fold = (outputs: readonly Node[]): readonly Node[] =>
  rewriteLoops(outputs, (loop) => componentsOf(changeBody(loop, fold)), settler());
