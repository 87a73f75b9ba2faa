import { afterAll, describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import type { Backend, HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import type { Case } from "../graph/case.ts";
import { cases } from "../graph/vjp-cases.ts";
import { graphOf } from "./case-graph.ts";
import { edgeCases } from "./edge-cases.ts";
import { need, openAll } from "./opened.ts";

const opened = await openAll();
afterAll(() => {
  for (const { backend } of opened.available) backend.dispose();
});

const run = (
  backend: Backend,
  graph: Graph,
  values: ReadonlyMap<string, HostArray>,
): Map<string, HostArray> => {
  const executable = need(backend.compile(graph));
  const buffers = new Map([...values].map(([name, array]) => [name, backend.upload(array)]));
  const results = executable.run(buffers);
  const arrays = new Map([...results].map(([name, buffer]) => [name, buffer.read()]));
  for (const buffer of [...buffers.values(), ...results.values()]) buffer.dispose();
  executable.dispose();
  return arrays;
};

/**
 * Float32 rounds by 6e-8 of a number, here of terms up to about 1 that may cancel; 30 allows for the few dozen
 * operations of the longest cases and for approximations that are off by a few units in the last place.
 */
const tolerance = 30 * 2 ** -24;

const expectEqual = (actual: HostArray, expected: HostArray, what: string): void => {
  expect(actual.shape, what).toEqual(expected.shape);
  [...expected.data].forEach((want, i) => {
    const got = actual.data[i] ?? Number.NaN;
    if (Number.isFinite(want)) {
      const error = Math.abs(got - want) / (1 + Math.abs(want));
      expect(error, `${what} [${i}]: ${got}, not ${want}`).toBeLessThan(tolerance);
    } else {
      expect(got, `${what} [${i}]`).toBe(want);
    }
  });
};

const expectParity = (backend: Backend, problem: Case, differentiate: boolean): void => {
  const { graph, values } = graphOf(problem, differentiate);
  const expected = evaluate(graph, values);
  for (const [name, actual] of run(backend, graph, values)) {
    const wanted = expected.get(name);
    if (wanted === undefined) throw new Error(`no ${name}`);
    expectEqual(actual, wanted, name);
  }
};

describe.each(opened.available)("$name agrees with the reference", ({ backend }) => {
  describe.each(Object.entries(cases))("%s", (_, problems) => {
    test.each(problems.map((problem) => [problem.about ?? "plain", problem] as const))(
      "%s",
      (__, problem) => {
        expectParity(backend, problem, problem.stopped !== true);
      },
    );
  });

  test.each(edgeCases.map((problem) => [problem.about ?? "", problem] as const))(
    "%s",
    (_, problem) => {
      expectParity(backend, problem, false);
    },
  );
});

describe.each(opened.unavailable)("$name is not available here: $reason", () => {
  test.skip("parity", () => undefined);
});
