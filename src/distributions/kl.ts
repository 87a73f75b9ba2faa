/** Kullback-Leibler divergences that have a closed form, in nats, elementwise over the event axes. */
import {
  abs,
  add,
  div,
  exp,
  log,
  mul,
  neg,
  sigmoid,
  softmax,
  softplus,
  square,
  sub,
} from "../graph/build.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Node } from "../graph/op.ts";
import { logSoftmax, sumLast } from "./categorical.ts";
import type { Arguments } from "./distribution.ts";

/** KL(q ‖ p) of two members of one family. */
type ClosedForm = (q: Arguments, p: Arguments) => Node;

const get = (given: Arguments, name: string): Node => {
  const node = given[name];
  invariant(node !== undefined, `no parameter ${name}`);
  return node;
};

// ½ [ (σq/σp)² + ((μq - μp)/σp)² - 1 ] - log(σq/σp)
const normalNormal: ClosedForm = (q, p) => {
  const ratio = div(get(q, "scale"), get(p, "scale"));
  const shift = div(sub(get(q, "loc"), get(p, "loc")), get(p, "scale"));
  return sub(mul(0.5, sub(add(square(ratio), square(shift)), 1)), log(ratio));
};

// |μq - μp|/bp + (bq/bp) exp(-|μq - μp|/bq) - 1 - log(bq/bp)
const laplaceLaplace: ClosedForm = (q, p) => {
  const distance = abs(sub(get(q, "loc"), get(p, "loc")));
  const ratio = div(get(q, "scale"), get(p, "scale"));
  const tails = mul(ratio, exp(neg(div(distance, get(q, "scale")))));
  return sub(add(div(distance, get(p, "scale")), tails), add(log(ratio), 1));
};

const bernoulliBernoulli: ClosedForm = (q, p) => {
  const lq = get(q, "logits");
  const lp = get(p, "logits");
  return add(mul(sigmoid(lq), sub(lq, lp)), sub(softplus(lp), softplus(lq)));
};

const categoricalCategorical: ClosedForm = (q, p) => {
  const lq = get(q, "logits");
  return sumLast(mul(softmax(lq), sub(logSoftmax(lq), logSoftmax(get(p, "logits")))));
};

/** By the families' names, q's first. The divergence of log-normals is that of their logarithms. */
const pairs: ReadonlyMap<string, ClosedForm> = new Map([
  ["Normal Normal", normalNormal],
  ["LogNormal LogNormal", normalNormal],
  ["Laplace Laplace", laplaceLaplace],
  ["Bernoulli Bernoulli", bernoulliBernoulli],
  ["Categorical Categorical", categoricalCategorical],
]);

/** The closed form of KL(q ‖ p) for two families, by name; `undefined` where none is known. */
export const closedFormKl = (q: string, p: string): ClosedForm | undefined =>
  pairs.get(`${q} ${p}`);
