/** Whatever has become of a run folder, the verbs that open one say what is wrong with it, and never break. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../cli/call.ts";
import { startArguments } from "./killed-run.ts";

const base = mkdtempSync(join(tmpdir(), "gtmc-damaged-"));
const whole = join(base, "whole");

beforeAll(async () => {
  mkdirSync(whole);
  const { exit, err } = await call(startArguments(whole), { cwd: whole });
  expect(exit, err).toBe(0);
}, 600_000);
afterAll(() => {
  rmSync(base, { recursive: true });
});

type Harm = (path: string) => void;

const harms: readonly (readonly [string, Harm])[] = [
  [
    "missing",
    (path) => {
      rmSync(path, { recursive: true });
    },
  ],
  [
    "empty",
    (path) => {
      truncateSync(path, 0);
    },
  ],
  [
    "cut short",
    (path) => {
      truncateSync(path, readFileSync(path).length >> 1);
    },
  ],
  [
    "of other bytes",
    (path) => {
      writeFileSync(path, Buffer.alloc(64, 0xc3));
    },
  ],
  [
    "a folder",
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  [
    "JSON of another kind",
    (path) => {
      writeFileSync(path, '[null, {"a": [1]}]');
    },
  ],
];

const files = [
  "config.json",
  "overrides.json",
  "env.json",
  "model.gtm",
  "metrics.jsonl",
  "manifest.json",
  "checkpoints/latest",
  "checkpoints/000004/state.json",
  "checkpoints/000004/params.safetensors",
  "checkpoints/000004/optimizer.safetensors",
];

/** Every place in a JSON value, with something of another kind, or of the kind and senseless, put there. */
function* edits(value: unknown): Generator {
  yield* [null, -1, 1.5, "x", "", [], {}, ["x"]].filter(
    (other) => JSON.stringify(other) !== JSON.stringify(value),
  );
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      if (i > 0) continue;
      for (const edited of edits(one)) yield value.with(i, edited);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      for (const edited of edits(one)) yield { ...value, [key]: edited };
    }
  }
}

const tried = { count: 0 };

/** Harms a copy of the run and has a verb open it; the verb changes with the number of the case. */
const expectSaid = async (file: string, harm: Harm, name: string): Promise<void> => {
  const cwd = join(base, "case");
  cpSync(whole, cwd, { recursive: true });
  harm(join(cwd, "run", file));
  const verbs = [
    ["resume", "run", "--set", "train.steps=5"],
    ["eval", "run", "--particles", "2", "--batches", "1"],
    ["sample", "run", "--target", "prior"],
  ];
  const argv = verbs[tried.count++ % verbs.length] ?? [];
  const { exit, err } = await call(argv, { cwd });
  rmSync(cwd, { recursive: true });
  expect([0, 1, 2, 3, 5], `${file} ${name}, ${argv.join(" ")}: ${err}`).toContain(exit);
  if (exit !== 0) expect(err).toMatch(/^error\[E\d{4}\]/mu);
};

test.each(harms)(
  "files that are %s",
  async (name, harm) => {
    for (const file of files) {
      // Each with another verb than the last time.
      await expectSaid(file, harm, name);
    }
  },
  300_000,
);

test.each(["config.json", "overrides.json", "env.json", "checkpoints/000004/state.json"])(
  "every place of %s edited",
  async (file) => {
    const value: unknown = JSON.parse(readFileSync(join(whole, "run", file), "utf8"));
    const every = file === "config.json" ? 17 : 7;
    let i = 0;
    for (const edited of edits(value)) {
      if (i++ % every !== 0) continue;
      const text = JSON.stringify(edited);
      await expectSaid(
        file,
        (path) => {
          writeFileSync(path, text);
        },
        text.slice(0, 200),
      );
    }
  },
  300_000,
);

test("parameters of other shapes are named", async () => {
  const cwd = join(base, "shapes");
  cpSync(whole, cwd, { recursive: true });
  const path = join(cwd, "run", "model.gtm");
  writeFileSync(path, readFileSync(path, "utf8").replace("dim Z = 2", "dim Z = 3"));
  for (const argv of [
    ["resume", "run", "--set", "train.steps=5"],
    ["eval", "run", "--particles", "2"],
    ["sample", "run", "--target", "prior"],
  ]) {
    const { exit, err } = await call(argv, { cwd });
    expect([exit, err], argv.join(" ")).toEqual([3, expect.stringContaining("E0822")]);
  }
}, 120_000);
