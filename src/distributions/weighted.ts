import { greater, mul, select } from "../graph/build.ts";
import type { Node } from "../graph/op.ts";

/** p x, a term of an expectation: 0 where the probability is 0, whatever x is there, and so is its gradient. */
export const weighted = (p: Node, x: Node): Node => mul(p, select(greater(p, 0), x, 0));
