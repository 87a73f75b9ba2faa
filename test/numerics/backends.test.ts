import { afterAll, describe, expect, test } from "vitest";
import { evaluate } from "../../src/runtime/reference.ts";
import { openAll } from "../runtime/opened.ts";
import { runGraph } from "../runtime/run-graph.ts";
import { measure, type Measured } from "./measure.ts";

const opened = await openAll();
afterAll(() => {
  for (const { backend } of opened.available) backend.dispose();
});

/** A few roundings, in units of 2^-24 of the size of what is computed. */
const fewRoundings = 4;
/** The reference computes in float64; the table has 12 digits. */
const digitsOfTable = 1e-3;

/** Of the float64 that it computes in, where the table has all digits. */
const digitsOfReference = 1e-7;
const exactInTable = /^(?:sin|cos|lgamma|digamma)\b/u;

const expectWithin = (measured: readonly Measured[], bound: number): void => {
  const beyond = measured.filter(({ error }) => error > bound);
  expect(
    beyond.map(({ name, error, at, found, wanted }) => {
      return `${name} of ${at.join(", ")} is ${found}, not ${wanted}: ${error.toPrecision(3)}`;
    }),
  ).toEqual([]);
};

/** Every function at the ends of float32 and between, with its slopes, as one graph: compiled once a backend. */
describe("functions and densities have the values that mpmath gives them", () => {
  test("reference", () => {
    const measured = measure(evaluate);
    expectWithin(measured, digitsOfTable);
    expectWithin(
      measured.filter(({ name }) => exactInTable.test(name)),
      digitsOfReference,
    );
  });

  test.each(opened.available)("$name", ({ backend }) => {
    const measured = measure((graph, given) => runGraph(backend, graph, given));
    expectWithin(measured, fewRoundings);
  });
});

describe.each(opened.unavailable)("$name is not available here: $reason", () => {
  test.skip("values", () => undefined);
});
