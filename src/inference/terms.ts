/** What each site adds to a bound, in nats: log p(x|…), log p(z|…) - log q(z|…), and KL(q ‖ p). */
import { closedFormKl } from "../distributions/kl.ts";
import { distributionOf } from "../distributions/index.ts";
import { invariant } from "../diagnostics/invariant.ts";
import {
  broadcast,
  concat,
  constant,
  mul,
  neg,
  reshape,
  select,
  sub,
  sum,
} from "../graph/build.ts";
import type { Node, Shape } from "../graph/op.ts";
import { hasTime, type DistributionCall, type Site } from "../ir/model.ts";
import { proposalOf, type ModelFrame, type Reading } from "./frame.ts";
import type { StepRange, Specialisation } from "./specialise.ts";
import { staticFrame, unroll } from "./unroll.ts";

/** One quantity of one site. */
export interface TermSeries {
  /** [T, k, b], or [1, k, b] of a site drawn once. */
  readonly node: Node;
  readonly when: Site["when"];
}

/** Which quantity of a site. */
export type Quantity =
  /** log p of an observation. */
  | "loglik"
  /** log p - log q of a latent at its sample. */
  | "ratio"
  /** log q of a latent at its sample. */
  | "guide"
  /** KL(q ‖ p), in closed form or as -ratio. */
  | "kl";

export type Wanted = (site: Site) => readonly Quantity[];

/** Latents are drawn from their guides, observations are data. */
export const inferring: Reading = (site) => (site.role === "observed" ? "data" : "guide");

/** The quantities by site and kind, "kl z". Padding of ragged sequences is 0. */
export const evaluateSites = (
  special: Specialisation,
  kl: "analytic" | "monte-carlo",
  wanted: Wanted,
): ReadonlyMap<string, TermSeries> => {
  const { model, sizes } = special;
  const statics = staticFrame(special, inferring);
  const quantities = (frame: ModelFrame, when: Site["when"]): ReadonlyMap<string, Node> =>
    new Map(
      model.sites
        .filter((site) => site.when === when)
        .flatMap((site) =>
          wanted(site).map((kind) => [
            `${kind} ${site.name}`,
            quantityOf(special, frame, site, kind, kl),
          ]),
        ),
    );

  const result = new Map<string, TermSeries>();
  for (const [name, node] of quantities(statics, "static")) {
    result.set(name, { node: reshape(node, [1, ...node.shape]), when: "static" });
  }
  if (!hasTime(model)) return result;

  invariant(sizes.steps !== undefined, "a model with time needs a number of steps");
  const range: StepRange = { begin: 0, end: sizes.steps };
  const segment = { range, reading: inferring, masked: sizes.ragged };
  const { outputs } = unroll(special, segment, statics, new Map(), (frame) =>
    quantities(frame, "step"),
  );
  for (const [name, node] of outputs) {
    result.set(name, { node: sizes.ragged ? masked(special, range, node) : node, when: "step" });
  }
  return result;
};

/** Zero where there is no step; selected, for what padding computes need not be finite. */
const masked = (special: Specialisation, range: StepRange, node: Node): Node => {
  const { batch } = special.sizes;
  const exists = reshape(special.mask(range), [range.end - range.begin, 1, batch]);
  return select(exists, node, constant(0, [1, 1, 1]));
};

const quantityOf = (
  special: Specialisation,
  frame: ModelFrame,
  site: Site,
  kind: Quantity,
  kl: "analytic" | "monte-carlo",
): Node => {
  const event = special.shapeOf(site.type);
  const logProb = (call: DistributionCall): Node =>
    sumEvent(distributionOf(call.family).logProb(frame.arguments(call), frame.site(site)), event);
  const { prior } = site;
  const compute: { readonly [Q in Quantity]: () => Node } = {
    loglik: () => logProb(prior),
    guide: () => logProb(proposalOf(site, "guide")),
    ratio: () => {
      const guide = proposalOf(site, "guide");
      return sameCall(guide, prior) ? constant(0, [1, 1]) : sub(logProb(prior), logProb(guide));
    },
    kl: () => {
      const guide = proposalOf(site, "guide");
      if (sameCall(guide, prior)) return constant(0, [1, 1]);
      const closed = kl === "analytic" ? closedFormKl(guide.family, prior.family) : undefined;
      if (closed === undefined) return neg(compute.ratio());
      return sumEvent(closed(frame.arguments(guide), frame.arguments(prior)), event);
    },
  };
  return compute[kind]();
};

/** The guide is the prior: the same distribution of the same values. */
const sameCall = (a: DistributionCall, b: DistributionCall): boolean =>
  a.family === b.family &&
  Object.entries(a.arguments).every(([name, value]) => b.arguments[name] === value);

/** [k, b, E…] to [k, b]; axes that only align count as often as the event has them. */
const sumEvent = (x: Node, event: Shape): Node => {
  const lead = x.shape.slice(0, 2);
  const whole = broadcast(x, [...lead, ...event]);
  return reshape(
    sum(
      whole,
      event.map((_, axis) => axis + lead.length),
    ),
    lead,
  );
};

/** What is reported of every site, by its name there: "kl.z". */
const reported = (
  series: ReadonlyMap<string, TermSeries>,
  make: (one: TermSeries) => Node,
): ReadonlyMap<string, Node> =>
  new Map(
    [...series].flatMap(([name, one]) => {
      const [kind, site] = name.split(" ");
      return kind === "loglik" || kind === "kl" ? [[`${kind}.${site}`, make(one)]] : [];
    }),
  );

/** Means over particles and batch, [T] or []. */
export const reportedTerms = (series: ReadonlyMap<string, TermSeries>): ReadonlyMap<string, Node> =>
  reported(series, ({ node, when }) => {
    const mean = meanOverDraws(node);
    return when === "step" ? mean : reshape(mean, []);
  });

/** Means over particles for each sequence, [T, B] or [1, B]. */
export const termsBySequence = (
  series: ReadonlyMap<string, TermSeries>,
  batch: number,
): ReadonlyMap<string, Node> =>
  reported(series, ({ node }) => {
    const [steps = 1, k = 1, b = 1] = node.shape;
    return broadcast(reshape(mul(sum(node, [1]), 1 / k), [steps, b]), [steps, batch]);
  });

/** [T, k, b] to [T]. */
const meanOverDraws = (node: Node): Node => {
  const [steps = 1, k = 1, b = 1] = node.shape;
  return reshape(mul(sum(node, [1, 2]), 1 / (k * b)), [steps]);
};

/** [T, k, b] to [k, b], in nats per sequence. */
export const overTime = ({ node }: TermSeries): Node =>
  reshape(sum(node, [0]), node.shape.slice(1));

/** The sum of all elements of several vectors and scalars. */
export const grandTotal = (nodes: readonly Node[]): Node => {
  const flat = nodes.map((node) => reshape(node, [node.shape[0] ?? 1]));
  return reshape(sum(concat(flat, 0), [0]), []);
};
