import fc from "fast-check";
import { evaluate as evaluateText } from "mathjs";
import { describe, expect, test } from "vitest";
import {
  add,
  type Dim,
  evaluate,
  multiply,
  names,
  size,
  substitute,
  subtract,
  symbol,
} from "../../src/shape/dim.ts";

const letters = ["H", "N", "R", "W", "Z_2"];

/** A dimension and the same polynomial as a text for mathjs, built side by side. */
interface Pair {
  readonly dim: Dim;
  readonly text: string;
}

const pair: fc.Arbitrary<Pair> = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...letters).map((name) => ({ dim: symbol(name), text: name })),
    fc.integer({ min: 0, max: 9 }).map((value) => ({ dim: size(value), text: `${value}` })),
    fc
      .tuple(fc.constantFrom("+" as const, "-" as const, "*" as const), tie("pair"), tie("pair"))
      .map(([operator, a, b]) => {
        const apply = { "+": add, "-": subtract, "*": multiply }[operator];
        return { dim: apply(a.dim, b.dim), text: `((${a.text}) ${operator} (${b.text}))` };
      }),
  ),
})).pair;

const sizes = fc
  .array(fc.integer({ min: 1, max: 6 }), { minLength: letters.length, maxLength: letters.length })
  .map((values) => new Map(letters.map((name, i) => [name, values[i] ?? 1])));

const settings = { numRuns: 200, seed: 3 } as const;

test("has the value that mathjs gives the same expression", () => {
  fc.assert(
    fc.property(pair, sizes, ({ dim, text }, values) => {
      expect(evaluate(dim, values)).toBe(evaluateText(text, Object.fromEntries(values)));
    }),
    settings,
  );
});

describe("equality of texts is equality of polynomials", () => {
  test.each([
    ["commutative", (a: Dim, b: Dim) => [add(a, b), add(b, a)]],
    ["commutative", (a: Dim, b: Dim) => [multiply(a, b), multiply(b, a)]],
    ["associative", (a: Dim, b: Dim, c: Dim) => [add(add(a, b), c), add(a, add(b, c))]],
    [
      "associative",
      (a: Dim, b: Dim, c: Dim) => [multiply(multiply(a, b), c), multiply(a, multiply(b, c))],
    ],
    [
      "distributive",
      (a: Dim, b: Dim, c: Dim) => [multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c))],
    ],
    ["with an opposite", (a: Dim) => [subtract(a, a), size(0)]],
  ])("%s", (_, sides) => {
    fc.assert(
      fc.property(pair, pair, pair, (a, b, c) => {
        const [left, right] = sides(a.dim, b.dim, c.dim);
        expect(left).toBe(right);
      }),
      settings,
    );
  });

  test("polynomials that differ somewhere have different texts", () => {
    fc.assert(
      fc.property(pair, pair, sizes, (a, b, values) => {
        fc.pre(evaluate(a.dim, values) !== evaluate(b.dim, values));
        expect(a.dim).not.toBe(b.dim);
      }),
      settings,
    );
  });
});

test("substitution commutes with evaluation", () => {
  fc.assert(
    fc.property(pair, pair, sizes, (a, b, values) => {
      const inner = evaluate(b.dim, values);
      const direct = evaluate(substitute(a.dim, new Map([["H", b.dim]])), values);
      expect(direct).toBe(evaluate(a.dim, new Map([...values, ["H", inner ?? 0]])));
    }),
    settings,
  );
});

test("prints in a fixed order, highest degree first", () => {
  const [h, r, z] = [symbol("H"), symbol("R"), symbol("Z")];
  expect(add(h, multiply(z, r))).toBe("R*Z + H");
  expect(subtract(size(3), multiply(size(2), h))).toBe("-2*H + 3");
  expect(names(add(h, multiply(z, r)))).toEqual(["R", "Z", "H"]);
});

test("has no size while a name has none", () => {
  expect(evaluate(add(symbol("H"), size(1)), new Map())).toBeUndefined();
});
