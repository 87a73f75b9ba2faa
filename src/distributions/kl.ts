/** Kullback-Leibler divergences that have a closed form, in nats, elementwise over the event axes. */
import {
  abs,
  add,
  div,
  exp,
  greater,
  log,
  logSoftmax,
  mul,
  neg,
  select,
  sigmoid,
  softmax,
  softplus,
  square,
  sub,
} from "../graph/build.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Node } from "../graph/op.ts";
import { sumLast } from "./categorical.ts";
import type { Arguments } from "./distribution.ts";
import { weighted } from "./weighted.ts";

/** KL(q ‖ p) of two members of one family. */
type ClosedForm = (q: Arguments, p: Arguments) => Node;

const get = (given: Arguments, name: string): Node => {
  const node = given[name];
  invariant(node !== undefined, `no parameter ${name}`);
  return node;
};

/** log(σq/σp), also where the ratio is below every float32. */
const logRatio = (q: Arguments, p: Arguments): Node =>
  sub(log(get(q, "scale")), log(get(p, "scale")));

// ½ [ (σq/σp)² + ((μq - μp)/σp)² - 1 ] - log(σq/σp)
const normalNormal: ClosedForm = (q, p) => {
  const ratio = div(get(q, "scale"), get(p, "scale"));
  const shift = div(sub(get(q, "loc"), get(p, "loc")), get(p, "scale"));
  return sub(mul(0.5, sub(add(square(ratio), square(shift)), 1)), logRatio(q, p));
};

// |μq - μp|/bp + (bq/bp) exp(-|μq - μp|/bq) - 1 - log(bq/bp)
const laplaceLaplace: ClosedForm = (q, p) => {
  const distance = abs(sub(get(q, "loc"), get(p, "loc")));
  const ratio = div(get(q, "scale"), get(p, "scale"));
  const tails = mul(ratio, exp(neg(div(distance, get(q, "scale")))));
  return sub(add(div(distance, get(p, "scale")), tails), add(logRatio(q, p), 1));
};

// log(rq/rp) + rp/rq - 1
const exponentialExponential: ClosedForm = (q, p) => {
  const [rq, rp] = [get(q, "rate"), get(p, "rate")];
  return add(sub(log(rq), log(rp)), sub(div(rp, rq), 1));
};

// rq log(rq/rp) - rq + rp
const poissonPoisson: ClosedForm = (q, p) => {
  const [rq, rp] = [get(q, "rate"), get(p, "rate")];
  return add(weighted(rq, sub(log(rq), log(rp))), sub(rp, rq));
};

// log(wp/wq) where p is possible wherever q is
const uniformUniform: ClosedForm = (q, p) => {
  const [lq, lp, wq, wp] = [get(q, "low"), get(p, "low"), get(q, "width"), get(p, "width")];
  const above = greater(add(lq, wq), add(lp, wp));
  const inside = select(above, Number.POSITIVE_INFINITY, sub(log(wp), log(wq)));
  return select(greater(lp, lq), Number.POSITIVE_INFINITY, inside);
};

// q log(q/p) + (1 - q) log((1 - q)/(1 - p)), where -log p is softplus(-logit)
const bernoulliBernoulli: ClosedForm = (q, p) => {
  const lq = get(q, "logits");
  const lp = get(p, "logits");
  const term = (a: Node, b: Node): Node =>
    weighted(sigmoid(a), sub(softplus(neg(b)), softplus(neg(a))));
  return add(term(lq, lp), term(neg(lq), neg(lp)));
};

const categoricalCategorical: ClosedForm = (q, p) => {
  const lq = get(q, "logits");
  return sumLast(weighted(softmax(lq), sub(logSoftmax(lq), logSoftmax(get(p, "logits")))));
};

/** By the families' names, q's first. The divergence of log-normals is that of their logarithms. */
const pairs: ReadonlyMap<string, ClosedForm> = new Map([
  ["Normal Normal", normalNormal],
  ["LogNormal LogNormal", normalNormal],
  ["Laplace Laplace", laplaceLaplace],
  ["Exponential Exponential", exponentialExponential],
  ["Uniform Uniform", uniformUniform],
  ["Poisson Poisson", poissonPoisson],
  ["Bernoulli Bernoulli", bernoulliBernoulli],
  ["Categorical Categorical", categoricalCategorical],
]);

/** The closed form of KL(q ‖ p) for two families, by name; `undefined` where none is known. */
export const closedFormKl = (q: string, p: string): ClosedForm | undefined =>
  pairs.get(`${q} ${p}`);
