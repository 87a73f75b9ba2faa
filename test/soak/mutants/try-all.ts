/** Tries mutants in another process, which is begun anew where one hangs. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  appendFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job, Line, Outcome } from "./job.ts";

/** How long nothing may be said before the mutant that is being tried counts as hung. */
const PATIENCE = 900_000;

/** How each ended, by its key. Those that the file of results knows are not tried again. */
export const tryAll = async (
  { todo, results }: Job,
  progressed: (outcomes: ReadonlyMap<string, Outcome>) => void,
): Promise<ReadonlyMap<string, Outcome>> => {
  for (;;) {
    const known = outcomesIn(results);
    progressed(known);
    const left = todo.filter(({ key }) => !known.has(key));
    if (left.length === 0) return known;
    const end = await work({ todo: left, results }, () => {
      progressed(outcomesIn(results));
    });
    const last = linesIn(results).at(-1);
    if (end === "hung" && last?.end === "begun") {
      appendFileSync(results, `${JSON.stringify({ ...last, end: "hung" })}\n`);
    } else if (end !== 0) throw new Error(`the process that tries mutants ended with ${end}`);
  }
};

/** Runs the process until it ends, or has nothing to say for long. */
const work = (job: Job, heard: () => void): Promise<number | null | "hung"> =>
  new Promise((resolve) => {
    const folder = mkdtempSync(join(tmpdir(), "gtmc-mutants-"));
    const file = join(folder, "job.json");
    writeFileSync(file, JSON.stringify(job));
    const worker = join(import.meta.dirname, "worker.ts");
    const child = spawn(process.execPath, ["--import", "tsx", worker, file], {
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        VITEST: "",
        VITEST_WORKER_ID: "",
        VITEST_POOL_ID: "",
        NODE_OPTIONS: "",
      },
    });
    let hung = false;
    let size = 0;
    let since = Date.now();
    const watch = setInterval(() => {
      const now = existsSync(job.results) ? readFileSync(job.results).length : 0;
      if (now !== size) {
        [size, since] = [now, Date.now()];
        heard();
      } else if (Date.now() - since > PATIENCE) hung = child.kill("SIGKILL");
    }, 2000);
    child.on("close", (status) => {
      clearInterval(watch);
      rmSync(folder, { recursive: true });
      resolve(hung ? "hung" : status);
    });
  });

const linesIn = (results: string): readonly Line[] =>
  existsSync(results)
    ? readFileSync(results, "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line) as Line)
    : [];

const outcomesIn = (results: string): ReadonlyMap<string, Outcome> =>
  new Map(
    linesIn(results).flatMap((line) => (line.end === "begun" ? [] : [[line.key, line] as const])),
  );
