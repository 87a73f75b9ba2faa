/**
 * Every family and every type of data goes through all that a run does: training, test bounds, draws of every target,
 * evaluation, a checkpoint and going on from it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { distributions, type FamilyName } from "../src/distributions/index.ts";
import {
  arraysDataset,
  compile,
  drawSamples,
  evaluateBound,
  fitData,
  readLatest,
  train,
  writeCheckpoint,
  type ArrayField,
  type Dataset,
  type Program,
  type SampleTarget,
  type TrainingState,
} from "../src/index.ts";
import type { Base } from "../src/ir/type.ts";
import { openWasm } from "../src/runtime/wasm/index.ts";
import { need } from "./support/need.ts";
import { collect } from "./training/toy.ts";

const backend = await openWasm({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "gtmc-kinds-"));
afterAll(() => {
  backend.dispose();
  rmSync(folder, { recursive: true });
});

const targets = Object.keys({
  prior: true,
  predict: true,
  posterior: true,
  reconstruct: true,
} satisfies Record<SampleTarget, true>) as SampleTarget[];

/** Sizes of the axes that events have. */
const axes = { scalar: [], vector: ["D"], matrix: ["D", "E"] } as const;
const sizes = { C: 4, D: 3, E: 2 };
const [SEQUENCES, STEPS] = [6, 3];

/** How each family is called with unconstrained parameters of its event's shape (categorical: and of its outcomes). */
const families: Readonly<Record<FamilyName, (parameter: string) => string>> = {
  Normal: (p) => `Normal(loc = ${p}, scale = exp(${p}))`,
  LogNormal: (p) => `LogNormal(loc = ${p}, scale = exp(${p}))`,
  Laplace: (p) => `Laplace(loc = ${p}, scale = exp(${p}))`,
  Logistic: (p) => `Logistic(loc = ${p}, scale = exp(${p}))`,
  Exponential: (p) => `Exponential(rate = exp(${p}))`,
  Uniform: (p) => `Uniform(low = -40 * exp(${p}), width = 80 * exp(${p}))`,
  Poisson: (p) => `Poisson(rate = exp(${p}))`,
  Bernoulli: (p) => `Bernoulli(logits = ${p})`,
  Categorical: (p) => `Categorical(logits = ${p})`,
};
const familyNames = Object.keys(families) as FamilyName[];

/** Number i of data of each type, what makes a number of a value, and whether data may be declared to be it. */
const bases: Readonly<
  Record<
    Base,
    { readonly data: (i: number) => number; readonly read: (value: string) => string } | null
  >
> = {
  real: { data: (i) => Math.sin(i), read: (value) => value },
  pos: { data: (i) => 1.5 + Math.sin(i), read: (value) => value },
  unit: { data: (i) => i % 2, read: (value) => value },
  simplex: {
    data: (i) => (i % sizes.C < 2 ? 0.1 : 0.4),
    read: (value) => value,
  },
  count: { data: (i) => (5 * i) % 4, read: (value) => value },
  index: { data: (i) => (7 * i) % sizes.C, read: (value) => `onehot(${value}, C)` },
  // An order is what `argsort` makes; no data are of this type.
  perm: null,
};

/** `index[D, C]`; a simplex has its own last axis. */
const typeText = (base: Base, event: readonly string[]): string => {
  const all = base === "index" || base === "simplex" ? [...event, "C"] : event;
  return all.length === 0 ? base : `${base}[${all.join(", ")}]`;
};

const baseOf = (family: FamilyName): Base => distributions.get(family)?.signature.support ?? "real";

type Per = ArrayField["per"];

const field = (base: Base, per: Per, event: readonly string[]): ArrayField => {
  const lead = { step: [SEQUENCES, STEPS], sequence: [SEQUENCES], shared: [] }[per];
  const own = base === "simplex" ? [...event, "C"] : event;
  const shape = [...lead, ...own.map((axis) => sizes[axis as keyof typeof sizes])];
  const count = shape.reduce((a, b) => a * b, 1);
  const number = bases[base]?.data ?? ((): number => 0);
  return { per, shape, data: Float32Array.from({ length: count }, (_, i) => number(i)) };
};

interface Mini {
  readonly text: string;
  readonly fields: Readonly<Record<string, ArrayField>>;
  readonly latents: readonly string[];
}

const modelText = (declarations: readonly string[], sites: readonly string[]): string => `
dim C = ${sizes.C}
dim D = ${sizes.D}
dim E = ${sizes.E}

model Mini {
${[...declarations, ...sites].map((line) => `  ${line}\n`).join("")}}

train {
  objective = iwae(K = 2)
  optimizer = adam(lr = 1e-2)
  batch = 2
  steps = 2
  evaluate_every = 1
  evaluate_batches = 2
  checkpoint_every = 1
}
`;

/** Sites of one family: observed at every step and once per sequence, of each number of axes. */
const observing = (family: FamilyName): Mini => {
  const base = baseOf(family);
  const fields: Record<string, ArrayField> = {};
  const declarations: string[] = [];
  const sites: string[] = [];
  for (const [name, event] of Object.entries(axes)) {
    for (const per of ["step", "sequence"] as const) {
      const site = `${name}_${per}`;
      const at = per === "step" ? "[t]" : "";
      const wide = base === "index" ? [...event, "C"] : event;
      fields[site] = field(base, per, event);
      declarations.push(
        `data ${site}${at}: ${typeText(base, event)}`,
        `param p_${site}: ${typeText("real", wide)} = randn(0.1)`,
      );
      sites.push(`${site}${at} ~ ${families[family](`p_${site}`)}`);
    }
  }
  return { text: modelText(declarations, sites), fields, latents: [] };
};

/** Latents of one prior and one guide, at every step and once per sequence. */
const inferring = (prior: FamilyName, guide: FamilyName): Mini => {
  const base = baseOf(prior);
  const read = bases[base]?.read ?? ((value: string): string => value);
  const wide = typeText("real", base === "index" ? ["D", "C"] : ["D"]);
  const declarations = [
    "data x[t]: real",
    ...["z", "g"].flatMap((site) => [
      `param p_${site}: ${wide} = randn(0.1)`,
      `param q_${site}: ${wide} = randn(0.1)`,
    ]),
  ];
  // A guide is narrower than its prior, so that what it draws is possible there.
  const latent = (site: string, at: string): string =>
    `${site}${at} ~ ${families[prior](`p_${site}`)}\n    guide ${families[guide](`(q_${site} - 1)`)}`;
  const summed = (value: string): string =>
    base === "index" ? `sum(sum(${read(value)} * p_z))` : `sum(${read(value)} * p_z)`;
  const sites = [
    latent("g", ""),
    latent("z", "[t]"),
    `x[t] ~ Normal(loc = ${summed("z[t]")} + ${summed("g")}, scale = 1)`,
  ];
  return {
    text: modelText(declarations, sites),
    fields: { x: field("real", "step", []) },
    latents: ["z", "g"],
  };
};

/** Given data of one type: a value per step, per sequence and in all, of each number of axes. */
const given = (base: Base): Mini => {
  const fields: Record<string, ArrayField> = { x: field("real", "step", []) };
  const declarations = ["data x[t]: real", "param m: real = 0.5"];
  const terms: string[] = [];
  const read = bases[base]?.read ?? ((value: string): string => value);
  for (const [name, event] of Object.entries(axes)) {
    for (const per of ["step", "sequence", "shared"] as const) {
      const data = `${name}_${per}`;
      fields[data] = field(base, per, event);
      const at = per === "step" ? "[t]" : "";
      const shared = per === "shared" ? " shared" : "";
      declarations.push(`data ${data}${at}: ${typeText(base, event)}${shared}`);
      const rank = event.length + (base === "index" || base === "simplex" ? 1 : 0);
      terms.push("sum(".repeat(rank) + read(`${data}${at}`) + ")".repeat(rank));
    }
  }
  const site = `x[t] ~ Normal(loc = m * (${terms.join(" + ")}), scale = 1)`;
  return { text: modelText(declarations, [site]), fields, latents: [] };
};

interface Opened {
  readonly program: Program;
  readonly dataset: Dataset;
  readonly dims: Readonly<Record<string, number>>;
}

const open = ({ text, fields }: Mini, ragged: boolean): Opened => {
  const program = need(compile({ path: "mini.gtm", text }));
  const lengths = ragged ? [3, 1, 2, 3, 2, 1] : undefined;
  const dataset = need(
    arraysDataset(fields, { test: 0.5, ...(lengths === undefined ? {} : { lengths }) }),
  );
  return { program, dataset, dims: need(fitData(program, dataset)) };
};

const steps = async (
  { program, dataset, dims }: Opened,
  resumeFrom?: TrainingState,
): Promise<{ readonly first: TrainingState | undefined; readonly last: TrainingState }> => {
  const { problem, config } = program;
  const options = config.training;
  const { events, result } = await collect(
    train({
      ...{ problem, dataset, backend, dims, options },
      ...(resumeFrom === undefined ? {} : { resumeFrom }),
    }),
  );
  expect(result).toMatchObject({ reason: "done", diagnostics: [] });
  const bounds = events.flatMap((event) => (event.kind === "evaluation" ? [event.bound] : []));
  expect(bounds.every((bound) => Number.isFinite(bound))).toBe(true);
  const saved = events.flatMap((event) => (event.kind === "checkpoint" ? [event.state] : []));
  return { first: saved.find(({ iteration }) => iteration === 1), last: result.state };
};

const goesThrough = async (mini: Mini, ragged: boolean): Promise<void> => {
  const opened = open(mini, ragged);
  const { program, dataset, dims } = opened;
  const { problem, model } = program;

  const { first, last } = await steps(opened);
  if (first === undefined) throw new Error("no checkpoint of the first step");
  const runFolder = mkdtempSync(join(folder, "run-"));
  writeCheckpoint(runFolder, first);
  const resumed = await steps(opened, need(readLatest(runFolder)));
  expect(new Map(resumed.last.parameters)).toEqual(new Map(last.parameters));

  const { parameters } = last;
  const batch = dataset.batch("test", 0, 2, () => 0);
  for (const target of targets) {
    const request = { target, parameters, batch, batchSize: 2, dims, samples: 2, seed: 1 };
    const drawn = need(
      drawSamples(program, backend, {
        ...request,
        steps: STEPS,
        ...(target === "predict" ? { prefix: 1 } : {}),
      }),
    );
    const shown = model.sites.filter(({ role }) => role === "latent" || target !== "posterior");
    expect(shown.filter(({ name }) => !drawn.has(name))).toEqual([]);
    // What looks at data ends with each sequence.
    const ends = target === "posterior" || target === "reconstruct" ? batch.lengths : undefined;
    const once = new Set(
      model.sites.flatMap(({ name, when }) => (when === "static" ? [name, `${name}.mean`] : [])),
    );
    for (const [name, { data, shape }] of drawn) {
      const area = data.length / (4 * (shape[2] ?? 1));
      const exists = (i: number): boolean =>
        once.has(name) ||
        Math.floor(i / area) % STEPS < (ends?.[Math.floor(i / (area * STEPS)) % 2] ?? STEPS);
      expect(
        data.every((value, i) => Number.isFinite(value) === exists(i)),
        `${target}: ${name}`,
      ).toBe(true);
    }
  }
  const estimate = need(
    evaluateBound({
      ...{ problem, dataset, backend, dims, parameters },
      ...{ seed: 1, batch: 2, particles: 4, chunk: 2, sequences: 3 },
    }),
  );
  expect(Number.isFinite(estimate.bound)).toBe(true);
};

describe("observations of every family", () => {
  test.each(familyNames)("%s", async (family) => {
    await goesThrough(observing(family), true);
  });
});

describe("latents of every prior with every guide of its support", () => {
  const pairs = familyNames.flatMap((prior) =>
    familyNames
      .filter((guide) => baseOf(guide) === baseOf(prior))
      .map((guide) => [prior, guide] as const),
  );
  test.each(pairs)("%s, guided by %s", async (prior, guide) => {
    await goesThrough(inferring(prior, guide), prior === guide);
  });
});

describe("given data of every type", () => {
  const types = (Object.keys(bases) as Base[]).filter((base) => bases[base] !== null);
  test.each(types)("%s", async (base) => {
    await goesThrough(given(base), true);
  });
});
