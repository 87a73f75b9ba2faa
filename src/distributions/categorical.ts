import {
  add,
  argmax,
  logsumexp,
  mul,
  neg,
  onehot,
  reshape,
  softmax,
  sub,
  sum,
} from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import { distribution, type Distribution } from "./distribution.ts";

/** Over the last axis. */
export const logSoftmax = (logits: Node): Node => sub(logits, logsumexp(logits));

/** Sum over the last axis, which is dropped. */
export const sumLast = (x: Node): Node =>
  reshape(sum(x, [x.shape.length - 1]), x.shape.slice(0, -1));

/** An index in 0 … n-1 with probabilities softmax(logits), over the last axis of size n. */
export const categorical: Distribution = distribution({
  name: "Categorical",
  parameters: { logits: "real" },
  support: "index",
  categorical: true,
  reparameterised: false,
  noise: "gumbel",
  // One-hot rather than gather: the logits may stretch over particles, the index not (or the other way round).
  logProb: ({ logits }, index) =>
    sumLast(mul(onehot(index, logits.shape.at(-1) ?? 0), logSoftmax(logits))),
  // Gumbel-max: the largest of logits + Gumbel noise is distributed as softmax(logits).
  sample: ({ logits }, noise) => argmax(add(logits, noise)),
  mean: ({ logits }) => softmax(logits),
  entropy: ({ logits }) => neg(sumLast(mul(softmax(logits), logSoftmax(logits)))),
});
