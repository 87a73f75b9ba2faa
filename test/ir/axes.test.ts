import { expect, test } from "vitest";
import { axisRules } from "../../src/ir/axes.ts";
import { add, multiply, size, symbol } from "../../src/shape/dim.ts";

const [k, m, n, r] = ["K", "M", "N", "R"].map(symbol);
if (!k || !m || !n || !r) throw new Error("four names");
const one = size(1);

test("every operation is mapped over equal leading axes, where 1 only aligns", () => {
  expect(
    axisRules.matmul(
      [
        [r, m, k],
        [one, k, n],
      ],
      {},
    ),
  ).toEqual([r, m, n]);
  expect(
    axisRules.cosine(
      [
        [r, k],
        [one, n, k],
      ],
      {},
    ),
  ).toEqual([r, n]);
  expect(
    axisRules.add(
      [
        [r, one],
        [one, n],
      ],
      {},
    ),
  ).toEqual([r, n]);
  expect(axisRules.row([[one, n, m], [r]], { rest: 1 })).toEqual([r, m]);
  expect(axisRules.linear([[r, m], [one, k], [add(m, k), n], [n]], { parts: 2 })).toEqual([r, n]);
});

test("leading axes of different rank or size do not fit", () => {
  expect(axisRules.add([[r], [n]], {})).toBeUndefined();
  expect(axisRules.add([[r], []], {})).toBeUndefined();
  expect(
    axisRules.dot(
      [
        [r, k],
        [n, k],
      ],
      {},
    ),
  ).toBeUndefined();
});

test("core axes that must agree do not fit when they do not", () => {
  expect(
    axisRules.matmul(
      [
        [m, k],
        [n, k],
      ],
      {},
    ),
  ).toBeUndefined();
  expect(axisRules.matvec([[m, k], [m]], {})).toBeUndefined();
  expect(axisRules.take([[n], [m]], {})).toBeUndefined();
  expect(axisRules.shift([[n], [n]], {})).toBeUndefined();
  expect(axisRules.offDiag([[n, m]], {})).toBeUndefined();
  expect(axisRules.linear([[m], [k, n], [n]], { parts: 1 })).toBeUndefined();
  expect(axisRules.split([[n]], { into: [r, m] })).toBeUndefined();
});

test("layout follows the dimensions", () => {
  expect(axisRules.flat([[n, r, m]], { axes: 2 })).toEqual([n, multiply(r, m)]);
  expect(axisRules.split([[n, multiply(r, m)]], { into: [r, m] })).toEqual([n, r, m]);
  expect(axisRules.expand([[n, m]], { at: [0, 2] })).toEqual([one, n, one, m]);
  expect(axisRules.transpose([[r, n, m]], {})).toEqual([r, m, n]);
  expect(
    axisRules.concat(
      [
        [r, n],
        [r, m],
      ],
      {},
    ),
  ).toEqual([r, add(n, m)]);
});

test("a reduction drops the axis counted from the end", () => {
  expect(axisRules.sum([[r, n, m]], { axis: 1 })).toEqual([r, n]);
  expect(axisRules.prod([[r, n, m]], { axis: 3 })).toEqual([n, m]);
  expect(axisRules.norm([[n]], { axis: 2 })).toBeUndefined();
});
