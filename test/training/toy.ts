/** Small problems made by hand for the tests of training. */
import { arraysDataset } from "../../src/data/sequences.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import {
  add,
  broadcast,
  constant,
  contract,
  input,
  log,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
} from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import type { TrainingOptions } from "../../src/training/options.ts";
import type { BatchSizes, ObjectiveGraph } from "../../src/inference/graphs.ts";
import type { Problem } from "../../src/training/problem.ts";
import type { TrainEvent, TrainResult } from "../../src/training/event.ts";

export const schedule = (
  at: (iteration: number) => number,
): { text: string; at: (iteration: number) => number } => ({ text: "test", at });

export const toyOptions: TrainingOptions = {
  optimizer: {
    kind: "adam",
    learningRate: schedule(() => 0.05),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    momentum: 0,
    decay: 0.9,
    weightDecay: 0,
  },
  clip: null,
  batch: 4,
  particles: 2,
  steps: 20,
  seed: 3,
  klWeight: schedule(() => 1),
  logEvery: 5,
  checkpointEvery: 10,
  evaluateEvery: 10,
  evaluateBatches: 2,
  earlyStopping: null,
};

const total = (x: Node): Node =>
  reshape(
    sum(
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );

const width = 3;

/** y ≈ x · w + b, with noise on the residual so that every stream matters: [B, width] and [B]. */
export const regression: Problem = {
  parameters: [
    {
      name: "net.w",
      owner: "net",
      shape: [width],
      init: { kind: "normal", scale: 0.1 },
      role: "p",
    },
    { name: "net.b", owner: "net", shape: [1], init: { kind: "constant", value: 0 }, role: "p" },
  ],
  objective: ({ batch }: BatchSizes): ObjectiveGraph => {
    const w = input("net.w", [width]);
    const b = input("net.b", [1]);
    const x = input("x", [batch, width]);
    const y = input("y", [batch]);
    const weight = input("/klWeight", []);
    const noise = input("/noise.z", [batch]);
    const predicted = add(contract(x, w, "bi,i->b"), b);
    const residual = add(sub(y, predicted), mul(noise, 0.01));
    const bound = mul(total(square(residual)), -1 / batch);
    return {
      surrogate: mul(bound, weight),
      bound,
      terms: new Map([["loglik.y", bound]]),
      parameters: [w, b],
      data: [x, y],
      noise: [{ name: "/noise.z", shape: [batch], kind: "normal", per: "sequence" }],
      scalars: ["/klWeight"],
    };
  },
  bound: "weights",
  evaluation: ({ batch, particles }: BatchSizes) => {
    const w = input("net.w", [width]);
    const x = input("x", [batch, width]);
    const noise = input("/noise.z", [particles, batch]);
    const mean = reshape(contract(x, w, "bi,i->b"), [1, batch]);
    const logWeights = neg(square(sub(noise, mean)));
    return {
      logWeights,
      terms: new Map([["loglik.y", mul(sum(logWeights, [0]), 1 / particles)]]),
      parameters: [w],
      data: [x],
      noise: [{ name: "/noise.z", shape: [particles, batch], kind: "normal", per: "sequence" }],
    };
  },
};

/** Forty rows of y = x · (1, -2, 0.5) + 0.3. */
export const regressionData = (): Dataset => {
  const rows = 40;
  const x = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * i));
  const y = Float32Array.from({ length: rows }, (_, i) => {
    const [a = 0, b = 0, c = 0] = x.subarray(i * width, (i + 1) * width);
    return a - 2 * b + 0.5 * c + 0.3;
  });
  const made = arraysDataset({
    x: { shape: [rows, width], data: x, per: "sequence" },
    y: { shape: [rows], data: y, per: "sequence" },
  });
  if (!made.ok) throw new Error("the toy data must open");
  return made.value;
};

/** Descends through log(p): not finite once p has left (0, ∞). */
export const falling: Problem = {
  parameters: [
    { name: "p", owner: "model", shape: [1], init: { kind: "constant", value: 0.5 }, role: "p" },
  ],
  objective: () => {
    const p = input("p", [1]);
    const x = input("x", [4, width]);
    const level: Node = { ...log(p), origin: "level" };
    const bound = add(neg(total(level)), mul(total(x), constant(0)));
    return {
      surrogate: bound,
      bound,
      terms: new Map([["loglik.x", bound]]),
      parameters: [p],
      data: [x],
      noise: [],
      scalars: [],
    };
  },
  bound: "terms",
  evaluation: ({ batch, particles }) => {
    const p = input("p", [1]);
    const x = input("x", [batch, width]);
    const still = mul(sum(x, [1]), constant(0, [1, 1])); // [B, 1]
    const level = reshape(sub(still, reshape(log(p), [1, 1])), [1, batch]);
    return {
      logWeights: broadcast(level, [particles, batch]),
      terms: new Map([["loglik.x", level]]),
      parameters: [p],
      data: [x],
      noise: [],
    };
  },
};

/** All events and the result of a run. */
export const collect = async (
  run: AsyncGenerator<TrainEvent, TrainResult>,
  seen: (event: TrainEvent) => void = () => undefined,
): Promise<{ events: readonly TrainEvent[]; result: TrainResult }> => {
  const events: TrainEvent[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { events, result: next.value };
    events.push(next.value);
    seen(next.value);
  }
};
