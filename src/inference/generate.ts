/** Graphs that draw: from the model, from the guide, or from one after the other. */
import { distributionOf } from "../distributions/index.ts";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { broadcast, concat, transpose } from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import { inputsOf } from "../graph/walk.ts";
import { hasTime, type Model, type Site } from "../ir/model.ts";
import { cannotPredict } from "./errors.ts";
import type { ModelFrame, Reading } from "./frame.ts";
import { specialise, type Specialisation } from "./specialise.ts";
import type { BatchSizes } from "./graphs.ts";
import type { Sampling, DrawTarget } from "./spec.ts";
import { inferring } from "./terms.ts";
import { readsAhead, staticFrame, unroll, type Segment } from "./unroll.ts";

/** Where a sequence has ended and is to be continued while others still have data. */
const continuing: Reading = () => "early";

/** Everything from the model: latents from priors, observations from their distributions and fed back as drawn. */
const generating: Reading = () => "prior";

interface TargetPlan {
  readonly segments: readonly Segment[];
  /** How sites drawn once are read. */
  readonly statics: Reading;
  /** Draws and means of observations are wanted. */
  readonly observations: boolean;
}

/**
 * The graph that draws `sizes.particles` times for each sequence. What a target generates it does not take as an
 * input: absent or meaningless observations cannot reach it.
 */
export const deriveSampling = (
  model: Model,
  target: DrawTarget,
  sizes: BatchSizes,
): Result<Sampling> => {
  const temporal = hasTime(model);
  const steps = temporal ? sizes.steps : 0;
  invariant(steps !== undefined, "a model with time needs a number of steps");
  if (target.kind === "predict" && (!temporal || target.prefix > steps || target.prefix < 0)) {
    return failure(cannotPredict(target.prefix, temporal ? steps : undefined));
  }
  const plan = planTarget(target, steps, sizes.ragged);
  const observedSteps = target.kind === "predict" ? target.prefix : steps;
  const special = specialise(model, sizes, observedSteps);
  const outputs = draw(special, plan);
  return success({
    graph: { inputs: inputsOf(outputs.values()), outputs },
    ...special.inputs(),
  });
};

const planTarget = (target: DrawTarget, steps: number, ragged: boolean): TargetPlan => {
  const segment = (begin: number, end: number, reading: Reading): readonly Segment[] =>
    end > begin
      ? [{ range: { begin, end }, reading, masked: ragged && reading === inferring }]
      : [];
  // What a sequence lacks of the prefix is generated, as all that comes after it.
  const seen = (prefix: number): readonly Segment[] =>
    segment(0, prefix, inferring).map((one) => (ragged ? { ...one, beyond: continuing } : one));
  const inferred = segment(0, steps, inferring);
  const plans: { readonly [K in DrawTarget["kind"]]: (prefix: number) => TargetPlan } = {
    prior: () => ({
      segments: segment(0, steps, generating),
      statics: generating,
      observations: true,
    }),
    predict: (prefix) => ({
      segments: [...seen(prefix), ...segment(prefix, steps, generating)],
      statics: prefix > 0 ? inferring : generating,
      observations: true,
    }),
    posterior: () => ({ segments: inferred, statics: inferring, observations: false }),
    reconstruct: () => ({ segments: inferred, statics: inferring, observations: true }),
  };
  return plans[target.kind](target.kind === "predict" ? target.prefix : 0);
};

const draw = (special: Specialisation, plan: TargetPlan): ReadonlyMap<string, Node> => {
  const { model, sizes } = special;
  const lead = [sizes.particles, sizes.batch];
  const statics = staticFrame(special, plan.statics);
  const outputs = new Map<string, Node>();
  for (const [name, node] of shown(model, statics, "static", plan)) {
    outputs.set(name, broadcast(node, [...lead, ...node.shape.slice(2)]));
  }

  const parts = new Map<string, Node[]>();
  let carries: ReadonlyMap<string, Node> = new Map();
  for (const segment of plan.segments) {
    const { outputs: series, final } = unroll(special, segment, statics, carries, (frame) =>
      shown(model, frame, "step", plan),
    );
    carries = final;
    for (const [name, node] of series) {
      const [steps = 0] = node.shape;
      const whole = broadcast(node, [steps, ...lead, ...node.shape.slice(3)]);
      parts.set(name, [...(parts.get(name) ?? []), whole]);
    }
  }
  for (const [name, list] of parts) {
    const series = concat(list, 0); // [T, K, B, …]
    outputs.set(name, transpose(series, [1, 2, 0, ...[...series.shape.keys()].slice(3)]));
  }
  return outputs;
};

/** What one place shows: draws, means of observations, watches; each [k, b, …]. */
const shown = (
  model: Model,
  frame: ModelFrame,
  when: Site["when"],
  { observations, segments }: TargetPlan,
): ReadonlyMap<string, Node> => {
  const result = new Map<string, Node>();
  for (const site of model.sites.filter((one) => one.when === when)) {
    if (site.role === "latent") result.set(site.name, frame.site(site));
    else if (observations) {
      result.set(site.name, frame.site(site));
      const { family } = site.prior;
      result.set(`${site.name}.mean`, distributionOf(family).mean(frame.arguments(site.prior)));
    }
  }
  const generated = segments.some(({ reading }) => reading === generating);
  for (const { name, value } of model.watches) {
    if (model.values[value]?.when !== when || result.has(name)) continue;
    // Nothing lies ahead of a step that is being generated.
    if (generated && readsAhead(model, value)) continue;
    result.set(name, frame.value(value));
  }
  return result;
};
