/** Each bound is what its definition makes of log weights, and fits the estimators that its row says. */
import { expect, test } from "vitest";
import type { Node } from "../../src/graph/op.ts";
import { planEstimators } from "../../src/inference/legality.ts";
import { deriveEvaluation } from "../../src/inference/objective.ts";
import type { BatchSizes } from "../../src/inference/graphs.ts";
import type { Bound, Estimator } from "../../src/inference/spec.ts";
import { legalObjective, logSumExp, normals, numbers, prepare, spec } from "./support/run.ts";
import { stateSpace, stateSpaceValues } from "./support/temporal.ts";
import { toyA, toyB } from "./support/toys.ts";

const models = { continuous: stateSpace("filtering"), discrete: toyA(3), mixed: toyB(3) } as const;

interface Case {
  /** Of one sequence's log weights. */
  readonly of: (logWeights: readonly number[]) => number;
  /** What is refused of several particles, by what the model's latents are. */
  readonly refused: Readonly<
    Record<Estimator["kind"], Readonly<Record<keyof typeof models, string>>>
  >;
}

const fits = { continuous: "", discrete: "", mixed: "" } as const;

const cases: Readonly<Record<Bound["kind"], Case>> = {
  elbo: {
    of: (logWeights) => logWeights.reduce((sum, w) => sum + w, 0) / logWeights.length,
    refused: {
      auto: { ...fits, discrete: "E0501", mixed: "E0501" },
      pathwise: { ...fits, discrete: "E0501", mixed: "E0501" },
      vimco: { continuous: "E0502", discrete: "E0502", mixed: "E0502" },
    },
  },
  iwae: {
    of: (logWeights) => logSumExp(logWeights) - Math.log(logWeights.length),
    refused: {
      auto: fits,
      pathwise: { ...fits, discrete: "E0503", mixed: "E0503" },
      vimco: fits,
    },
  },
};

const estimatorOf = (kind: Estimator["kind"]): Estimator =>
  kind === "vimco" ? { kind, baseline: "geometric" } : { kind };

const kinds = Object.keys(cases) as Bound["kind"][];

test.each(kinds)("an objective of %s is refused exactly where its row says so", (kind) => {
  const found = Object.fromEntries(
    Object.keys(cases[kind].refused).map((estimator) => [
      estimator,
      Object.fromEntries(
        Object.entries(models).map(([latents, model]) => {
          const wanted = spec({
            bound: { kind },
            estimator: estimatorOf(estimator as Estimator["kind"]),
          });
          const planned = planEstimators(model, wanted, 4);
          return [latents, planned.ok ? "" : planned.diagnostics.map(({ code }) => code).join()];
        }),
      ),
    ]),
  );
  expect(found).toEqual(cases[kind].refused);
});

const [batch, particles, steps] = [2, 3, 4];
const sizes: BatchSizes = { batch, particles, steps, ragged: false, dims: {} };
const given = {
  ...stateSpaceValues,
  x: numbers(batch * steps, 3),
  "/noise.z": normals(steps * particles * batch, 4),
};

/** [K, B] of the model above, by sequence. */
const logWeights = (): readonly (readonly number[])[] => {
  const { logWeights: node } = deriveEvaluation(models.continuous, sizes);
  const all = prepare(new Map<string, Node>([["w", node]]))(given).get("w") ?? [];
  return Array.from({ length: batch }, (_, b) => all.filter((_, i) => i % batch === b));
};

test.each(kinds)("%s is the mean over sequences of what its definition says", (kind) => {
  const wanted = spec({ bound: { kind }, kl: "monte-carlo" });
  const { bound, surrogate } = legalObjective(models.continuous, wanted, sizes);
  const found = prepare(
    new Map([
      ["bound", bound],
      ["surrogate", surrogate],
    ]),
  )(given);
  const each = logWeights().map((weights) => cases[kind].of(weights));
  const mean = each.reduce((sum, one) => sum + one, 0) / batch;
  expect(found.get("bound")?.[0]).toBeCloseTo(mean, 12);
  expect(found.get("surrogate")?.[0]).toBeCloseTo(mean, 12);
});

test.each(kinds)(
  "a weight of divergences tempers what %s ascends, and not what it reports",
  (kind) => {
    const wanted = spec({ bound: { kind }, kl: "monte-carlo", klWeight: true });
    const { bound, surrogate, terms } = legalObjective(models.continuous, wanted, sizes);
    const step = prepare(new Map([["bound", bound], ["surrogate", surrogate], ...terms]));
    const at = (weight: number): ReadonlyMap<string, readonly number[]> =>
      step({ ...given, "/klWeight": [weight] });
    const whole = at(1);
    expect(whole.get("surrogate")?.[0]).toBeCloseTo(whole.get("bound")?.[0] ?? NaN, 12);
    const [half, none] = [at(0.5), at(0)];
    expect(half.get("bound")).toEqual(whole.get("bound"));
    const loglik = (none.get("loglik.x") ?? []).reduce((sum, x) => sum + x, 0);
    if (kind === "elbo") expect(none.get("surrogate")?.[0]).toBeCloseTo(loglik, 12);
    else expect(none.get("surrogate")?.[0]).toBeGreaterThan(loglik);
  },
);

test("terms of each sequence are means over particles, and add up to the mean log weight", () => {
  const { terms } = deriveEvaluation(models.continuous, sizes, "monte-carlo");
  const found = prepare(new Map(terms))(given);
  const total = (name: string, b: number): number =>
    (found.get(name) ?? []).reduce((sum, x, i) => sum + (i % batch === b ? x : 0), 0);
  for (const [b, weights] of logWeights().entries()) {
    expect(total("loglik.x", b) - total("kl.z", b)).toBeCloseTo(cases.elbo.of(weights), 12);
  }
});
