/** What the tests of data share: draws with a fixed seed, results that must be. */
import { tmpdir } from "node:os";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../../src/diagnostics/diagnostic.ts";
import type { BatchField, Batch, Draw } from "../../src/data/dataset.ts";

/** A small generator of known quality (mulberry32). */
export const drawFrom = (seed: number): Draw => {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
};

export const valueOf = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.diagnostics, null, 2));
};

/** The codes of a failure. */
export const codesOf = (result: Result<unknown>): readonly string[] =>
  result.ok ? [] : result.diagnostics.map(({ code }) => code);

export const fieldOf = (batch: Batch, name: string): BatchField => {
  const field = batch.fields.get(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return field;
};

/** Row `at` of an array taken as [rows, …]. */
export const rowOf = ({ shape, data }: BatchField, at: number, axes = 1): readonly number[] => {
  const size = shape.slice(axes).reduce((a, b) => a * b, 1);
  return [...data.subarray(at * size, (at + 1) * size)];
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "gtmc-data-"));
