import { expect, test } from "vitest";
import { input } from "../../src/graph/build.ts";
import { logMeanExp, logSoftmax, mean } from "../../src/graph/composite.ts";
import { valuesOf } from "../support/finite-difference.ts";

test("means and logarithms of means", () => {
  const x = input("x", [2, 2]);
  const data = Float64Array.of(Math.log(1), Math.log(3), 1000, 1000);
  const nodes = [mean(x, [1]), logMeanExp(x), logSoftmax(x), mean(x, [0, 1])];
  const [means, logs, softmax, total] = valuesOf(nodes, new Map([["x", { shape: [2, 2], data }]]));
  expect(means?.data[1]).toBe(1000);
  expect(total?.data[0]).toBeCloseTo((2000 + Math.log(3)) / 4, 12);
  expect(logs?.shape).toEqual([2, 1]);
  expect(logs?.data[0]).toBeCloseTo(Math.log(2), 12);
  expect(logs?.data[1]).toBeCloseTo(1000, 12);
  expect(softmax?.data[0]).toBeCloseTo(Math.log(1 / 4), 12);
});
