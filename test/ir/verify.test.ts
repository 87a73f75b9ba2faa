import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/diagnostics/invariant.ts";
import type { Model } from "../../src/ir/model.ts";
import { printModel } from "../../src/ir/print.ts";
import type { Value } from "../../src/ir/value.ts";
import { verify } from "../../src/ir/verify.ts";
import { size, symbol } from "../../src/shape/dim.ts";

// A random walk, as an embedder would write it by hand: z[t] ~ Normal(w * z[t-1], 1).
const [one, z] = [size(1), symbol("Z")];
const real = { base: "real", axes: [z] } as const;
const ones = { base: "unit", axes: [z] } as const;
const carry: Value = {
  id: 1,
  op: "carry",
  operands: [],
  attrs: { name: "z" },
  type: real,
  when: "step",
};
const values: readonly Value[] = [
  { id: 0, op: "parameter", operands: [], attrs: { name: "w" }, type: real, when: "static" },
  carry,
  { id: 2, op: "mul", operands: [0, 1], attrs: {}, type: real, when: "step" },
  { id: 3, op: "fill", operands: [], attrs: { value: 1 }, type: ones, when: "static" },
  { id: 4, op: "site", operands: [], attrs: { name: "z" }, type: real, when: "step" },
  { id: 5, op: "fill", operands: [], attrs: { value: 0 }, type: ones, when: "static" },
];
const call = { family: "Normal", arguments: { loc: 2, scale: 3 } };
const walk: Model = {
  name: "Walk",
  dims: { Z: 2 },
  parameters: [
    { name: "w", owner: "w", shape: [z], init: { kind: "constant", value: 1 }, role: "both" },
  ],
  data: [],
  values,
  carries: [{ name: "z", type: real, initial: 5, next: 4 }],
  sites: [{ name: "z", role: "latent", when: "step", type: real, prior: call, guide: call }],
  watches: [{ name: "z", kind: "state", value: 4 }],
};

const withValue = (id: number, change: object): Model => ({
  ...walk,
  values: values.map((value) => (value.id === id ? { ...value, ...change } : value)),
});

test("a model written by hand is accepted", () => {
  expect(() => {
    verify(walk);
  }).not.toThrow();
});

const [parameter] = walk.parameters;
const [site] = walk.sites;
const [field] = walk.carries;
if (!parameter || !site || !field) throw new Error("the model has one of each");

describe("refuses", () => {
  test.each<[string, Model, RegExp]>([
    ["an operand after its user", withValue(2, { operands: [0, 4] }), /does not come before/u],
    ["another id than the place", withValue(2, { id: 7 }), /another id/u],
    [
      "operands of different rank",
      withValue(0, { type: { base: "real", axes: [z, z] } }),
      /declared with|do not fit/u,
    ],
    [
      "a shape that does not follow",
      withValue(2, { type: { base: "real", axes: [one] } }),
      /axes are \[Z\]/u,
    ],
    [
      "a leaf without a declaration",
      withValue(1, { attrs: { name: "y" } }),
      /nothing of that name/u,
    ],
    ["a step value called static", withValue(2, { when: "static" }), /wrong time/u],
    ["a dimension without a meaning", { ...walk, dims: {} }, /dimension Z/u],
    ["a parameter whose shape data decides", { ...walk, dims: { Z: null } }, /depends on data/u],
    [
      "two parameters of one name",
      { ...walk, parameters: [parameter, parameter] },
      /two parameters/u,
    ],
    [
      "an initial value that depends on time",
      { ...walk, carries: [{ ...field, initial: 1 }] },
      /depends on time/u,
    ],
    [
      "a latent without a guide",
      { ...walk, sites: [{ name: "z", role: "latent", when: "step", type: real, prior: call }] },
      /guide of latent/u,
    ],
    [
      "an observation with a guide",
      { ...walk, sites: [{ ...site, role: "observed" }] },
      /guide of observed/u,
    ],
    [
      "a distribution over other axes",
      { ...walk, sites: [{ ...site, type: { base: "real", axes: [] } }] },
      /declared with|has axes/u,
    ],
    [
      "a watch of nothing",
      { ...walk, watches: [{ name: "z", kind: "state", value: 9 }] },
      /no value/u,
    ],
  ])("%s", (_, model, why) => {
    expect(() => {
      verify(model);
    }).toThrow(InternalError);
    expect(() => {
      verify(model);
    }).toThrow(why);
  });
});

test("prints one line a value, with its time and name", () => {
  expect(printModel(walk)).toBe(`model Walk
dims
  Z = 2
parameters
  w: [Z] = 1  // both, w
values
  %0: real[Z] = parameter{name = w}  // static
  %1: real[Z] = carry{name = z}  // step
  %2: real[Z] = mul %0 %1  // step
  %3: unit[Z] = fill{value = 1}  // static
  %4: real[Z] = site{name = z}  // step
  %5: unit[Z] = fill{value = 0}  // static
carries
  z: real[Z] = %5 -> %4
sites
  z: real[Z] ~ Normal(loc = %2, scale = %3)  // latent, step
    guide Normal(loc = %2, scale = %3)
watches
  z: state %4
`);
});

test("survives JSON", () => {
  const copy: unknown = JSON.parse(JSON.stringify(walk));
  expect(copy).toEqual(walk);
});

test("the documented example is this model", () => {
  const text = readFileSync("docs/ir.md", "utf8");
  const json = /```json\n([\s\S]*?)```/u.exec(text)?.[1] ?? "";
  expect(JSON.parse(json)).toEqual(walk);
});
