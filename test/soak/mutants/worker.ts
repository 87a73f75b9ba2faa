/**
 * Tries mutants one by one in one process and appends how each ended to a file: `worker.ts JOB`. The sources stay as they are: the
 * change is made where Vitest reads the file.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createVitest } from "vitest/node";
import type { Job, Outcome } from "./job.ts";
import { applied, type Mutant } from "./mutate.ts";

const root = join(import.meta.dirname, "../../..");
const [, , file = ""] = process.argv;
const { todo, results } = JSON.parse(readFileSync(file, "utf8")) as Job;
const current: { mutant: Mutant | undefined } = { mutant: undefined };

const vitest = await createVitest(
  "test",
  {
    root,
    config: false,
    watch: false,
    include: ["test/**/*.test.ts"],
    exclude: ["test/slow/**"],
    setupFiles: [join(root, "test/support/seed.ts")],
    testTimeout: 300_000,
    bail: 1,
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
    reporters: [{}],
  },
  {
    plugins: [
      {
        name: "mutant",
        enforce: "pre",
        transform: (code, id) => {
          const { mutant } = current;
          if (mutant === undefined || id !== join(root, mutant.file)) return undefined;
          return { code: applied(code, mutant, join(root, "src/graph/build.ts")), map: null };
        },
      },
    ],
  },
);

/** The file's tests, up to the first that fails. */
const passes = async (file: string): Promise<boolean> => {
  const specifications = await vitest.globTestSpecifications([file]);
  const [specification] = specifications;
  if (specification === undefined) throw new Error(`no ${file}`);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // The modules of earlier runs are among them.
  const own = testModules.find(({ moduleId }) => moduleId === specification.moduleId);
  return unhandledErrors.length === 0 && own?.ok() === true;
};

const change = (mutant: Mutant | undefined): void => {
  for (const one of [current.mutant, mutant]) {
    if (one !== undefined) vitest.invalidateFile(join(root, one.file));
  }
  current.mutant = mutant;
};

/** Test files that pass without any mutant. */
const sound = new Set<string>();

const outcomeOf = async (mutant: Mutant, tests: readonly string[]): Promise<Outcome> => {
  for (const one of tests) {
    change(mutant);
    if (await passes(one)) continue;
    change(undefined);
    if (!sound.has(one) && !(await passes(one))) throw new Error(`${one} fails as it is`);
    sound.add(one);
    return { end: "caught", by: one };
  }
  return { end: "survived" };
};

const say = (key: string, what: string, outcome: Outcome | { readonly end: "begun" }): void => {
  appendFileSync(results, `${JSON.stringify({ key, what, ...outcome })}\n`);
};

for (const { key, mutant, tests } of todo) {
  const what = `${mutant.file}:${mutant.line} ${mutant.what}`;
  say(key, what, { end: "begun" });
  say(key, what, await outcomeOf(mutant, tests));
}
await vitest.close();
