/** Runs graphs on the float64 reference with plain numbers. */
import { differentiate } from "../../../src/graph/gradient.ts";
import type { Node } from "../../../src/graph/op.ts";
import { elements } from "../../../src/graph/shapes.ts";
import { inputsOf } from "../../../src/graph/walk.ts";
import type { Buffer } from "../../../src/runtime/backend.ts";
import { referenceBackend } from "../../../src/runtime/reference.ts";
import { planEstimators } from "../../../src/inference/legality.ts";
import { deriveObjective } from "../../../src/inference/objective.ts";
import type { BatchSizes, GraphInputs, ObjectiveGraph } from "../../../src/inference/graphs.ts";
import type { ObjectiveSpec } from "../../../src/inference/spec.ts";
import type { Model } from "../../../src/ir/model.ts";
import { uniforms } from "../../support/numbers.ts";
import { need } from "../../support/need.ts";

/** Numbers of one input, row-major. */
export type Numbers = Readonly<Record<string, readonly number[]>>;

type Runner = (values: Numbers) => ReadonlyMap<string, readonly number[]>;

/** Nodes planned once, to be run many times. */
export const prepare = (nodes: ReadonlyMap<string, Node>): Runner => {
  const inputs = inputsOf(nodes.values());
  const compiled = referenceBackend.compile({ inputs, outputs: nodes });
  if (!compiled.ok) throw new Error("the reference runs every graph");
  return (values) => {
    const buffers = inputs.map(({ attrs: { name }, shape, dtype }): readonly [string, Buffer] => {
      const given = values[name];
      if (given?.length !== elements(shape)) {
        throw new Error(`${name} [${shape.join(", ")}] got ${given?.length} numbers`);
      }
      const data = dtype === "int" ? Int32Array.from(given) : Float64Array.from(given);
      return [name, referenceBackend.upload({ shape, data }, dtype)];
    });
    const results = compiled.value.run(new Map(buffers));
    return new Map([...results].map(([name, buffer]) => [name, [...buffer.read().data]]));
  };
};

/** One value. */
export const runOne = (node: Node, values: Numbers = {}): readonly number[] =>
  prepare(new Map([["it", node]]))(values).get("it") ?? [];

/** A scalar and its gradients by the parameters, concatenated in their order. */
export const gradientOf = (
  node: Node,
  parameters: GraphInputs["parameters"],
): ((values: Numbers) => { readonly value: number; readonly gradient: readonly number[] }) => {
  const { outputs, gradients } = differentiate(new Map([["it", node]]), "it", parameters);
  const nodes = new Map<string, Node>(
    [...outputs, ...gradients.entries()].map(([k, v]) => [`${k}`, v]),
  );
  const execute = prepare(nodes);
  return (values) => {
    const results = execute(values);
    return {
      value: results.get("it")?.[0] ?? Number.NaN,
      gradient: gradients.flatMap((_, i) => [...(results.get(`${i}`) ?? [])]),
    };
  };
};

/** An elbo with default settings, or what differs from it. */
export const spec = (change: Partial<ObjectiveSpec> = {}): ObjectiveSpec => ({
  bound: { kind: "elbo" },
  estimator: { kind: "auto" },
  kl: "analytic",
  klWeight: false,
  freeBits: 0,
  ...change,
});

/** Numbers in ±1, the same on every run. */
export const numbers = (count: number, seed: number): number[] => {
  const next = uniforms(seed);
  return Array.from({ length: count }, () => 2 * next() - 1);
};

/** Standard normal numbers. */
export const normals = (count: number, seed: number): number[] => {
  const next = uniforms(seed);
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
};

export const logSumExp = (xs: readonly number[]): number => {
  const top = Math.max(...xs);
  return top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0));
};

/** The objective of a model that it fits. */
export const legalObjective = (
  model: Model,
  spec: ObjectiveSpec,
  sizes: BatchSizes,
): ObjectiveGraph => deriveObjective(need(planEstimators(model, spec, sizes.particles)), sizes);
