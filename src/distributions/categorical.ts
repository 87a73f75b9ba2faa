import {
  add,
  argmax,
  logSoftmax,
  neg,
  onehot,
  reshape,
  select,
  softmax,
  sum,
} from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import { distribution, type Distribution } from "./distribution.ts";
import { weighted } from "./weighted.ts";

/** Sum over the last axis, which is dropped. */
export const sumLast = (x: Node): Node =>
  reshape(sum(x, [x.shape.length - 1]), x.shape.slice(0, -1));

/**
 * An index in 0 … n-1 with probabilities softmax(logits), over the last axis of size n. A logit of -inf is a
 * probability of 0. Where all are -inf nothing is possible, and every log density is -inf.
 */
export const categorical: Distribution = distribution({
  name: "Categorical",
  parameters: { logits: "real" },
  support: "index",
  categorical: true,
  reparameterised: false,
  noise: "gumbel",
  // One-hot rather than gather: the logits may broadcast over particles, the index not (or the other way round).
  logProb: ({ logits }, index) =>
    sumLast(select(onehot(index, logits.shape.at(-1) ?? 0), logSoftmax(logits), 0)),
  // Gumbel-max: the largest of log p + Gumbel noise is distributed as p.
  sample: ({ logits }, noise) => argmax(add(logSoftmax(logits), noise)),
  mean: ({ logits }) => softmax(logits),
  entropy: ({ logits }) => neg(sumLast(weighted(softmax(logits), logSoftmax(logits)))),
});
