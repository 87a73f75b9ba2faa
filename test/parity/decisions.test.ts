/** Which choices float32 may make otherwise than float64: those near a border with something else on its other side. */
import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import { expectedOf } from "./rounding.ts";

const x = g.input("x", [3]);
/** Nothing but rounding. */
const noise = g.sub(g.add(x, g.log(g.exp(x))), g.mul(x, 2));

/** Equal numbers but for rounding. */
const near = g.add(noise, 1);

/** As where a comparison was moved out of a loop. */
const inLoop = (condition: Node, choose: (condition: Node, x: Node) => Node): Node => {
  const inside = g.input("condition", condition.shape, condition.dtype);
  const carried = g.input("carried", x.shape);
  const [result = x] = g.scan({
    length: 2,
    body: {
      carries: [carried],
      constants: [inside],
      inputs: [],
      nextCarries: [choose(inside, carried)],
      outputs: [],
    },
    carries: [x],
    constants: [condition],
    inputs: [],
  });
  return result;
};

interface Case {
  readonly about: string;
  readonly output: Node;
  readonly expected: "a border" | "none";
}

const cases: readonly Case[] = [
  {
    about: "a quotient that is 0 where its numerator is, for which 0 / 0 has no value",
    output: g.select(g.equal(noise, 0), 0, g.div(noise, x)),
    expected: "none",
  },
  {
    about: "the larger one of equal numbers",
    output: g.select(g.greater(noise, 0), g.add(x, noise), x),
    expected: "none",
  },
  {
    about: "different numbers by the sign of rounding",
    output: g.select(g.greater(noise, 0), x, g.mul(x, 2)),
    expected: "a border",
  },
  {
    about: "a sign that something else sees too",
    output: g.add(g.select(g.greater(noise, 0), g.add(x, noise), x), g.greater(noise, 0)),
    expected: "a border",
  },
  {
    about: "the larger one of equal numbers, compared before a loop",
    output: inLoop(g.greater(noise, 0), (isLarger, y) =>
      g.select(isLarger, g.sub(g.mul(y, 2), y), y),
    ),
    expected: "none",
  },
  {
    about: "different numbers by the sign of rounding, compared before a loop",
    output: inLoop(g.greater(noise, 0), (isLarger, y) => g.select(isLarger, g.mul(y, 2), y)),
    expected: "a border",
  },
  {
    about: "equal numbers in order",
    output: g.gather(near, g.argsort(near)),
    expected: "none",
  },
  {
    about: "different numbers in the order of rounding",
    output: g.gather(x, g.argsort(near)),
    expected: "a border",
  },
  {
    about: "the largest one of equal numbers",
    output: g.gather(near, g.argmax(near)),
    expected: "none",
  },
  {
    about: "the number at which rounding is largest",
    output: g.gather(x, g.argmax(near)),
    expected: "a border",
  },
  {
    about: "different numbers by the sign of what is far from 0",
    output: g.select(g.greater(x, 0), x, g.mul(x, 2)),
    expected: "none",
  },
];

describe("rounding decides", () => {
  test.each(cases)("$expected: $about", ({ output, expected }) => {
    // Beside what is 0 but for rounding, so that it is not that which is refused.
    const outputs = new Map([["y", g.add(output, x)]]);
    const found = expectedOf(
      { inputs: inputsOf(outputs.values()), outputs },
      new Map([["x", { shape: [3], data: Float64Array.of(0.3, 1.7, 2.9) }]]),
    );
    expect(found === "border" ? "a border" : "none").toBe(expected);
    if (expected === "none") expect(typeof found).toBe("object");
  });
});
