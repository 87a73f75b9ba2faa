import { describe, expect, test } from "vitest";
import { input, mul, neg, reshape, square, sub, sum, add } from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { referenceBackend } from "../../src/runtime/reference.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { isDecayed } from "../../src/training/optimizer.ts";
import type {
  OptimizerKind,
  OptimizerOptions,
  TrainingOptions,
} from "../../src/training/options.ts";
import type { ObjectiveGraph } from "../../src/inference/graphs.ts";
import { createStepper } from "../../src/training/run-step.ts";
import { slotsOf } from "../../src/training/step.ts";
import { schedule, toyOptions } from "./toy.ts";

const all = (x: Node): Node =>
  reshape(
    sum(
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );

/** The loss is ½ Σ a (w - c)² + ¼ Σ b⁴. */
const quartic = (): ObjectiveGraph => {
  const b = input("net.b", [2]);
  const w = input("net.w", [2, 2]);
  const [a, c] = [input("a", [2, 2]), input("c", [2, 2])];
  const loss = add(mul(all(mul(a, square(sub(w, c)))), 0.5), mul(all(square(square(b))), 0.25));
  return {
    surrogate: neg(loss),
    bound: neg(loss),
    terms: new Map(),
    parameters: [b, w],
    data: [a, c],
    noise: [],
    scalars: [],
  };
};

const array = (shape: readonly number[], ...values: number[]): HostArray => ({
  shape,
  data: Float64Array.from(values),
});

const initial = new Map([
  ["net.b", array([2], 0.5, -1.5)],
  ["net.w", array([2, 2], 1, -2, 0.25, 3)],
]);
const data = new Map([
  ["a", array([2, 2], 1, 4, 0.5, 0.1)],
  ["c", array([2, 2], 0.5, 0.5, -1, 1)],
]);

const base: OptimizerOptions = {
  ...toyOptions.optimizer,
  learningRate: schedule((t) => 0.1 / t),
  beta2: 0.99,
  epsilon: 1e-3,
};

/** (b, w) after five updates, and the norm of the first gradient. */
const fiveUpdates = (
  optimizer: OptimizerOptions,
  clip: number | null,
): { readonly values: readonly number[]; readonly norm: number } => {
  const options: TrainingOptions = { ...toyOptions, optimizer, clip };
  const shapes = [...initial].map(([name, { shape }]) => ({ name, shape }));
  const slots = new Map(
    slotsOf(shapes, options).map(({ name, shape }): [string, HostArray] => [
      name,
      { shape, data: new Float64Array(shape.reduce((x, y) => x * y, 1)) },
    ]),
  );
  const made = createStepper(referenceBackend, quartic(), options, { parameters: initial, slots });
  if (!made.ok) throw new Error("the step must compile");
  const norms = [1, 2, 3, 4, 5].map((t) => made.value.step(t, data).gradNorm);
  const { parameters } = made.value.read();
  const values = [...parameters.values()].flatMap(({ data: numbers }) => [...numbers]);
  return { values, norm: norms[0] ?? NaN };
};

/** Optax 0.2.8 in float64 on the same problem, the learning rate 0.1 / t, only w decayed. */
const optax: Readonly<
  Record<
    OptimizerKind,
    readonly {
      readonly name: string;
      readonly options?: Partial<OptimizerOptions>;
      readonly clip?: number;
      readonly values: readonly number[];
    }[]
  >
> = {
  adam: [
    {
      name: "adam(b1=0.9, b2=0.99, eps=1e-3)",
      values: [
        0.28869620083156755, -1.2742025131252517, 0.7751324864798853, -1.7719968196289557,
        0.02277424394668391, 2.7732263490576816,
      ],
    },
  ],
  adamw: [
    {
      name: "adamw(weight_decay=0.2, mask={b: False, w: True})",
      options: { weightDecay: 0.2 },
      values: [
        0.28869620083156755, -1.2742025131252517, 0.7350394691615026, -1.6860202970491684,
        0.015295802014484525, 2.642494652266286,
      ],
    },
  ],
  sgd: [
    {
      name: "sgd",
      values: [
        0.4731043541472051, -0.9924477627340149, 0.894860375, -0.36111999999999994,
        0.113041337890625, 2.954706919165,
      ],
    },
    {
      name: "sgd(momentum=0.9)",
      options: { momentum: 0.9 },
      values: [
        0.447266639111693, -0.5502443134021946, 0.795245, 0.95765, -0.019363427734375,
        2.910259348165,
      ],
    },
    {
      name: "chain(clip_by_global_norm(0.5), sgd)",
      clip: 0.5,
      values: [
        0.49863321523235, -1.4639502697949194, 0.9945383148868716, -1.8920601505436876,
        0.2431593290915254, 2.9978075070542705,
      ],
    },
  ],
  rmsprop: [
    {
      name: "rmsprop(decay=0.9, eps_in_sqrt=False)",
      values: [
        0.16985571929371343, -1.0263439923673576, 0.5736863605953534, -1.4492150957558358,
        -0.27611866838528804, 2.4613565840050393,
      ],
    },
  ],
};

describe.each(Object.entries(optax))("%s", (kind, all) => {
  test.each(all)("$name does what Optax does", ({ options, clip, values }) => {
    const optimizer = { ...base, ...options, kind: kind as OptimizerKind };
    const found = fiveUpdates(optimizer, clip ?? null);
    // Five updates in double precision: a few units in the last place of numbers near 3.
    values.forEach((value, i) => {
      expect(Math.abs((found.values[i] ?? NaN) - value)).toBeLessThan(1e-13);
    });
    expect(found.norm).toBeCloseTo(10.587108906590128, 12);
  });
});

test("a gradient shorter than the limit is left alone", () => {
  const sgd = { ...base, kind: "sgd" } as const;
  expect(fiveUpdates(sgd, 1e6).values).toEqual(fiveUpdates(sgd, null).values);
});

test("weight decay spares biases and parameters of the model itself", () => {
  expect(isDecayed("prior.0.weight", [3, 4])).toBe(true);
  expect(isDecayed("prior.0.bias", [4])).toBe(false);
  expect(isDecayed("M", [8, 4])).toBe(false);
});
