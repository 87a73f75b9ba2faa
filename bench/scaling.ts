/**
 * Step time and memory against sequence length T, batch B, particles K and slots, with fitted exponents:
 *
 *     npm run bench:scaling -- [--backend native] [--threads 2] [--out docs/figures/scaling.svg]
 *
 * Every point is a fresh process, and the best of its steps: other programs only add. The exponents are the slopes of log against log by least squares, over the upper half
 * of the sizes, where the constant part of a step weighs little.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { memoryUse } from "../src/code/generate.ts";
import { buildStep } from "../src/training/step.ts";
import { bundle, programOf } from "./bundle.ts";
import { start } from "./contestant.ts";
import { scalingPlot, type Curve, type Panel } from "./scaling-plot.ts";
import { table } from "./table.ts";
import { changed, startOf, workloads, type Changes, type WorkloadName } from "./workloads.ts";

const { values: options } = parseArgs({
  options: {
    backend: { type: "string", default: "native" },
    threads: { type: "string", default: "2" },
    out: { type: "string", default: "docs/figures/scaling.svg" },
  },
});
const threads = Math.min(Number(options.threads), availableParallelism());
const { backend, out } = options;

interface Line {
  readonly workload: WorkloadName;
  /** Of the sizes that change, as the legend has it. */
  readonly name: string;
  readonly sizes: readonly number[];
  readonly change: (size: number) => Changes;
}

interface Study {
  readonly axis: string;
  readonly lines: readonly Line[];
}

const particles = (count: number): Changes => ({
  particles: count,
  set: [`train.objective=iwae(K = ${count})`],
});

const studies: readonly Study[] = [
  {
    axis: "steps of a sequence, T",
    lines: (["w1", "w2"] as const).map((workload) => ({
      workload,
      name: workload.toUpperCase(),
      sizes: [25, 50, 100, 200, 400, 800, 1600],
      change: (steps) => ({ steps }),
    })),
  },
  {
    axis: "sequences of a batch, B",
    lines: (["w1", "w2"] as const).map((workload) => ({
      workload,
      name: workload.toUpperCase(),
      sizes: [10, 20, 40, 80, 160, 320, 640],
      change: (batch) => ({ batch }),
    })),
  },
  {
    axis: "particles, K",
    lines: [
      { workload: "w1", name: "W1", sizes: [2, 4, 8, 16, 32, 64, 128], change: particles },
      { workload: "w3", name: "W3", sizes: [4, 8, 16, 32, 64, 128, 256], change: particles },
    ],
  },
  {
    axis: "slots of memory",
    lines: [
      {
        workload: "w1",
        name: "W1, buffer",
        sizes: [16, 32, 64, 128, 256, 512, 1024],
        change: (slots) => ({ set: [`L=${slots}`] }),
      },
      {
        workload: "w2",
        name: "W2, links",
        sizes: [16, 32, 64, 128, 256],
        change: (slots) => ({ set: [`N=${slots}`] }),
      },
      {
        workload: "w3",
        name: "W3, images",
        sizes: [128, 256, 512, 1024, 2048, 4096],
        change: (slots) => ({ dims: { S: slots } }),
      },
    ],
  },
];

interface Point {
  readonly size: number;
  readonly ms: number;
  /** Megabytes. */
  readonly memory: number;
}

/** Whether memory can be read off the plan; elsewhere it is the resident memory of the whole process. */
const planned = backend === "native" || backend === "wasm";

/** Inputs, state, outputs and the arena of one step, in bytes. */
const plannedBytes = (line: Line, size: number): number => {
  const { program, objective } = startOf(changed(workloads[line.workload], line.change(size)));
  const { graph } = buildStep(objective, program.config.training);
  const { arena, inputs, state, outputs } = memoryUse(graph);
  return arena + inputs + state + outputs;
};

const measure = async (line: Line, size: number): Promise<Point> => {
  const changes = JSON.stringify(line.change(size));
  const contestant = await start({
    name: `${line.workload} at ${size}`,
    command: [process.execPath, programOf("bench-gtmc"), backend, line.workload, changes],
    env: { GTMC_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` },
  });
  if ("skip" in contestant) throw new Error(`${contestant.name}: ${contestant.skip}`);
  const { ms, loss, peak } = await contestant.run(9);
  await contestant.close();
  if (!loss.every(Number.isFinite)) throw new Error(`${contestant.name}: a loss is not finite`);
  const bytes = planned ? plannedBytes(line, size) : peak;
  return { size, ms: Math.min(...ms.slice(2)), memory: bytes / 1e6 };
};

/** The slope of log y over log x by least squares, over the upper half of the points. */
const exponent = (points: readonly (readonly [x: number, y: number])[]): number => {
  const upper = points
    .slice(Math.floor(points.length / 2))
    .map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (of: (point: readonly [number, number]) => number): number =>
    upper.reduce((sum, point) => sum + of(point), 0) / upper.length;
  const [x, y] = [mean(([a]) => a), mean(([, b]) => b)];
  return mean(([a, b]) => (a - x) * (b - y)) / mean(([a]) => (a - x) ** 2);
};

const curveOf = (name: string, points: readonly (readonly [number, number])[]): Curve => ({
  name,
  points,
  exponent: exponent(points),
});

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

await bundle();
const panels: Panel[] = [];
for (const { axis, lines } of studies) {
  const curves: { readonly time: Curve; readonly memory: Curve }[] = [];
  for (const line of lines) {
    const points: Point[] = [];
    for (const size of line.sizes) points.push(await measure(line, size));
    curves.push({
      time: curveOf(
        line.name,
        points.map(({ size, ms }) => [size, ms]),
      ),
      memory: curveOf(
        line.name,
        points.map(({ size, memory }) => [size, memory]),
      ),
    });
  }
  const memory = planned ? "memory of a step, MB" : "resident memory, MB";
  panels.push(
    { x: axis, y: "a step, ms", curves: curves.map(({ time }) => time) },
    { x: axis, y: memory, curves: curves.map((curve) => curve.memory) },
  );
  say(`\n${axis}\n`);
  const rows = curves.flatMap(({ time, memory: of }) =>
    (
      [
        ["a step, ms", time],
        [memory, of],
      ] as const
    ).map(([what, curve]) => [
      curve.name,
      what,
      curve.points.map(([x, y]) => `${x}: ${y.toPrecision(3)}`).join(", "),
      curve.exponent.toFixed(2),
    ]),
  );
  say(table(["workload", "what", "at each size", "exponent"], rows));
}

mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, scalingPlot(panels, `${backend}, ${threads} threads`));
say(`\n${out}`);
