/**
 * Sums and products in loops, regrouped so that what does not depend on the carries comes together: (h U + b) + x
 * becomes h U + (b + x), whose second part can leave the loop. Equal up to rounding.
 */
import { invariant } from "../../diagnostics/invariant.ts";
import { add, mul, neg, sub } from "../build.ts";
import type { Node } from "../op.ts";
import { elements } from "../shapes.ts";
import { rewrite } from "../walk.ts";
import { innerLinks, soleReaders } from "./chain.ts";
import { componentsOf, rootsOf, withRoots, type TimeLoop } from "./loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { settler } from "./settle.ts";
import { stagesOf, type Stage } from "./stages.ts";

export const regroup: Pass = (outputs) =>
  rewriteLoops(outputs, (loop) => componentsOf(regroupBody(changeBody(loop, regroup))), settler());

/** A summand or factor, and whether it is subtracted. */
interface Term {
  readonly node: Node;
  readonly isNegative: boolean;
  readonly rank: number;
}

/** What can be computed earliest comes first. */
const ranks: { readonly [S in Stage]: number } = { fixed: 0, before: 1, within: 2, after: 2 };

/** `add` stands for sums and differences. */
type Chain = "add" | "mul";

const chainOf = (node: Node): Chain | undefined => {
  if (node.op === "add" || node.op === "sub") return "add";
  return node.op === "mul" ? "mul" : undefined;
};

const regroupBody = (loop: TimeLoop): TimeLoop => {
  const roots = rootsOf(loop);
  const stages = stagesOf(loop);
  const links = innerLinks(soleReaders(roots), chainOf);
  const terms = new Map<Node, readonly Term[]>();
  const changed = rewrite(roots, (node, original) => {
    const chain = chainOf(original);
    if (chain === undefined) return node;
    const all = original.operands.flatMap((operand, i): readonly Term[] => {
      const isNegative = original.op === "sub" && i === 1;
      const inner = links.has(operand) ? terms.get(operand) : undefined;
      if (inner !== undefined) {
        return inner.map((term) => ({ ...term, isNegative: term.isNegative !== isNegative }));
      }
      const rank = ranks[stages.get(operand) ?? "within"];
      return [{ node: node.operands[i] ?? operand, isNegative, rank }];
    });
    terms.set(original, all);
    const early = all.filter(({ rank }) => rank < ranks.within);
    return links.has(original) || early.length < 2 || early.length === all.length
      ? node
      : combine(chain, all);
  });
  return withRoots(loop, changed);
};

/** Early terms first, small ones among them first; what depends on the carries keeps its order. */
const combine = (chain: Chain, terms: readonly Term[]): Node => {
  const isEarly = ({ rank }: Term): boolean => rank < ranks.within;
  const early = terms
    .filter(isEarly)
    .sort((a, b) => a.rank - b.rank || elements(a.node.shape) - elements(b.node.shape));
  const [first, ...others] = [...early, ...terms.filter((term) => !isEarly(term))];
  invariant(first !== undefined, "a sum of nothing");
  const { node, isNegative } = others.reduce((left, right) => join(chain, left, right), first);
  return isNegative ? neg(node) : node;
};

const join = (chain: Chain, left: Term, right: Term): Term => {
  if (chain === "mul") return { ...left, node: mul(left.node, right.node) };
  if (left.isNegative === right.isNegative) return { ...left, node: add(left.node, right.node) };
  const [plus, minus] = left.isNegative ? [right, left] : [left, right];
  return { ...plus, node: sub(plus.node, minus.node) };
};
