/**
 * Milliseconds a training step, gtmc's backends beside JAX, PyTorch and eager TensorFlow.js in the same run:
 *
 *     npm run bench -- [--only w1|w2|w3|start] [--turns 9] [--threads 2] [--json FILE]
 *
 * Each contestant is a process of its own; all get the same parameters, data and noise. First all must agree on the
 * losses of ten steps, to 1e-4 relative. Then they take turns, forward and backward; a ratio is the median of the
 * ratios of each turn. Who is not installed is skipped, and named. At last the wait for a first step is timed (`start`).
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeSafetensors } from "../src/training/safetensors.ts";
import { bundle } from "./bundle.ts";
import { start, type Contestant } from "./contestant.ts";
import { lineup } from "./lineup.ts";
import { coldCheck, startUps, waitsTable } from "./start-up.ts";
import { median, resultsTable, type Result } from "./table.ts";
import { showVerdict, verdicts } from "./targets.ts";
import { feedOf, startOf, workloads, type Workload } from "./workloads.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    turns: { type: "string", default: "9" },
    threads: { type: "string", default: "2" },
    json: { type: "string" },
  },
});
const turns = Number(options.turns);
const cores = availableParallelism();
const threads = Math.min(Number(options.threads), cores);
/** Steps of a turn that are timed, after one that is not: it finds caches cold and threads asleep. */
const timed = 5;
const tolerance = 1e-4;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

type Named = Contestant & { readonly name: Result["name"] };

const gather = async (workload: Workload, numbers: string): Promise<readonly Named[]> => {
  const gathered: Named[] = [];
  for (const entrant of lineup(workload, { threads, cores, numbers })) {
    const started = "skip" in entrant ? entrant : await start(entrant);
    if ("skip" in started) say(`skipped ${entrant.name}: ${started.skip}`);
    else gathered.push({ ...started, name: entrant.name });
  }
  return gathered;
};

/** Whether all losses of ten steps are those of the first contestant. */
const agree = async (contestants: readonly Contestant[]): Promise<boolean> => {
  let expected: readonly number[] | undefined;
  let agreed = true;
  for (const { name, run } of contestants) {
    const { loss } = await run(10);
    if (loss.length === 0) continue;
    expected ??= loss;
    const of = expected;
    const worst = Math.max(...loss.map((x, n) => Math.abs(x / (of[n] ?? Number.NaN) - 1)));
    const good = worst < tolerance;
    agreed &&= good;
    say(`${name}: ${good ? "" : "NOT "}the same losses, to ${worst.toExponential(1)} relative`);
  }
  return agreed;
};

const compete = async (contestants: readonly Named[]): Promise<readonly Result[]> => {
  const entries = contestants.map((contestant) => ({
    contestant,
    turns: [] as number[],
    best: [] as number[],
    peak: 0,
  }));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const entry of turn % 2 === 0 ? entries : entries.toReversed()) {
      const { ms, peak } = await entry.contestant.run(1 + timed);
      entry.turns.push(median(ms.slice(1)));
      entry.best.push(Math.min(...ms.slice(1)));
      entry.peak = peak;
    }
  }
  return entries.map(({ contestant: { name, version }, best, ...rest }) => ({
    name,
    version,
    ...rest,
    best: Math.min(...best),
  }));
};

const measure = async (workload: Workload, folder: string) => {
  const { objective, state } = startOf(workload);
  const feed = feedOf(objective);
  const numbers = join(folder, `${workload.name}.safetensors`);
  writeFileSync(numbers, Buffer.concat(encodeSafetensors(new Map([...state.parameters, ...feed]))));
  say(`\n## ${workload.title}\n`);
  const contestants = await gather(workload, numbers);
  const agreed = await agree(contestants);
  const results = agreed ? await compete(contestants) : [];
  await Promise.all(contestants.map(({ close }) => close()));
  if (!agreed) {
    say("the contestants do not compute the same");
    process.exitCode = 1;
    return { workload: workload.name, results, verdicts: [] };
  }
  const verdict = verdicts(workload.name, results);
  say(`\n${resultsTable(workload.title, results)}\n`);
  for (const one of verdict) say(showVerdict(one));
  return { workload: workload.name, results, verdicts: verdict };
};

const wanted = (name: string): boolean => options.only === undefined || options.only === name;
const chosen = Object.values(workloads).filter(({ name }) => wanted(name));
if (chosen.length === 0 && !wanted("start")) throw new Error(`no workload ${options.only ?? ""}`);
const machine = `${cores} cores (${cpus()[0]?.model.trim() ?? "unknown"})`;
say(`${turns} turns, ${threads} threads, ${machine}, Node ${process.versions.node}`);

const measureAll = async () => {
  const folder = mkdtempSync(join(tmpdir(), "gtmc-bench-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true });
  });
  const measured: Awaited<ReturnType<typeof measure>>[] = [];
  for (const workload of chosen) measured.push(await measure(workload, folder));
  const all = new Set(measured.flatMap(({ results }) => results.map(({ version }) => version)));
  if (all.size > 0) say(`\n${[...all].join(", ")}`);
  return measured;
};

/** How long one waits before the first step, as a table. */
const wait = () => {
  const waits = startUps();
  say("\n## Source to first step of W1, fresh process\n");
  say(waitsTable(waits));
  const check = coldCheck("models/dnc_gtmm.gtm");
  say(
    check === undefined
      ? "\nskipped `gtmc check`: run `npm run build` first"
      : `\n\`gtmc check models/dnc_gtmm.gtm\`, cold: ${check.toFixed(0)} ms`,
  );
  return { waits, check: check ?? null };
};

await bundle();
const measured = await measureAll();
const waited = wanted("start") ? wait() : null;
if (options.json !== undefined) {
  const report = { machine, threads, turns, workloads: measured, start: waited };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
