/**
 * Milliseconds a training step of W1, gtmc on each backend beside eager TensorFlow.js in the same run:
 *
 *     npm run bench
 *
 * First all must agree on the losses of ten steps, to 1e-4 relative. Then they take turns, and each figure is the
 * median; a ratio is the median of the ratios of each turn. Source to first step and a cold `gtmc check` are timed too.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { openBackend } from "../src/index.ts";
import { eagerW1 } from "./eager-tfjs.ts";
import { compileW1, feedW1, numbersForEager, stepperW1 } from "./w1.ts";

interface Contestant {
  readonly name: string;
  /** One update; the loss in nats. */
  readonly step: () => number;
}

const turns = Number(process.argv[2] ?? 9);
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const milliseconds = (f: () => void): number => {
  const started = performance.now();
  f();
  return performance.now() - started;
};

const program = compileW1();
const feed = feedW1(program);

const gtmcOn = async (name: string): Promise<Contestant | undefined> => {
  const opened = await openBackend(name);
  if (!opened.ok) {
    say(`skipped ${name}: ${opened.diagnostics.map(({ message }) => message).join("; ")}`);
    return undefined;
  }
  const stepper = stepperW1(program, opened.value.backend);
  let iteration = 0;
  return { name: `gtmc ${name}`, step: () => -stepper.step((iteration += 1), feed).bound };
};

const contestants: Contestant[] = [];
for (const variant of ["naive", "hoisted"] as const) {
  const eager = await eagerW1(numbersForEager(program, feed), variant);
  contestants.push({ name: `eager tfjs:wasm, ${variant}`, step: () => eager.step() });
}
for (const name of ["tfjs:wasm", "tfjs:node", "tfjs:cpu"]) {
  const contestant = await gtmcOn(name);
  if (contestant !== undefined) contestants.push(contestant);
}

const losses = contestants.map(({ step }) => Array.from({ length: 10 }, step));
const [expected = []] = losses;
losses.forEach((found, i) => {
  const worst = Math.max(...found.map((x, n) => Math.abs(x / (expected[n] ?? Number.NaN) - 1)));
  say(`${contestants[i]?.name}: losses of ten steps agree to ${worst.toExponential(1)} relative`);
  if (!(worst < 1e-4)) throw new Error("the contestants do not compute the same");
});

const times = contestants.map((): number[] => []);
for (let turn = 0; turn < turns; turn += 1) {
  contestants.forEach(({ name, step }, i) => {
    // The JavaScript backend takes seconds a step.
    if (name.endsWith("tfjs:cpu") && turn > 1) return;
    times[i]?.push(milliseconds(step));
  });
}

say(
  `\n${turns} turns, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}\n`,
);
say("| W1 | ms a step (median) | best | naive eager is slower by | hoisted eager is slower by |");
say("| --- | --- | --- | --- | --- |");
contestants.forEach(({ name }, i) => {
  const own = times[i] ?? [];
  const ratio = (to: number): string =>
    median(own.map((ms, turn) => (times[to]?.[turn] ?? Number.NaN) / ms)).toFixed(2);
  say(
    `| ${name} | ${median(own).toFixed(0)} | ${Math.min(...own).toFixed(0)} | ${ratio(0)} | ${ratio(1)} |`,
  );
});

const first = Array.from({ length: 5 }, () =>
  Number(execFileSync(process.execPath, ["--import", "tsx", "bench/first-step.ts"]).toString()),
);
say(
  `\nsource to first step on tfjs:wasm, fresh process: ${median(first).toFixed(0)} ms (median of 5)`,
);

const cold = Array.from({ length: 5 }, () =>
  milliseconds(() =>
    execFileSync(process.execPath, ["dist/cli/main.js", "check", "models/dnc_gtmm.gtm"]),
  ),
);
const lines = readFileSync("models/dnc_gtmm.gtm", "utf8").split("\n").length;
say(
  `gtmc check of models/dnc_gtmm.gtm (${lines} lines and its imports), cold: ${median(cold).toFixed(0)} ms (median of 5)`,
);
process.exit(0);
