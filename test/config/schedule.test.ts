/** Schedules compute a number and do nothing else. */
import { expect, test } from "vitest";
import * as part from "../../src/config/mathjs.ts";
import { expressionSchedule, scheduleFunctions } from "../../src/config/schedule.ts";

test.each([
  ["1e-3 * 0.5^(step / 1e5)", 5e-4],
  ["ramp(0.1, 1, 200000)", 0.55],
  ["step < 10 ? 1 : max(0.1, 1 / step)", 0.1],
  ["exp(-step / 1e5)", Math.exp(-1)],
  ["cos(pi * step / 1e5)", -1],
])("%s", (expression, value) => {
  expect(expressionSchedule(expression, expression)?.at(1e5)).toBeCloseTo(value, 12);
});

test.each([
  "import({pi: 4}) + 1",
  "import({pi: 4}, {override: true}) ? 1 : 1",
  'evaluate("1")',
  'parse("1")',
  'compile("1")',
  "parser()",
  'createUnit("foo") ? 1 : 1',
  "config({}) ? 1 : 1",
  "f(x) = x",
  "pi = 3",
  "step; 1",
  "[1, 2][1]",
  "{a: 1}.a",
  "cos.constructor",
  'step["constructor"]',
  'cos.constructor("return process")()',
  "constructor(1)",
  "toString()",
  "random()",
  "map([1], cos)[1]",
  "count(1:1e9)",
])("%s is no schedule", (expression) => {
  expect(expressionSchedule(expression, expression)).toBeUndefined();
  expect(expressionSchedule("pi", "pi")?.at(0)).toBe(Math.PI);
});

/** Each function and operator once. */
const everything = [
  ...[...scheduleFunctions].map((name) =>
    name === "ramp"
      ? "tau + e + pi"
      : name === "acosh"
        ? "acosh(1.7)"
        : `${name}(${["min", "max", "mod", "pow", "atan2", "hypot"].includes(name) ? "0.7, 0.4" : "0.7"})`,
  ),
  ...["+", "-", "*", "/", "^", "%", " mod ", "|", "&", "^|", "<<", ">>", ">>>"].map(
    (operator) => `29${operator}3`,
  ),
  ...["and", "or", "xor", "==", "!=", "<", ">", "<=", ">="].map((word) => `(1 ${word} 0) ? 2 : 3`),
  ...["+7", "-7", "5!", "~6", "not 7 ? 1 : 2", "25% * 8", "1 < 2 < 3 ? 4 : 5", "2 step"],
];

test.each(everything)("the package's part of mathjs computes %s", (expression) => {
  const value = expressionSchedule(expression, expression)?.at(3);
  expect(value).toBeTypeOf("number");
  expect(part.parse(expression).compile().evaluate({ step: 3 })).toBe(value);
});
