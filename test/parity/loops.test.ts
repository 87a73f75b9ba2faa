/** Loops over memories on one thread and on two, against the reference. The soak goes through thousands of them. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { Backend } from "../../src/runtime/backend.ts";
import { stepCases } from "../graph/carry-cases.ts";
import { loopOrOptimised } from "../graph/random-loops.ts";
import { graphOf, joined, prefixed, type Problem } from "../runtime/case-graph.ts";
import { openThreads } from "../runtime/opened.ts";
import { isQuestion, questionOf, wrongOn } from "./agree.ts";

const { available, unavailable } = await openThreads();
afterAll(() => {
  for (const { backend } of available) backend.dispose();
});

/** What is wrong with the answers, or that there are no numbers on which float32 decides as float64 does. */
const wrong = (backend: Backend, { graph, values }: Problem): string | undefined => {
  const question = questionOf({ name: "loops", graph, feed: () => values });
  return isQuestion(question) ? wrongOn(backend, question) : question[0];
};

/** Compiling C takes longer than all else. */
const inOne = (problems: readonly Problem[]): Problem => {
  const apart = problems.map((problem, i) => prefixed(problem, `${i} `));
  return {
    graph: joined(apart.map(({ graph }) => graph)),
    values: new Map(apart.flatMap(({ values }) => [...values])),
  };
};

/** What no cheaper test has: a loop keeps its history for the gradient. */
const carries = stepCases.map((one) => graphOf(one, true));

describe.each(available)("on $name", ({ name, backend }) => {
  if (name.startsWith("native")) {
    test("carries with their gradients, and random loops, as one graph", () => {
      const random = fc
        .sample(loopOrOptimised, { numRuns: 2, seed: 7 })
        .map(({ graph, feed }) => ({ graph, values: feed }));
      expect(wrong(backend, inOne([...carries, ...random]))).toBeUndefined();
    });
    return;
  }
  test("carries with their gradients", () => {
    for (const one of carries) expect(wrong(backend, one)).toBeUndefined();
  });
  test("random loops", () => {
    fc.assert(
      fc.property(loopOrOptimised, ({ graph, feed }) => {
        expect(wrong(backend, { graph, values: feed })).toBeUndefined();
      }),
      { numRuns: 16 },
    );
  });
});

describe.each(unavailable)("$name is not available here: $reason", () => {
  test.skip("loops", () => undefined);
});
