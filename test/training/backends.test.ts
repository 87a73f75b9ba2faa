import { afterAll, describe, expect, test } from "vitest";
import { train } from "../../src/training/train.ts";
import { evaluateBound } from "../../src/training/evaluate.ts";
import { openAll } from "../runtime/opened.ts";
import { collect, falling, regression, regressionData, schedule, toyOptions } from "./toy.ts";

const dataset = regressionData();
const { available, unavailable } = await openAll();

describe.each(available)("training on $name", ({ backend }) => {
  afterAll(() => {
    backend.dispose();
  });
  const request = { problem: regression, dataset, backend };

  test("resumes bit for bit", async () => {
    const options = { ...toyOptions, clip: 0.5, steps: 60 };
    const straight = await collect(train({ ...request, options }));
    const half = await collect(train({ ...request, options: { ...options, steps: 30 } }));
    const rest = await collect(train({ ...request, options, resumeFrom: half.result.state }));
    expect(rest.result.state.parameters).toEqual(straight.result.state.parameters);
    expect(rest.result.state.slots).toEqual(straight.result.state.slots);
  });

  test("keeps parameters and moments of before an update that is not finite", async () => {
    const optimizer = {
      ...toyOptions.optimizer,
      learningRate: schedule((t) => (t < 4 ? 0.01 : 10)),
    };
    const options = { ...toyOptions, optimizer };
    const failed = await collect(train({ ...request, problem: falling, options }));
    expect(failed.result.reason).toBe("failed");
    const { iteration, parameters, slots } = failed.result.state;
    expect(iteration).toBeGreaterThan(3);
    const before = await collect(
      train({ ...request, problem: falling, options: { ...options, steps: iteration } }),
    );
    expect(parameters).toEqual(before.result.state.parameters);
    expect(slots).toEqual(before.result.state.slots);
    expect(slots.size).toBeGreaterThan(parameters.size);
  });

  test("leaves no tensor behind, however a run ends", async () => {
    const before = backend.count();
    await collect(train({ ...request, options: toyOptions }));
    const optimizer = {
      ...toyOptions.optimizer,
      kind: "sgd",
      learningRate: schedule(() => 10),
    } as const;
    const failed = await collect(
      train({ ...request, problem: falling, options: { ...toyOptions, optimizer } }),
    );
    expect(failed.result.reason).toBe("failed");
    // A consumer that walks away.
    for await (const event of train({ ...request, options: toyOptions })) {
      if (event.kind === "metrics") break;
    }
    const { parameters } = failed.result.state;
    expect(parameters.size).toBe(1);
    const { result } = await collect(train({ ...request, options: toyOptions }));
    evaluateBound({
      ...request,
      parameters: result.state.parameters,
      seed: 1,
      batch: 4,
      particles: 4,
      chunk: 2,
      sequences: 4,
    });
    expect(backend.count()).toBe(before);
  });
});
for (const { name, reason } of unavailable) test.skip(`on ${name}: ${reason}`, () => undefined);
