/**
 * Sums and products in loops, regrouped so that what does not depend on the carries comes together: (h U + b) + x
 * becomes h U + (b + x), whose second part can leave the loop. Signs and divisors go along. Equal up to rounding.
 */
import { invariant } from "../../diagnostics/invariant.ts";
import { add, mul, neg, reciprocal, sub } from "../build.ts";
import type { Node } from "../op.ts";
import { elements } from "../shapes.ts";
import { rewrite } from "../walk.ts";
import { innerLinks, soleReaders } from "../analysis/chain.ts";
import { componentsOf, rootsOf, withRoots, type TimeLoop } from "../analysis/loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { canonicaliser } from "../analysis/canonicalise.ts";
import { earliestStagesOf, type EarlyStage } from "../analysis/stages.ts";

export const regroup: Pass = (outputs, canonicalise = canonicaliser()) =>
  rewriteLoops(
    outputs,
    (loop) => componentsOf(regroupBody(changeBody(loop, (roots) => regroup(roots, canonicalise)))),
    canonicalise,
  );

/** A summand or factor. */
interface Term {
  readonly node: Node;
  readonly isNegative: boolean;
  /** When it can be computed: once, for all steps, or only in each. */
  readonly rank: number;
}

/** What the links of a chain come to. */
interface Chain {
  readonly kind: Kind;
  readonly terms: readonly Term[];
  /** How many primitives it took. */
  readonly calls: number;
}

/** "sum" stands for differences too, "product" for negations and for divisions by what is known early. */
type Kind = "sum" | "product";

const ranks: { readonly [S in EarlyStage]: number } = { fixed: 0, before: 1, within: 2 };

const isEarly = ({ rank }: Term): boolean => rank < ranks.within;

const regroupBody = (loop: TimeLoop): TimeLoop => {
  const roots = rootsOf(loop);
  const stages = earliestStagesOf(loop);
  const rankOf = (node: Node): number => ranks[stages.get(node) ?? "within"];
  const kindOf = (node: Node): Kind | undefined => {
    if (rankOf(node) < ranks.within) return undefined;
    if (node.op === "add" || node.op === "sub") return "sum";
    if (node.op === "mul" || node.op === "neg") return "product";
    return node.op === "div" && rankOf(node.operands[1]) < ranks.within ? "product" : undefined;
  };
  const links = innerLinks(soleReaders(roots), kindOf);
  const chains = new Map<Node, Chain>();

  const termsOf = (operand: Node, rewritten: Node): Pick<Chain, "terms" | "calls"> =>
    (links.has(operand) ? chains.get(operand) : undefined) ?? {
      terms: [{ node: rewritten, isNegative: false, rank: rankOf(operand) }],
      calls: 0,
    };
  const chainAt = (node: Node, original: Node, kind: Kind): Chain => {
    const [first, second] = original.operands.map((operand, i) =>
      termsOf(operand, node.operands[i] ?? operand),
    );
    invariant(first !== undefined, "a chain has operands");
    const calls = first.calls + (second?.calls ?? 0) + 1;
    if (second === undefined) return { kind, calls, terms: flipped(first.terms, kind) };
    const right = original.op === "sub" ? flipped(second.terms, kind) : second.terms;
    return {
      kind,
      calls,
      terms: [...first.terms, ...(original.op === "div" ? right.map(inverted) : right)],
    };
  };

  const changed = rewrite(roots, (node, original) => {
    const kind = kindOf(original);
    if (kind === undefined) return node;
    const chain = chainAt(node, original, kind);
    chains.set(original, chain);
    return links.has(original) ? node : (combine(chain) ?? node);
  });
  return withRoots(loop, changed);
};

/** The opposite: of a sum every term, of a product one factor. */
const flipped = (terms: readonly Term[], kind: Kind): readonly Term[] =>
  terms.map((term, i) =>
    kind === "sum" || i === 0 ? { ...term, isNegative: !term.isNegative } : term,
  );

const inverted = (term: Term): Term => ({ ...term, node: reciprocal(term.node) });

/** The chain with its early terms made one, if that takes fewer calls in a step. */
const combine = ({ kind, terms, calls }: Chain): Node | undefined => {
  const early = terms
    .filter(isEarly)
    .sort((a, b) => a.rank - b.rank || elements(a.node.shape) - elements(b.node.shape));
  const [first, ...others] = early;
  if (first === undefined) return undefined;
  const late = terms.filter((term) => !isEarly(term));
  const joined = others.reduce((left, right) => join(kind, left, right), first);
  // The sign leaves the loop with the early part.
  const sign = joined.isNegative !== (kind === "product" && isOdd(late));
  const start: Term = { ...joined, isNegative: false, node: sign ? neg(joined.node) : joined.node };
  const rest = kind === "product" ? late.map((term) => ({ ...term, isNegative: false })) : late;
  if (rest.length >= calls) return undefined;
  // Small ones first: the fewest elements are computed.
  return [start, ...rest]
    .sort((a, b) => elements(a.node.shape) - elements(b.node.shape))
    .reduce((left, right) => join(kind, left, right)).node;
};

const isOdd = (terms: readonly Term[]): boolean =>
  terms.filter(({ isNegative }) => isNegative).length % 2 === 1;

const join = (kind: Kind, left: Term, right: Term): Term => {
  const rank = Math.max(left.rank, right.rank);
  if (kind === "product") {
    const isNegative = left.isNegative !== right.isNegative;
    return { node: mul(left.node, right.node), isNegative, rank };
  }
  if (left.isNegative === right.isNegative) {
    return { node: add(left.node, right.node), isNegative: left.isNegative, rank };
  }
  const [plus, minus] = left.isNegative ? [right, left] : [left, right];
  return { node: sub(plus.node, minus.node), isNegative: false, rank };
};
