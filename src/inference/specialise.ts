/** A model at given sizes: what its names are as graph inputs. */
import { distributionOf } from "../distributions/index.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { added } from "../graph/added.ts";
import { concat, constant, input, slice, transpose } from "../graph/build.ts";
import type { Dtype, Node, NodeOf, Shape } from "../graph/op.ts";
import type { DataField, Model, Site, Type } from "../ir/model.ts";
import { sameShape } from "../graph/shapes.ts";
import { evaluate, type Dim } from "../shape/dim.ts";
import { dtypeOf } from "./emit.ts";
import { proposalOf, type Proposal } from "./frame.ts";
import type { BatchSizes, GraphInputs, NoiseInput, ObjectiveGraph } from "./graphs.ts";

/** Steps `begin` up to, not including, `end`. */
export interface StepRange {
  readonly begin: number;
  readonly end: number;
}

/** A model at given sizes. Asking for an input makes it one of the graph's. */
export interface Specialisation {
  readonly model: Model;
  readonly sizes: BatchSizes;
  readonly size: (dim: Dim) => number;
  readonly shapeOf: (type: Type) => Shape;
  readonly parameter: (name: string) => NodeOf<"input">;
  /** One value per sequence [B, E…] or per batch [E…]. */
  readonly data: (name: string) => Node;
  /** Values of some steps [n, B, E…]. */
  readonly stepData: (name: string, range: StepRange) => Node;
  /** Standard noise for one draw [K, B, …]. */
  readonly noise: (site: Site, proposal: Proposal) => Node;
  /** Standard noise for some steps [n, K, B, …], always the same ones of a site and what it is drawn from. */
  readonly stepNoise: (site: Site, proposal: Proposal, range: StepRange) => Node;
  /** 1 for steps that exist [n, B]. */
  readonly mask: (range: StepRange) => Node;
  /** 1 for steps that another one follows, and for the last of the range [n, B]. */
  readonly maskOfNext: (range: StepRange) => Node;
  /** The scalar that multiplies the surrogate's divergences. */
  readonly klWeight: () => Node;
  /** Everything asked for so far. */
  readonly inputs: () => GraphInputs & Pick<ObjectiveGraph, "scalars">;
}

/** Steps of [B, T, …] as [n, B, …]. */
const stepsFirst = (x: Node, { begin, end }: StepRange): Node => {
  const part = slice(
    x,
    x.shape.map((_, axis) => (axis === 1 ? begin : 0)),
    x.shape.with(1, end - begin),
  );
  return transpose(part, [1, 0, ...[...x.shape.keys()].slice(2)]);
};

/**
 * Makes a specialisation. `observedSteps` is how many steps of observed fields the graph is given; fields that are
 * given (actions, contexts) are always there for all steps.
 */
export const specialise = (
  model: Model,
  sizes: BatchSizes,
  observedSteps: number = sizes.steps ?? 0,
): Specialisation => {
  const dims = new Map(Object.entries(sizes.dims));
  for (const [name, value] of Object.entries(model.dims)) {
    if (value !== null) dims.set(name, value);
  }
  const size = (dim: Dim): number => {
    const value = evaluate(dim, dims);
    invariant(value !== undefined, `dimension ${dim} has no value`);
    return value;
  };
  const shapeOf = (type: Type): Shape => type.axes.map(size);

  const parameters = new Map(
    model.parameters.map(({ name, shape }) => [name, input(name, shape.map(size))]),
  );
  const fields = new Map(model.data.map((field) => [field.name, field]));
  const used = new Map<string, NodeOf<"input">>();
  const noises = new Map<string, { readonly spec: NoiseInput; readonly node: NodeOf<"input"> }>();
  let weight: NodeOf<"input"> | undefined;

  const use = (name: string, shape: Shape, dtype: Dtype): NodeOf<"input"> => {
    const node = used.get(name) ?? input(name, shape, dtype);
    used.set(name, node);
    return node;
  };
  const fieldOf = (name: string): DataField => {
    const field = fields.get(name);
    invariant(field !== undefined, `no data ${name}`);
    return field;
  };
  const total = (): number => {
    invariant(sizes.steps !== undefined, "a model with time needs a number of steps");
    return sizes.steps;
  };

  const noiseInput = (
    site: Site,
    proposal: Proposal,
    lead: Shape,
    per: NoiseInput["per"],
  ): Node => {
    const call = proposalOf(site, proposal);
    const { signature, noise: kind } = distributionOf(call.family);
    const logits = call.arguments["logits"];
    const outcomes =
      signature.categorical && logits !== undefined
        ? model.values[logits]?.type.axes.slice(-1)
        : [];
    invariant(outcomes !== undefined, `${site.name} has no logits`);
    const name = added.noise(site.name, proposal);
    const shape = [...lead, ...shapeOf(site.type), ...outcomes.map(size)];
    const entry = noises.get(name) ?? {
      spec: { name, shape, kind, per },
      node: input(name, shape),
    };
    invariant(sameShape(entry.spec.shape, shape), `${name} is drawn for two ranges of steps`);
    noises.set(name, entry);
    return entry.node;
  };

  const mask = (range: StepRange): Node =>
    stepsFirst(use(added.mask, [sizes.batch, total()], "float"), range);

  return {
    model,
    sizes,
    size,
    shapeOf,
    parameter: (name) => {
      const node = parameters.get(name);
      invariant(node !== undefined, `no parameter ${name}`);
      return node;
    },
    data: (name) => {
      const { type, per } = fieldOf(name);
      invariant(per !== "step", `${name} has a value per step`);
      const lead = per === "shared" ? [] : [sizes.batch];
      return use(name, [...lead, ...shapeOf(type)], dtypeOf(type.base));
    },
    stepData: (name, range) => {
      const { type, role } = fieldOf(name);
      const steps = role === "observed" ? observedSteps : total();
      const node = use(name, [sizes.batch, steps, ...shapeOf(type)], dtypeOf(type.base));
      return stepsFirst(node, range);
    },
    noise: (site, proposal) =>
      noiseInput(site, proposal, [sizes.particles, sizes.batch], "sequence"),
    stepNoise: (site, proposal, { begin, end }) =>
      noiseInput(site, proposal, [end - begin, sizes.particles, sizes.batch], "step"),
    mask,
    maskOfNext: ({ begin, end }) => {
      const last = constant(1, [1, sizes.batch]);
      return end - begin > 1 ? concat([mask({ begin: begin + 1, end }), last], 0) : last;
    },
    klWeight: () => (weight ??= input(added.klWeight, [])),
    inputs: () => ({
      parameters: [...parameters.values()],
      data: [...used.values()],
      noise: [...noises.values()].map(({ spec }) => spec),
      scalars: weight === undefined ? [] : [added.klWeight],
    }),
  };
};
