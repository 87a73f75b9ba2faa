import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { fitFields, type ExpectedField } from "../../src/data/fit.ts";
import { codesOf, valueOf } from "./support.ts";

const dataset = (...fields: Dataset["fields"]): Dataset => ({
  name: "test",
  fields,
  ragged: false,
  regions: [],
  images: new Map(),
  stored: () => ({ values: new Float32Array() }),
  batch: () => ({ fields: new Map() }),
});
const real = { base: "real", type: "real" } as const;
const x = { name: "x", per: "step", shape: [196] } as const;
const support = { name: "support", per: "shared", shape: [32, 196] } as const;

describe("data against declarations", () => {
  test("binds the dimensions that the model leaves open", () => {
    const declared: readonly ExpectedField[] = [
      { name: "support", per: "shared", shape: ["S", 196], ...real },
      { name: "x", per: "step", shape: [196], ...real },
    ];
    expect(valueOf(fitFields(dataset(x, support), declared))).toEqual({ S: 32 });
  });

  test("an open dimension must agree wherever it is used, and says who bound it", () => {
    const other = { name: "y", per: "sequence", shape: [31] } as const;
    const result = fitFields(dataset(support, other), [
      { name: "support", per: "shared", shape: ["S", "X"], ...real },
      { name: "y", per: "sequence", shape: ["S"], ...real },
    ]);
    expect(!result.ok && result.diagnostics[0]).toMatchObject({
      code: "E0607",
      notes: [
        "expected [S], a value per sequence",
        "found    [31], a value per sequence",
        "`S` is 32 because of `support`",
      ],
    });
  });

  test("names a missing field, what is there, and what may be meant", () => {
    const result = fitFields(dataset({ ...x, name: "image" }), [
      { name: "images", per: "step", shape: [196], ...real },
    ]);
    expect(!result.ok && result.diagnostics[0]).toMatchObject({
      code: "E0605",
      help: ["did you mean `image`?"],
      notes: ["the model declares `images` as [196], a value per step", "the data has `image`"],
    });
  });

  test("warns of fields that the model does not take", () => {
    const result = fitFields(dataset(x, support), [
      { name: "x", per: "step", shape: [196], ...real },
    ]);
    expect(result.ok && result.warnings.map(({ code, severity }) => [code, severity])).toEqual([
      ["E0606", "warning"],
    ]);
  });

  test("tells all fields that do not fit at once", () => {
    const declared: readonly ExpectedField[] = [
      { name: "x", per: "step", shape: [784], ...real },
      { name: "support", per: "step", shape: [32, 196], ...real },
      { name: "action", per: "step", shape: [5], ...real },
    ];
    expect(codesOf(fitFields(dataset(x, support), declared))).toEqual(["E0607", "E0607", "E0605"]);
  });
});
