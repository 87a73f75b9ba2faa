import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  exp,
  input,
  log,
  mul,
  reshape,
  scan,
  sqrt,
  square,
  sub,
  sum,
  withOrigin,
} from "../../src/graph/build.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { diagnose } from "../../src/training/diagnose.ts";
import type { ObjectiveGraph } from "../../src/inference/graphs.ts";

const p = input("p", [1]);
const x = input("x", [1]);
const scalar = (node: Node): Node => reshape(node, []);

const objective = (terms: Readonly<Record<string, Node>>): ObjectiveGraph => {
  const bound = Object.values(terms).reduce((a, b) => add(a, b));
  return {
    surrogate: bound,
    bound,
    terms: new Map(Object.entries(terms)),
    parameters: [p],
    data: [x],
    noise: [],
    scalars: [],
  };
};

const inputs = (pValue: number, xValue = 1): ReadonlyMap<string, HostArray> =>
  new Map([
    ["p", { shape: [1], data: Float32Array.of(pValue) }],
    ["x", { shape: [1], data: Float32Array.of(xValue) }],
  ]);

/** h ← exp(h) · x for five steps; emits h. */
const growth = (): Node => {
  const h: NodeOf<"input"> = input("h", [1]);
  const constantX = input("x", [1]);
  const next = mul(withOrigin(exp(h), "state"), constantX);
  const [, steps] = scan({
    length: 5,
    body: {
      carries: [h],
      constants: [constantX],
      inputs: [],
      nextCarries: [next],
      outputs: [next],
    },
    carries: [p],
    constants: [x],
  });
  if (steps === undefined) throw new Error("the scan has an output");
  return scalar(sum(reshape(steps, [5]), [0]));
};

describe("the diagnosis", () => {
  test("names step and value where a loop overflows in float32 although float64 would not", () => {
    // 1.5, 4.48, 88.4 are fine; exp(88.8) passes float32's 3.4e38 and is far from float64's end.
    const start = Math.log(Math.log(88.8));
    const found = diagnose(objective({ "kl.z": growth() }), inputs(start), 7);
    expect(found.code).toBe("E0710");
    expect(found.message).toBe("the bound is not finite at iteration 7");
    expect(found.notes).toEqual([
      "the first operation is `exp` while computing `state` at time step 3: it gave Infinity",
      expect.stringMatching(/^its operand lay in \[88\.[78]\d*, 88\.[78]\d*\]$/u),
    ]);
    expect(found.help[0]).toContain("exponent");
  });

  test("knows a probability of 0 from a logarithm of what is negative", () => {
    const of = (value: number): readonly string[] =>
      diagnose(objective({ "kl.a": scalar(log(p)) }), inputs(value), 1).help;
    expect(of(0)[0]).toContain("log 0 is a probability of 0");
    expect(of(-1)[0]).toContain("the logarithm needs numbers > 0");
  });

  test("calls a value without a name by the term it serves", () => {
    const found = diagnose(objective({ "loglik.x": scalar(log(sub(p, 2))) }), inputs(1), 1);
    expect(found.notes[0]).toBe(
      "the first operation is `log` while computing `loglik.x`: it gave NaN",
    );
    expect(found.notes[1]).toBe("its operand lay in [-1, -1]");
  });

  test("passes over an infinity that does no harm for the operation that gives NaN", () => {
    const harmless = exp(log(sub(p, 1)));
    const fatal = sqrt(sub(p, 3));
    const terms = { a: scalar(harmless), b: scalar(fatal) };
    expect(diagnose(objective(terms), inputs(1), 1).notes[0]).toContain("`sqrt`");
  });

  test("follows a NaN to the infinity it comes from", () => {
    const blown = withOrigin(exp(mul(p, 100)), "scale");
    const terms = { b: scalar(sub(blown, blown)) };
    const found = diagnose(objective(terms), inputs(5), 1);
    expect(found.notes[0]).toContain("`exp` while computing `scale`");
  });

  test("looks into the gradient when the bound is finite", () => {
    const found = diagnose(objective({ a: scalar(sqrt(square(sub(p, 1)))) }), inputs(1), 3);
    expect(found.message).toBe("the gradient is not finite at iteration 3");
  });

  test("says so when data or parameters hold the NaN already", () => {
    const terms = { a: scalar(mul(p, x)) };
    expect(diagnose(objective(terms), inputs(1, NaN), 1).notes[0]).toContain("data field `x`");
    expect(diagnose(objective(terms), inputs(NaN), 1).notes[0]).toContain("parameter `p`");
  });

  test("admits when the reference stays finite", () => {
    const found = diagnose(objective({ a: scalar(mul(p, constant(2, [1]))) }), inputs(1), 1);
    expect(found.notes[0]).toContain("loses precision");
  });
});
