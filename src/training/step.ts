/** A whole training step as one graph: parameters and optimizer slots in, the same and the metrics out. */
import {
  abs,
  add,
  constant,
  div,
  greater,
  input,
  max,
  mul,
  neg,
  reshape,
  select,
  sqrt,
  square,
  sum,
} from "../graph/build.ts";
import { differentiate } from "../graph/gradient.ts";
import type { Graph, Node, NodeOf, Shape } from "../graph/op.ts";
import { optimise } from "../graph/passes/index.ts";
import { inputsOf } from "../graph/walk.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { isDecayed, optimizers } from "./optimizer.ts";
import type { TrainingOptions } from "./options.ts";
import type { ObjectiveGraph } from "../inference/graphs.ts";

/** Names of graph inputs and outputs. No name of a model has a slash. */
export const names = {
  bound: "metric/bound",
  gradNorm: "metric/gradNorm",
  term: (name: string): string => `metric/term/${name}`,
  slot: (optimizer: string, slot: string, parameter: string): string =>
    `${optimizer}.${slot}/${parameter}`,
  scalar: (name: string): string => `optimizer/${name}`,
} as const;

/** State of the optimizer: zeros at first. */
export interface SlotSpec {
  readonly name: string;
  readonly shape: Shape;
}

/** New parameters and slots are outputs of their own names, and replace the old. */
export interface StepGraph {
  readonly graph: Graph;
  readonly slots: readonly SlotSpec[];
}

/** What of the options shapes the graph. */
export type StepOptions = Pick<TrainingOptions, "optimizer" | "clip">;

/** Slots of the optimizer for parameters. */
export const slotsOf = (
  parameters: readonly { readonly name: string; readonly shape: Shape }[],
  { optimizer }: Pick<TrainingOptions, "optimizer">,
): readonly SlotSpec[] =>
  parameters.flatMap(({ name, shape }) =>
    optimizers[optimizer.kind]
      .slots(optimizer)
      .map((slot) => ({ name: names.slot(optimizer.kind, slot, name), shape })),
  );

/** The loss, the bound and the terms with the gradient of the loss by every parameter. */
const derive = (
  objective: ObjectiveGraph,
  storage: number | undefined,
): { readonly reported: ReadonlyMap<string, Node>; readonly gradients: readonly Node[] } => {
  const loss = "loss";
  const { outputs, gradients } = differentiate(
    new Map<string, Node>([
      [loss, neg(objective.surrogate)],
      [names.bound, objective.bound],
      ...[...objective.terms].map(([name, term]) => [names.term(name), term] as const),
    ]),
    loss,
    objective.parameters,
    storage === undefined ? {} : { storage },
  );
  const reported = new Map([...outputs].filter(([name]) => name !== loss));
  return { reported: new Map([...reported, [names.gradNorm, globalNorm(gradients)]]), gradients };
};

/** 1 for numbers, 0 for infinities and what is not a number. */
const isFinite = (x: Node): Node => greater(constant(Infinity), abs(x));

/** Root of the sum of squares over all gradients, []. */
const globalNorm = (gradients: readonly Node[]): Node =>
  sqrt(
    gradients
      .map((g) => {
        const axes = g.shape.map((_, axis) => axis);
        return reshape(sum(square(g), axes), []);
      })
      .reduce((a, b) => add(a, b), constant(0)),
  );

/** The optimised step. One executable of it does everything that an iteration does. */
export const buildStep = (
  objective: ObjectiveGraph,
  options: StepOptions,
  storage?: number,
): StepGraph => {
  const { graph, slots } = deriveStep(objective, options, storage);
  return { graph: optimise(graph), slots };
};

/**
 * The step as it is before any pass. State stays as it is where the bound or the
 * gradient is not finite; nothing of an update is computed before that is known, so that it can be computed in place. A loop
 * that would store more than `storage` bytes for its gradient is computed in blocks, twice (see `differentiate`).
 */
export const deriveStep = (
  objective: ObjectiveGraph,
  options: StepOptions,
  storage?: number,
): StepGraph => {
  const { optimizer, clip } = options;
  const rule = optimizers[optimizer.kind];
  const { reported, gradients } = derive(objective, storage);
  const norm = reported.get(names.gradNorm);
  const bound = reported.get(names.bound);
  invariant(norm !== undefined && bound !== undefined, "the step has a bound and a norm");
  const isGood = mul(isFinite(bound), isFinite(norm));
  // Not below 1 where the norm is small: max(norm, clip) needs no guard against division by zero.
  const scale = clip === null ? null : div(constant(clip), max(norm, clip));

  const scalars = new Map(
    Object.keys(rule.scalars(optimizer, 1)).map((name) => [name, input(names.scalar(name), [])]),
  );
  const parameters = objective.parameters.map(({ attrs: { name }, shape }) => ({ name, shape }));
  const slots = slotsOf(parameters, options);
  const slotInputs = new Map(slots.map(({ name, shape }) => [name, input(name, shape)]));
  const find = (inputs: ReadonlyMap<string, NodeOf<"input">>, name: string): Node => {
    const node = inputs.get(name);
    invariant(node !== undefined, `no input ${name}`);
    return node;
  };

  const outputs = new Map<string, Node>();
  objective.parameters.forEach((parameter, i) => {
    const { name } = parameter.attrs;
    const raw = gradients[i];
    invariant(raw !== undefined, `no gradient of ${name}`);
    const gradient = select(isGood, raw, 0);
    const slotName = (slot: string): string => names.slot(optimizer.kind, slot, name);
    const updated = rule.update({
      parameter,
      gradient: scale === null ? gradient : mul(gradient, scale),
      slot: (slot) => find(slotInputs, slotName(slot)),
      scalar: (scalar) => find(scalars, scalar),
      options: optimizer,
      decays: isDecayed(name, parameter.shape),
    });
    outputs.set(name, select(isGood, updated.parameter, parameter));
    for (const [slot, node] of Object.entries(updated.slots)) {
      const full = slotName(slot);
      outputs.set(full, select(isGood, node, find(slotInputs, full)));
    }
  });
  for (const [name, node] of reported) outputs.set(name, node);

  const donated = new Set([...parameters, ...slots].map(({ name }) => name));
  return { graph: { inputs: inputsOf(outputs.values()), outputs, donated }, slots };
};
