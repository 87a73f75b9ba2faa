/** Whatever operation a process is killed at while it writes checkpoints, the last or the one before is there, whole. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type * as nodeFs from "node:fs";
import { readLatest, writeCheckpoint } from "../../src/training/checkpoint.ts";
import type { TrainingState } from "../../src/training/state.ts";
import type { Life } from "./kill.ts";

const life = vi.hoisted((): Life => ({ left: Infinity, done: 0 }));
vi.mock("node:fs", async (original) => {
  const { deadlyFs } = await import("./kill.ts");
  return deadlyFs(await original<typeof nodeFs>(), life);
});

const state = (iteration: number, mark: number): TrainingState => {
  const arrays = new Map([["w", { shape: [3], data: Float32Array.of(iteration, mark, 1) }]]);
  const progress = { bestBound: mark, bestIteration: iteration, badEvaluations: 0 };
  return { iteration, seed: 1, parameters: arrays, slots: arrays, progress };
};

/** Also the same iteration twice, an earlier one as after a resume, and enough for old ones to be removed. */
const states = [
  [1, 0],
  [1, 1],
  [2, 0],
  [3, 0],
  [2, 5],
  [4, 0],
].map(([iteration = 0, mark = 0]) => state(iteration, mark));

const operations = (): number => {
  const directory = mkdtempSync(join(tmpdir(), "gtmc-kills-"));
  life.done = 0;
  for (const one of states) writeCheckpoint(directory, one);
  const count = life.done;
  rmSync(directory, { recursive: true });
  return count;
};

test("a kill at any operation leaves the last checkpoint or the one before", () => {
  const count = operations();
  expect(count).toBeGreaterThan(50);
  for (let at = 1; at <= count; at++) {
    const directory = mkdtempSync(join(tmpdir(), "gtmc-kills-"));
    let written = 0;
    life.left = at;
    try {
      for (; written < states.length; written++) {
        writeCheckpoint(directory, states[written] ?? state(0, 0));
      }
    } catch (error) {
      expect(String(error)).toContain("killed");
    }
    life.left = Infinity;
    const found = readLatest(directory);
    const possible = states.slice(Math.max(0, written - 1), written + 1);
    if (written > 0 || found.ok) {
      expect(found.ok && possible, `operation ${at}`).toContainEqual(found.ok && found.value);
    }
    for (const next of states.slice(written)) writeCheckpoint(directory, next);
    expect(readLatest(directory)).toMatchObject({ ok: true, value: states.at(-1) });
    rmSync(directory, { recursive: true });
  }
}, 120_000);
