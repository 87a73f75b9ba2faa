import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/diagnostics/invariant.ts";
import { describeModel } from "../../src/inference/describe.ts";
import { planEstimators } from "../../src/inference/legality.ts";
import { deriveObjective } from "../../src/inference/objective.ts";
import type { ObjectiveSpec } from "../../src/inference/spec.ts";
import type { Model } from "../../src/ir/model.ts";
import { need } from "../support/need.ts";
import { spec } from "./support/run.ts";
import { recurrent, stateSpace } from "./support/temporal.ts";
import { toyA, toyB } from "./support/toys.ts";

const iwae: Partial<ObjectiveSpec> = { bound: { kind: "iwae" } };
const vimco: Partial<ObjectiveSpec> = { estimator: { kind: "vimco", baseline: "geometric" } };
const pathwise: Partial<ObjectiveSpec> = { estimator: { kind: "pathwise" } };

const discrete = toyA(3);
const mixed = toyB(3);
const continuous = recurrent();

const refusals = (
  model: Model,
  change: Partial<ObjectiveSpec>,
  particles: number,
): readonly string[] => {
  const planned = planEstimators(model, spec(change), particles);
  return planned.ok ? [] : planned.diagnostics.map(({ code }) => code);
};

describe("combinations without an unbiased gradient are refused", () => {
  test.each([
    ["an elbo of a discrete latent", mixed, {}, 4, ["E0501"]],
    ["vimco of an elbo", discrete, vimco, 4, ["E0502"]],
    ["a path through a discrete latent", mixed, { ...iwae, ...pathwise }, 4, ["E0503"]],
    ["vimco of one particle", discrete, { ...iwae, ...vimco }, 1, ["E0504"]],
    ["auto that needs vimco, of one particle", discrete, iwae, 1, ["E0504"]],
    ["free bits of an iwae bound", continuous, { ...iwae, freeBits: 1 }, 4, ["E0505"]],
  ] as const)("%s", (_, model, change, particles, codes) => {
    expect(refusals(model, change, particles)).toEqual(codes);
  });

  test.each([
    ["elbo, pathwise", continuous, pathwise, 1],
    ["elbo, several particles", continuous, {}, 3],
    ["iwae, one particle, continuous", continuous, iwae, 1],
    ["iwae, vimco", discrete, { ...iwae, ...vimco }, 2],
    ["iwae, auto, mixed", mixed, iwae, 2],
    ["free bits of an elbo", continuous, { freeBits: 1 }, 1],
  ] as const)("legal: %s", (_, model, change, particles) => {
    expect(refusals(model, change, particles)).toEqual([]);
  });

  test("a refusal says what would be legal", () => {
    const planned = planEstimators(mixed, spec(), 4);
    expect(planned.ok ? [] : planned.diagnostics).toEqual([
      {
        code: "E0501",
        severity: "error",
        message: "an elbo has no gradient for the discrete latent `a`",
        secondary: [],
        notes: ["no path leads through the draw of a discrete value"],
        help: ["use `objective = iwae(K = 4)` with `estimator = auto` or `estimator = vimco`"],
      },
    ]);
  });

  test.each([0, 1.5])("%d particles are a bug of the caller", (particles) => {
    expect(() => planEstimators(continuous, spec(), particles)).toThrow(InternalError);
  });

  test("a plan holds for fewer particles only as far as its estimators do", () => {
    const sizes = { batch: 1, particles: 1, ragged: false, dims: {} };
    const derive = (model: Model) => () =>
      deriveObjective(need(planEstimators(model, spec(iwae), 4)), { ...sizes, steps: 2 });
    expect(derive(continuous)).not.toThrow();
    expect(derive(mixed)).toThrow(InternalError);
  });

  test("the place of the site is shown", () => {
    const span = { file: "vma.gtm", start: 3, end: 9 };
    const placed = { ...mixed, sites: mixed.sites.map((site) => ({ ...site, span })) };
    const planned = planEstimators(placed, spec(), 4);
    expect(planned.ok ? undefined : planned.diagnostics[0]?.primary).toEqual({
      span,
      text: "drawn from Categorical",
    });
  });

  test("a needless vimco is a warning", () => {
    const planned = planEstimators(continuous, spec({ ...iwae, ...vimco }), 4);
    expect(
      planned.ok ? planned.warnings.map(({ code, severity }) => [code, severity]) : [],
    ).toEqual([["E0506", "warning"]]);
  });
});

describe("facts about a model", () => {
  test("the estimator of every latent, and why", () => {
    const planned = planEstimators(mixed, spec(iwae), 2);
    const { sites } = describeModel(mixed, planned.ok ? planned.value : undefined);
    expect(sites).toEqual([
      {
        name: "a",
        role: "latent",
        prior: "Categorical",
        guide: "Categorical",
        estimator: "vimco",
        why: "Categorical is discrete",
      },
      {
        name: "z",
        role: "latent",
        prior: "Normal",
        guide: "Normal",
        estimator: "pathwise",
        why: "Normal is reparameterised",
      },
      { name: "x", role: "observed", prior: "Bernoulli" },
    ]);
  });

  test("parameters by owner, watches, and the order of a step", () => {
    const facts = describeModel(continuous, undefined);
    const enc = facts.parameters.find(({ owner }) => owner === "enc");
    expect(enc).toEqual({ owner: "enc", role: "both", count: 3 * 2 + 2 });
    expect(facts.watches).toEqual(["mem.read", "psi"]);
    expect(facts.generate).toEqual(["g", "rnn", "psi", "z", "x", "mem"]);
    expect(facts.infer).toEqual(["g", "rnn", "psi", "z", "mem"]);
  });

  test("where gradients stop", () => {
    expect(describeModel(stateSpace("exact"), undefined).gradientStops).toEqual([]);
    const base = recurrent();
    const [first] = base.values;
    if (first === undefined) throw new Error("no values");
    const id = base.values.length;
    const values = [
      ...base.values,
      { ...first, id, op: "argsort" as const, operands: [0], attrs: {} },
      { ...first, id: id + 1, op: "neg" as const, operands: [id], attrs: {}, name: "mem.order" },
    ];
    expect(describeModel({ ...base, values }, undefined).gradientStops).toEqual([
      "argsort in mem.order",
    ]);
  });
});
