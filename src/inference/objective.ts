/** Model × bound × estimator to a graph: the bound to report and the surrogate to ascend, two outputs. */
import { invariant } from "../diagnostics/invariant.ts";
import { add, broadcast, constant, max, mul, reshape, sum, transpose } from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import type { Model, Site } from "../ir/model.ts";
import { smallestFirst } from "./align.ts";
import { logMeanExp, vimcoSurrogate } from "./estimator.ts";
import { isScored, type Plan } from "./legality.ts";
import { specialise, type Specialisation } from "./specialise.ts";
import type { BatchSizes, EvaluationGraph, ObjectiveGraph } from "./graphs.ts";
import type { ObjectiveSpec } from "./spec.ts";
import {
  evaluateSites,
  grandTotal,
  overTime,
  reportedTerms,
  termsBySequence,
  type Quantity,
  type TermSeries,
} from "./terms.ts";

type AllSeries = ReadonlyMap<string, TermSeries>;

/** The objective at these sizes. */
export const deriveObjective = (plan: Plan, sizes: BatchSizes): ObjectiveGraph => {
  invariant(sizes.particles >= plan.leastParticles, `planned for ${plan.leastParticles} particles`);
  const special = specialise(plan.model, sizes);
  return { ...derivations[plan.spec.bound.kind](special, plan), ...special.inputs() };
};

/** Log weights and terms of each sequence at these sizes. Values only, so any model will do. */
export const deriveEvaluation = (
  model: Model,
  sizes: BatchSizes,
  kl: ObjectiveSpec["kl"] = "analytic",
): EvaluationGraph => {
  const special = specialise(model, sizes);
  const series = evaluateSites(special, kl, (site) =>
    site.role === "observed" ? ["loglik"] : ["ratio", "kl"],
  );
  const logWeights = totalWeights(special, series, (node) => node);
  return { logWeights, terms: termsBySequence(series, sizes.batch), ...special.inputs() };
};

type Derived = Pick<ObjectiveGraph, "bound" | "surrogate" | "terms">;

const deriveElbo = (special: Specialisation, { spec }: Plan): Derived => {
  const series = evaluateSites(special, spec.kl, (site) =>
    site.role === "observed" ? ["loglik"] : ["kl"],
  );
  const terms = reportedTerms(series);
  const valued = (change: (kl: Node, name: string) => Node): Node =>
    grandTotal(
      [...terms].map(([name, term]) =>
        name.startsWith("kl.") ? mul(-1, change(term, name)) : term,
      ),
    );
  const bound = valued((kl) => kl);
  if (!spec.klWeight && spec.freeBits === 0) return { bound, surrogate: bound, terms };
  const surrogate = valued((kl, name) => {
    const site = special.model.sites.find((one) => `kl.${one.name}` === name);
    invariant(site !== undefined, name);
    const held = spec.freeBits === 0 ? kl : max(kl, freeNats(special, site, spec.freeBits));
    return spec.klWeight ? mul(held, special.klWeight()) : held;
  });
  return { bound, surrogate, terms };
};

/** The floor under a site's batch mean of KL, [T] or []: of as many sequences as have the step. */
const freeNats = (special: Specialisation, site: Site, nats: number): Node => {
  const { steps, batch, ragged } = special.sizes;
  if (site.when === "static" || steps === undefined) return constant(nats);
  if (!ragged) return constant(nats, [steps]);
  const count = sum(special.mask({ begin: 0, end: steps }), [1]);
  return reshape(mul(count, nats / batch), [steps]);
};

const deriveIwae = (special: Specialisation, plan: Plan): Derived => {
  const { spec } = plan;
  const scored = new Set(
    plan.estimators.filter(({ kind }) => isScored[kind]).map(({ site }) => site),
  );
  const latent: readonly Quantity[] = ["ratio", "kl"];
  const series = evaluateSites(special, spec.kl, (site) =>
    site.role === "observed" ? ["loglik"] : scored.has(site) ? [...latent, "guide"] : latent,
  );
  const terms = reportedTerms(series);
  const logWeights = batchFirst(totalWeights(special, series, (node) => node));
  const bound = batchMean(logMeanExp(logWeights));
  const weighed = spec.klWeight
    ? batchFirst(totalWeights(special, series, (node) => mul(node, special.klWeight())))
    : logWeights;
  if (scored.size === 0) {
    return { bound, surrogate: spec.klWeight ? batchMean(logMeanExp(weighed)) : bound, terms };
  }
  const logGuide = totalOf(special, series, "guide", (node) => node);
  invariant(logGuide !== undefined, "no guide to score");
  const surrogate = batchMean(vimcoSurrogate(weighed, batchFirst(logGuide), plan.baseline));
  return { bound, surrogate, terms };
};

const derivations: Readonly<
  Record<ObjectiveSpec["bound"]["kind"], (special: Specialisation, plan: Plan) => Derived>
> = { elbo: deriveElbo, iwae: deriveIwae };

/** log wₖ of whole sequences [K, B]; `change` may temper what latents add. */
const totalWeights = (
  special: Specialisation,
  series: AllSeries,
  change: (ratio: Node) => Node,
): Node => {
  const parts = [
    totalOf(special, series, "loglik", (node) => node),
    totalOf(special, series, "ratio", change),
  ].filter((node) => node !== undefined);
  const [first, ...others] = smallestFirst(parts);
  invariant(first !== undefined, "a model without sites has no bound");
  return others.reduce(add, first);
};

/** One quantity summed over sites and time, [K, B]. */
const totalOf = (
  { sizes }: Specialisation,
  series: AllSeries,
  kind: Quantity,
  change: (node: Node) => Node,
): Node | undefined => {
  const parts = [...series].flatMap(([name, one]) =>
    name.startsWith(`${kind} `) ? [overTime(one)] : [],
  );
  const [first, ...others] = smallestFirst(parts);
  if (first === undefined) return undefined;
  return broadcast(change(others.reduce(add, first)), [sizes.particles, sizes.batch]);
};

const batchFirst = (x: Node): Node => transpose(x, [1, 0]);

/** [B, 1] to []. */
const batchMean = (x: Node): Node => reshape(mul(sum(x, [0]), 1 / (x.shape[0] ?? 1)), []);
