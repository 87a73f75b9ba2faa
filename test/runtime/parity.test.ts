import { afterAll, describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { cases } from "../graph/vjp-cases.ts";
import { graphOf, joined } from "./case-graph.ts";
import { edgeCases } from "./edge-cases.ts";
import { openAll } from "./opened.ts";
import { runGraph } from "./run-graph.ts";

const opened = await openAll();
afterAll(() => {
  for (const { backend } of opened.available) backend.dispose();
});

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

interface Task {
  readonly name: string;
  readonly graph: Graph;
  readonly values: ReadonlyMap<string, HostArray>;
}

const tasks: readonly Task[] = [
  ...Object.entries(cases).flatMap(([primitive, problems]) =>
    problems.map((problem) => ({
      name: `${primitive}: ${problem.about ?? "plain"}`,
      problem,
      differentiate: problem.stopped !== true,
    })),
  ),
  ...edgeCases.map((problem) => ({
    name: problem.about ?? "",
    problem,
    differentiate: false,
  })),
].map(({ name, problem, differentiate }, i) => ({
  name,
  ...graphOf(problem, differentiate, `${i}/`),
}));

/** Compiling costs more than running: so many are compiled as one graph. */
const together = 40;

describe.each(opened.available)("$name agrees with the reference", ({ backend }) => {
  for (let start = 0; start < tasks.length; start += together) {
    const group = tasks.slice(start, start + together);
    const values = new Map(group.flatMap((task) => [...task.values]));
    let found: ReadonlyMap<string, HostArray> | undefined;
    test.each(group.map((task) => [task.name, task] as const))(
      "%s",
      (_, { graph, values: own }) => {
        found ??= runGraph(backend, joined(group.map((task) => task.graph)), values);
        for (const [name, wanted] of evaluate(graph, own)) {
          const actual = found.get(name);
          if (actual === undefined) throw new Error(`no ${name}`);
          expectEqual(actual, wanted, name);
        }
      },
    );
  }
});

describe.each(opened.unavailable)("$name is not available here: $reason", () => {
  test.skip("parity", () => undefined);
});
