/** Bounds of several particles from their log weights, and the signal of VIMCO. */
import {
  add,
  concat,
  constant,
  equal,
  greater,
  iota,
  logsumexp,
  mul,
  reshape,
  select,
  stop,
  sub,
  sum,
} from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import type { Baseline } from "./spec.ts";

/** log of the mean over the last axis of exp, [B, K] to [B, 1]: the bound of K particles. */
export const logMeanExp = (logWeights: Node): Node =>
  sub(logsumexp(logWeights), Math.log(logWeights.shape.at(-1) ?? 1));

/**
 * What the bound would be without particle k's own weight, [B, K] to [B, K]: its weight is replaced by a mean of
 * the others (arithmetic: Bornschein et al. 2017, eq. 8; geometric: Mnih & Rezende 2016). By masking and not by
 * log(exp L - exp wₖ), which cancels where one particle dominates. Where the others are all impossible there is no baseline:
 * it is 0, which like any number that does not depend on particle k keeps the gradient unbiased.
 */
export const leaveOneOut = (logWeights: Node, baseline: Baseline): Node => {
  const [batch = 1, particles = 1] = logWeights.shape;
  const own = equal(iota([1, particles, particles], 1), iota([1, particles, particles], 2));
  const each = reshape(logWeights, [batch, 1, particles]);
  const weights = select(own, constant(-Infinity, [1, 1, 1]), each); // [B, k, j]
  const compute: { readonly [K in Baseline]: () => Node } = {
    arithmetic: () => sub(logsumexp(weights), Math.log(particles - 1)),
    geometric: () => {
      const rest = sum(select(own, constant(0, [1, 1, 1]), each), [2]);
      const mean = mul(rest, 1 / (particles - 1));
      return sub(logsumexp(concat([weights, mean], 2)), Math.log(particles));
    },
  };
  const others = compute[baseline]();
  return reshape(select(greater(others, -Infinity), others, 0), [batch, particles]);
};

/**
 * A scalar per sequence [B, 1] whose gradient is VIMCO's: the bound, with log q attached in its weights, plus the sum
 * over k of stop(L - Bₖ) log q(hₖ) for the sites that are not reparameterised. The paper's term -wₖ ∇log q(hₖ) comes
 * out of the bound itself; it must not be added again.
 */
export const vimcoSurrogate = (
  logWeights: Node, // [B, K]
  logGuide: Node, //   [B, K]
  baseline: Baseline,
): Node => {
  const bound = logMeanExp(logWeights);
  const signal = stop(sub(bound, leaveOneOut(logWeights, baseline)));
  return add(bound, sum(mul(signal, logGuide), [1]));
};
