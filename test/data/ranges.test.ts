import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitFields, type ExpectedField } from "../../src/data/fit.ts";
import type { Base } from "../../src/data/ranges.ts";
import { arraysDataset } from "../../src/data/sequences.ts";
import { valueOf } from "./support.ts";

const V = 4;
const sequences = 12;
const steps = 3;
/** Rows of [sequences, steps, V]: legal for every type of that shape. */
const legal: Readonly<Record<Base, readonly number[]>> = {
  real: [-3, 0, 2.5, 7],
  pos: [0.1, 1, 7.5, 1e-30],
  unit: [0, 1, 0.25, 0.5],
  simplex: [0.25, 0.25, 0, 0.5],
  count: [0, 3, 300, 1],
  index: [0, 3, 1, 2],
  perm: [3, 0, 1, 2],
};

/** What no value of a type may be. */
const illegal: Readonly<Record<Base, readonly number[]>> = {
  real: [NaN, Infinity, -Infinity],
  pos: [0, -1, -1e-30, NaN, Infinity],
  unit: [-0.01, 1.01, 255, NaN, -Infinity],
  simplex: [-0.25, 0.3, 1.5, NaN, Infinity],
  count: [-1, 0.5, 1e-30, NaN, Infinity],
  index: [-1, 4, 0.5, 1e9, NaN, Infinity],
  perm: [-1, 4, 0.5, NaN],
};

const declared = (base: Base): ExpectedField => ({
  name: "x",
  per: "step",
  shape: [V],
  base,
  ...(base === "index" || base === "perm" ? { of: V } : {}),
  type: base,
});

/** Twelve sequences, of which one validates and one tests, with `value` at one place. */
const refusal = (base: Base, at: number, value: number): readonly string[] => {
  const data = Float32Array.from(
    { length: sequences * steps * V },
    (_, i) => legal[base][i % V] ?? 0,
  );
  data[at] = value;
  const x = { shape: [sequences, steps, V], data, per: "step" } as const;
  const dataset = valueOf(arraysDataset({ x }, { validation: 0.1 }));
  const fitted = fitFields(dataset, [declared(base)]);
  return fitted.ok ? [] : fitted.diagnostics.flatMap(({ code, notes }) => [code, ...notes]);
};

const place = (base: Base, at: number): string => {
  const sequence = Math.floor(at / (steps * V));
  const [split, number] =
    sequence < 10 ? ["training", sequence + 1] : sequence < 11 ? ["validation", 1] : ["test", 1];
  const element = base === "simplex" ? "" : `, element [${at % V}]`;
  return `at step ${(Math.floor(at / V) % steps) + 1} of ${split} sequence ${number}${element}`;
};

describe.each(Object.keys(legal) as Base[])("%s", (base) => {
  test("takes what it allows", () => {
    expect(refusal(base, 0, legal[base][0] ?? 0)).toEqual([]);
  });

  test("refuses what it does not, in every split, with the place", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: sequences * steps * V - 1 }),
        fc.constantFrom(...illegal[base]),
        (at, value) => {
          const [code, note] = refusal(base, at, value);
          expect(code).toBe(Number.isFinite(value) ? "E0608" : "E0620");
          // A sum is of the whole row; a single value that is wrong in itself is named.
          const inItself = base !== "simplex" || !(value >= 0 && value <= 1);
          expect(note).toContain(inItself ? place("real", at) : place(base, at));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("a row of an order repeats no number, one of weights sums to 1", () => {
  expect(refusal("perm", 5, 3)).toEqual(["E0608", "it is at step 2 of training sequence 1"]);
  expect(refusal("simplex", 7, 0.6)).toEqual(["E0608", "it is at step 2 of training sequence 1"]);
});

test("what is padding is no value", () => {
  const data = Float32Array.of(1, 2, NaN, 1, 1, 1);
  const x = { shape: [2, 3], data, per: "step" } as const;
  const dataset = valueOf(arraysDataset({ x }, { lengths: [2, 3] }));
  const field = { name: "x", per: "step", shape: [], base: "pos", type: "pos" } as const;
  expect(fitFields(dataset, [field]).ok).toBe(true);
});

test("a data set that makes its batches up is looked at by its first one", () => {
  const fields = [{ name: "x", per: "step", shape: [2] }] as const;
  const made = (shape: readonly number[], ...data: readonly number[]) =>
    fitFields(
      {
        name: "made",
        fields,
        steps: 1,
        ragged: false,
        regions: [],
        images: new Map(),
        batch: () => ({ fields: new Map([["x", { shape, data: Float32Array.from(data) }]]) }),
      },
      [{ name: "x", per: "step", shape: [2], base: "unit", type: "unit[2]" }],
    );
  const codes = (result: ReturnType<typeof made>): readonly string[] =>
    result.ok ? [] : result.diagnostics.map(({ code }) => code);
  expect(codes(made([1, 1, 2], 0, 1))).toEqual([]);
  expect(codes(made([1, 1, 2], 0, 2))).toEqual(["E0608"]);
  expect(codes(made([1, 2], 0, 1))).toEqual(["E0625"]);
  expect(codes(made([1, 1, 2], 0))).toEqual(["E0625"]);
});
