import { describe, expect, test } from "vitest";
import { add, constant, input, mul, reshape, sum } from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import { verify } from "../../src/graph/verify.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { centralDifference, valuesOf } from "../support/finite-difference.ts";
import { randomArray } from "../support/numbers.ts";
import type { Case, Given } from "./case.ts";
import { cases } from "./vjp-cases.ts";

/** An input for each given array and their values. */
const bind = (
  given: Readonly<Record<string, Given>>,
): { readonly nodes: readonly NodeOf<"input">[]; readonly values: Map<string, HostArray> } => {
  const entries = Object.entries(given);
  return {
    nodes: entries.map(([name, { shape }]) => input(name, shape)),
    values: new Map(
      entries.map(([name, { shape, low, high, data }], i) => [
        name,
        data === undefined
          ? randomArray(i + 1, shape, low, high)
          : { shape, data: Float64Array.from(data) },
      ]),
    ),
  };
};

/** Σ of the elements, each with a weight of its own from an input of this name. */
const weighted = (x: Node, name: string, values: Map<string, HostArray>): Node => {
  values.set(name, randomArray(99, x.shape));
  const axes = x.shape.map((_, axis) => axis);
  return reshape(sum(mul(x, input(name, x.shape)), axes), []);
};

/** The error of the central difference is about 2e-11 of the magnitudes involved, which are below 1e3. */
const TOLERANCE = 1e-7;

const expectGradients = (
  scalar: Node,
  gradients: readonly Node[],
  wrt: readonly NodeOf<"input">[],
  values: ReadonlyMap<string, HostArray>,
): void => {
  verify({
    inputs: inputsOf([scalar, ...gradients]),
    outputs: new Map([scalar, ...gradients].map((node, i) => [`${i}`, node])),
  });
  const found = valuesOf(gradients, values);
  wrt.forEach((node, i) => {
    expect(found[i]?.shape).toEqual(node.shape);
    const expected = centralDifference(scalar, values, node.attrs.name);
    const worst = expected.reduce((worst, want, j) => {
      const error = Math.abs(want - (found[i]?.data[j] ?? Number.NaN)) / (1 + Math.abs(want));
      return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
    }, 0);
    expect(worst, `gradient by ${node.attrs.name}`).toBeLessThan(TOLERANCE);
  });
};

const build = ({ build: make }: Case, nodes: readonly Node[]): Node => {
  const absent = constant(0);
  const [a = absent, b = absent, c = absent, d = absent] = nodes;
  return make(a, b, c, d);
};

describe("gradients agree with central differences", () => {
  for (const [op, all] of Object.entries(cases)) {
    test.each(all.map((problem) => [problem.about ?? "plain", problem] as const))(
      `${op}: %s`,
      (_, problem) => {
        const { nodes, values } = bind(problem.inputs);
        const scalar = weighted(build(problem, nodes), "weight", values);
        if (problem.derivatives === 0) {
          expect(() => gradient(scalar, nodes)).toThrow("gradients of gradients");
          return;
        }
        const first = gradient(scalar, nodes);
        if (problem.stopped === true) {
          for (const { data } of valuesOf(first.gradients, values)) {
            expect([...data].every((x) => x === 0)).toBe(true);
          }
          return;
        }
        expectGradients(first.value, first.gradients, nodes, values);

        const slopes = first.gradients.map((node, i) => weighted(node, `slope${i}`, values));
        const slope = slopes.reduce((a, b) => add(a, b));
        if (problem.derivatives === 1) {
          expect(() => gradient(slope, nodes)).toThrow("gradients of gradients");
          return;
        }
        const second = gradient(slope, nodes);
        expectGradients(second.value, second.gradients, nodes, values);
      },
    );
  }
});
