/**
 * A changed sign or factor in any density, divergence, gradient, bound, estimator or optimizer makes a fast test fail. How each
 * ended is kept in `gtmc-mutants.jsonl` of the folder for temporary files, so that a run that was killed goes on where it was.
 * `GTMC_MUTANTS="kl laplace"` tries those of these files only.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wentThrough } from "../support/soak.ts";
import { equivalent } from "./mutants/equivalent.ts";
import { formulaMutants } from "./mutants/formulas.ts";
import { tryAll } from "./mutants/try-all.ts";

test("a changed sign or factor in a formula makes a fast test fail", async (context) => {
  const names = (process.env["GTMC_MUTANTS"] ?? "").split(" ").filter((name) => name !== "");
  const all = formulaMutants(names);
  const todo = all.filter(({ mutant }) => equivalent[mutant.file]?.[mutant.what] === undefined);
  const results = join(tmpdir(), "gtmc-mutants.jsonl");
  const outcomes = await tryAll({ todo, results }, (known) => {
    const ends = todo.flatMap(({ key }) => known.get(key) ?? []);
    const caught = ends.filter(({ end }) => end !== "survived").length;
    wentThrough(context, ends.length, `mutants, of which ${caught.toLocaleString("en-GB")} caught`);
  });
  const survivors = todo
    .filter(({ key }) => outcomes.get(key)?.end === "survived")
    .map(({ mutant: { file, line, what } }) => `${file}:${line} ${what}`);
  expect(survivors).toEqual([]);
});
