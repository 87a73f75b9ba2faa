import { describe, expect, test } from "vitest";
import { add, exp, input, mul, neg } from "../../../src/graph/build.ts";
import { schedule } from "../../../src/graph/analysis/liveness.ts";

describe("schedule", () => {
  const x = input("x", [2]);
  const a = exp(x);
  const b = neg(a);
  const c = mul(a, b);
  const d = add(c, b);

  test("frees each value after its last use, inputs and outputs never", () => {
    expect(schedule([d]).map(({ node, frees }) => [node, frees])).toEqual([
      [x, []],
      [a, []],
      [b, []],
      [c, [a]],
      [d, [b, c]],
    ]);
  });

  test("keeps an output that is an operand of another", () => {
    expect(schedule([b, d]).flatMap(({ frees }) => frees)).toEqual([a, c]);
  });
});
