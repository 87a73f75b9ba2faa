/**
 * How the time to compile grows with the program, phase by phase:
 *
 *     npm run bench:compile -- [--only chain]
 *
 * Seconds of processor time at two sizes, one four times the other, and the exponent between them; 1 is linear. What the C
 * compiler takes is that of its processes, where the system counts them (Linux).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile, initialState, openBackend } from "../src/index.ts";
import { createStepper } from "../src/training/run-step.ts";
import { kinds, type Kind } from "../test/support/big-programs.ts";
import { compileInPhases, sizesFor } from "../test/support/compile-phases.ts";
import { table } from "./table.ts";
import { feedOf } from "./workloads.ts";

const { values: options } = parseArgs({
  options: { only: { type: "string", default: "" } },
});

/** Sizes at which a phase takes more than a moment; functions are called at most 250 deep. */
const sizes: Readonly<Record<string, number>> = {
  "sites side by side": 50,
  "sites in a chain": 50,
  "equations in a chain": 100,
  "functions in a chain": 60,
  nets: 16,
  "layers of a net": 16,
  parameters: 25,
  memories: 4,
};

const growth = 4;
const second = 1e6;

const ownSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / second;
};

/** Of processes that were waited for: fields 16 and 17 of the line, in hundredths of a second. */
const childrensSeconds = (): number => {
  const path = "/proc/self/stat";
  if (!existsSync(path)) return Number.NaN;
  const fields = readFileSync(path, "utf8")
    .replace(/^.*\) /u, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
};

type Seconds = Map<string, number>;

const timed = <T>(seconds: Seconds, name: string, run: () => T): T => {
  const before = ownSeconds();
  const result = run();
  seconds.set(name, ownSeconds() - before);
  return result;
};

/** What is done before the backend has its own part, and again by it. */
const shared = ["gradient", "graph", "loops", "threads"];

const firstStep = async (text: string, name: string, seconds: Seconds): Promise<void> => {
  const program = compile({ path: "big.gtm", text });
  const opened = await openBackend(name);
  if (!program.ok || !opened.ok) throw new Error(`no ${name} here`);
  const { problem, config } = program.value;
  const { backend } = opened.value;
  const objective = problem.objective(sizesFor(text));
  const state = initialState(problem, config.training);
  const children = childrensSeconds();
  const stepper = timed(seconds, `${name}: compile`, () =>
    createStepper(backend, objective, config.training, state),
  );
  if (!stepper.ok) throw new Error(`${name} refuses the step`);
  if (name === "native") seconds.set("native: compile", childrensSeconds() - children);
  else {
    const before = shared.reduce((sum, phase) => sum + (seconds.get(phase) ?? 0), 0);
    seconds.set(`${name}: compile`, (seconds.get(`${name}: compile`) ?? 0) - before);
  }
  timed(seconds, `${name}: first step`, () => stepper.value.step(1, feedOf(objective)));
  stepper.value.dispose();
  backend.dispose();
};

const measure = async ({ text }: Kind, size: number): Promise<Seconds> => {
  const seconds: Seconds = new Map();
  const program = text(size);
  compileInPhases(program, (name, run) => timed(seconds, name, run));
  for (const name of ["native", "wasm"]) await firstStep(program, name, seconds);
  return seconds;
};

const shown = (seconds: number): string => (seconds < 0.02 ? "" : seconds.toFixed(2));

const cell = (less: number, more: number): string =>
  more < 0.1 ? shown(more) : `${shown(less)} to ${shown(more)} (${exponent(less, more)})`;

const exponent = (less: number, more: number): string =>
  less < 0.02 ? "–" : (Math.log(more / less) / Math.log(growth)).toFixed(2);

const cache = mkdtempSync(join(tmpdir(), "gtmc-cache-"));
process.env["GTMC_CACHE"] = cache;
process.on("exit", () => {
  rmSync(cache, { recursive: true });
});

const measured: (readonly [name: string, less: Seconds, more: Seconds])[] = [];
for (const kind of kinds.filter(({ name }) => name.includes(options.only))) {
  const size = sizes[kind.name] ?? kind.small;
  await measure(kind, kind.small);
  measured.push([
    `${kind.name}, ${size} to ${growth * size}`,
    await measure(kind, size),
    await measure(kind, growth * size),
  ]);
}
const phases = [...(measured[0]?.[1].keys() ?? [])];
const rows = phases.map((phase) => [
  phase,
  ...measured.map(([, less, more]) => cell(less.get(phase) ?? 0, more.get(phase) ?? 0)),
]);
process.stdout.write(`${table(["seconds", ...measured.map(([name]) => name)], rows)}\n`);
