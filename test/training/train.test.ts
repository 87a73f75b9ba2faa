import type { Dataset } from "../../src/data/dataset.ts";
import { describe, expect, test } from "vitest";
import type { HostArray } from "../../src/runtime/backend.ts";
import { referenceBackend } from "../../src/runtime/reference.ts";
import { judge } from "../../src/training/progress.ts";
import { train } from "../../src/training/train.ts";
import { collect, falling, regression, regressionData, schedule, toyOptions } from "./toy.ts";

const dataset = regressionData();
const request = { problem: regression, dataset, backend: referenceBackend };
const numbers = (arrays: ReadonlyMap<string, HostArray>): Readonly<Record<string, number[]>> =>
  Object.fromEntries([...arrays].map(([name, { data }]) => [name, [...data]]));

/** The toy's data, of which the test split is `scale` times the validation split. */
const validated = (scale = 1): Dataset => ({
  ...request.dataset,
  validation: true,
  batch: (split, ...rest) => {
    const batch = request.dataset.batch(split === "train" ? "train" : "test", ...rest);
    if (split !== "test") return batch;
    const fields = [...batch.fields].map(
      ([name, { shape, data }]) => [name, { shape, data: data.map((x) => scale * x) }] as const,
    );
    return { ...batch, fields: new Map(fields) };
  },
  sequences: { train: 20, validation: 4, test: 4 },
});

describe("training", () => {
  test("finds the weights of a regression, from Adam's own steps", async () => {
    const options = {
      ...toyOptions,
      steps: 400,
      logEvery: 400,
      evaluateEvery: 400,
      checkpointEvery: 400,
    };
    const { result } = await collect(train({ ...request, options }));
    const { "net.w": w = [], "net.b": b = [] } = numbers(result.state.parameters);
    // The residual noise has a standard deviation of 0.01 and leaves the weights within a few of it.
    [1, -2, 0.5, 0.3].forEach((value, i) => {
      expect(Math.abs(([...w, ...b][i] ?? NaN) - value)).toBeLessThan(0.03);
    });
  });

  test("tells metrics, evaluations and checkpoints at their intervals, and stops last", async () => {
    const { events, result } = await collect(train({ ...request, options: toyOptions }));
    const at = (kind: string): readonly number[] =>
      events.flatMap((event) =>
        event.kind !== kind
          ? []
          : event.kind === "checkpoint"
            ? [event.state.iteration]
            : [event.iteration],
      );
    expect(at("metrics")).toEqual([5, 10, 15, 20]);
    expect(at("evaluation")).toEqual([10, 20]);
    expect(at("checkpoint")).toEqual([10, 20]);
    expect(events.at(-1)).toEqual({ kind: "stopped", reason: "done", iteration: 20 });
    expect(result.state.iteration).toBe(20);
  });

  test("metrics carry the bound a frame, the terms and the schedules' values", async () => {
    const options = { ...toyOptions, klWeight: schedule((t) => t / 20) };
    const { events } = await collect(train({ ...request, options }));
    const metrics = events.filter((event) => event.kind === "metrics");
    expect(metrics.map(({ klWeight }) => klWeight)).toEqual([0.25, 0.5, 0.75, 1]);
    for (const { bound, boundPerStep, terms } of metrics) {
      expect(boundPerStep).toBe(bound);
      expect(terms.get("loglik.y")).toEqual([bound]);
    }
  });
});

describe("resuming", () => {
  test("100 iterations and 100 more equal 200, bit for bit", async () => {
    const options = { ...toyOptions, clip: 1, steps: 200, checkpointEvery: 100 };
    const straight = await collect(train({ ...request, options }));
    const half = await collect(train({ ...request, options: { ...options, steps: 100 } }));
    const rest = await collect(train({ ...request, options, resumeFrom: half.result.state }));
    expect(rest.result.state.iteration).toBe(200);
    expect(numbers(rest.result.state.parameters)).toEqual(
      numbers(straight.result.state.parameters),
    );
    expect(numbers(rest.result.state.slots)).toEqual(numbers(straight.result.state.slots));
  });

  test("refuses the state of another model or optimizer, naming the differences", async () => {
    const { result } = await collect(train({ ...request, options: toyOptions }));
    const sgd = { ...toyOptions, optimizer: { ...toyOptions.optimizer, kind: "sgd" as const } };
    const { events } = await collect(train({ ...request, options: sgd, resumeFrom: result.state }));
    expect(events.map(({ kind }) => kind)).toEqual(["failure", "stopped"]);
    const failed = events.find((event) => event.kind === "failure");
    expect(failed?.diagnostics[0]?.code).toBe("E0822");
    expect(failed?.diagnostics[0]?.notes).toContain(
      "the optimizer's slot `adam.m/net.w` is not the model's",
    );
  });
});

describe("stopping", () => {
  test("an abort ends the run after its iteration with a checkpoint", async () => {
    const stop = new AbortController();
    const run = train({
      ...request,
      options: { ...toyOptions, checkpointEvery: 1000, evaluateEvery: 1000 },
      signal: stop.signal,
    });
    const { events, result } = await collect(run, (event) => {
      if (event.kind === "metrics" && event.iteration === 10) stop.abort();
    });
    expect(events.slice(-2).map(({ kind }) => kind)).toEqual(["checkpoint", "stopped"]);
    expect(result.reason).toBe("interrupted");
    expect(result.state.iteration).toBe(10);
  });

  test("stops early when the bound on validation data no longer improves", async () => {
    const options = {
      ...toyOptions,
      steps: 100,
      evaluateEvery: 5,
      optimizer: { ...toyOptions.optimizer, learningRate: schedule(() => 0) },
      earlyStopping: { patience: 3, minDelta: 0 },
    };
    const { result } = await collect(train({ ...request, dataset: validated(), options }));
    expect(result.reason).toBe("early");
    // The first evaluation is the best, three more are equal.
    expect(result.state.iteration).toBe(20);
    expect(result.state.progress).toMatchObject({ bestIteration: 5, badEvaluations: 3 });
  });

  test("neither stops nor chooses by test data", async () => {
    const options = {
      ...toyOptions,
      steps: 60,
      evaluateEvery: 5,
      earlyStopping: { patience: 2, minDelta: 0 },
    };
    const ran = await Promise.all(
      [1, -100].map((scale) => collect(train({ ...request, dataset: validated(scale), options }))),
    );
    const [one, other] = ran;
    expect(one?.result.state.progress).toEqual(other?.result.state.progress);
    expect(one?.result.state.iteration).toBe(other?.result.state.iteration);
    const bounds = (split: string): readonly (readonly (number | boolean)[])[][] =>
      ran.map(({ events }) =>
        events.flatMap((event) =>
          event.kind === "evaluation" && event.split === split ? [[event.bound, event.best]] : [],
        ),
      );
    expect(bounds("validation")[0]).toEqual(bounds("validation")[1]);
    expect(bounds("test")[0]?.map(([bound]) => bound)).not.toEqual(
      bounds("test")[1]?.map(([bound]) => bound),
    );
    expect(
      bounds("test")
        .flat()
        .every(([, best]) => best === false),
    ).toBe(true);
    const refused = await collect(train({ ...request, options }));
    expect(refused.result.diagnostics.map(({ code }) => code)).toEqual(["E0627"]);
  });

  test("only gains beyond minDelta count", () => {
    const stopping = { patience: 2, minDelta: 0.5 };
    const first = judge(null, -10, 5, stopping);
    const second = judge(first, -9.6, 10, stopping);
    expect(second).toEqual({ bestBound: -10, bestIteration: 5, badEvaluations: 1 });
    expect(judge(second, -9.4, 15, stopping)).toEqual({
      bestBound: -9.4,
      bestIteration: 15,
      badEvaluations: 0,
    });
  });
});

describe("a run that leaves the numbers", () => {
  test("keeps the last good state and names value, operation and range", async () => {
    const options = {
      ...toyOptions,
      evaluateEvery: 1000,
      optimizer: {
        ...toyOptions.optimizer,
        kind: "sgd" as const,
        learningRate: schedule((t) => (t < 3 ? 0.01 : 10)),
      },
    };
    const run = train({ problem: falling, dataset, backend: referenceBackend, options });
    const { events, result } = await collect(run);
    expect(events.slice(-3).map(({ kind }) => kind)).toEqual(["checkpoint", "failure", "stopped"]);
    const [diagnostic] = result.diagnostics;
    expect(diagnostic?.code).toBe("E0710");
    expect(diagnostic?.notes[0]).toMatch(
      /^the term `loglik.x` of sequence 1 of the batch is NaN$/u,
    );
    expect(diagnostic?.notes[1]).toContain("`log` while computing `level`");
    expect(diagnostic?.notes[2]).toMatch(/its operand lay in \[-/u);
    for (const { data } of result.state.parameters.values()) {
      expect([...data].every(Number.isFinite)).toBe(true);
    }
  });

  test("a schedule that is not a number stops the run before it does harm", async () => {
    const learningRate = schedule((t) => (t < 4 ? 0.1 : NaN));
    const options = { ...toyOptions, optimizer: { ...toyOptions.optimizer, learningRate } };
    const { result } = await collect(train({ ...request, options }));
    expect(result.diagnostics[0]?.code).toBe("E0711");
    expect(result.state.iteration).toBe(3);
  });
});
