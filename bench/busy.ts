/**
 * Step time beside other programs that use all processors, of one thread and of all, by turns:
 *
 *     npm run bench:busy -- [--threads 2] [--turns 4] [--steps 120]
 *
 * A turn counts by the mean of its steps, since what other programs take is the point.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { bundle, programOf } from "./bundle.ts";
import { start, type Contestant } from "./contestant.ts";
import { table } from "./table.ts";
import { workloads } from "./workloads.ts";

const { values: options } = parseArgs({
  options: {
    threads: { type: "string", default: "2" },
    turns: { type: "string", default: "4" },
    steps: { type: "string", default: "120" },
  },
});
const threads = Math.min(Number(options.threads), availableParallelism());
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const contestant = async (workload: string, count: number): Promise<Contestant> => {
  const started = await start({
    name: `${count} threads`,
    command: [process.execPath, programOf("bench-gtmc"), "native", workload],
    env: { GTMC_THREADS: `${count}` },
  });
  if ("skip" in started) throw new Error(started.skip);
  await started.run(10);
  return started;
};

/** Milliseconds per step of each, over all turns. */
const measure = async (contestants: readonly Contestant[]): Promise<readonly number[]> => {
  const times = contestants.map((): number[] => []);
  for (let turn = 0; turn < Number(options.turns); turn += 1) {
    const order = [...contestants.entries()];
    for (const [i, { run }] of turn % 2 === 0 ? order : order.toReversed()) {
      times[i]?.push(mean((await run(Number(options.steps))).ms));
    }
  }
  return times.map(mean);
};

await bundle();
const rows: (readonly string[])[] = [];
for (const { name } of Object.values(workloads)) {
  const contestants = [await contestant(name, 1), await contestant(name, threads)];
  const others = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["-e", "for (;;);"]),
  );
  const [one = NaN, all = NaN] = await measure(contestants).finally(() => {
    for (const other of others) other.kill("SIGKILL");
  });
  for (const { close } of contestants) await close();
  rows.push([name.toUpperCase(), one.toFixed(2), all.toFixed(2), (all / one).toFixed(2)]);
}
process.stdout.write(
  `${availableParallelism()} other processes, ${options.turns} turns of ${options.steps} steps\n\n`,
);
process.stdout.write(
  `${table(["workload", "1 thread, ms", `${threads} threads, ms`, "ratio"], rows)}\n`,
);
