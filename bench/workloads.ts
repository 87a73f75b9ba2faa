/** The workloads as gtmc compiles them, and the numbers that all contestants compute with. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compile, initialState, type HostArray, type Program } from "../src/index.ts";
import { uniform } from "../src/runtime/random.ts";
import type { TrainingState } from "../src/training/state.ts";
import { drawNoise } from "../src/training/noise.ts";
import type { BatchSizes, ObjectiveGraph } from "../src/inference/graphs.ts";

export type WorkloadName = "w1" | "w2" | "w3";

export interface Workload {
  readonly name: WorkloadName;
  readonly title: string;
  readonly sizes: BatchSizes;
  /** Sizes of the model's own dimensions where they are not the file's: "N=64". */
  readonly set: readonly string[];
  /** Multiplications and additions that the matrix products of one step cannot do without, in millions. */
  readonly megaflops: number;
}

/** Of a linear map over rows; without the gradient by its input where that is data. */
const product = (rows: number, inputs: number, outputs: number, ofData = false): number =>
  (2 * rows * inputs * outputs * (ofData ? 2 : 3)) / 1e6;
const total = (...terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0);

export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  w1: {
    name: "w1",
    title: "W1 Introspective",
    sizes: { batch: 10, steps: 25, particles: 1, ragged: false, dims: {} },
    set: [],
    megaflops: total(
      product(250, 784, 256, true),
      product(250, 128, 45),
      product(750, 15, 32),
      product(250, 224, 64),
      product(250, 480, 64),
      product(500, 64, 64),
      product(250, 256, 256),
      product(250, 256, 784),
      product(250, 384, 512),
    ),
  },
  w2: {
    name: "w2",
    title: "W2 DNC",
    sizes: { batch: 10, steps: 25, particles: 1, ragged: false, dims: {} },
    set: [],
    megaflops: total(
      product(250, 32, 512, true),
      product(250, 256, 512),
      product(250, 128, 247),
      product(250, 256, 32),
      // Contents by key (5 heads), links both ways, words read.
      product(250, 5 * 32, 32),
      product(250, 2 * 4 * 32, 32),
      product(250, 4 * 32, 32),
    ),
  },
  w3: {
    name: "w3",
    title: "W3 discrete addressing",
    sizes: { batch: 32, particles: 4, ragged: false, dims: { S: 256 } },
    set: [],
    megaflops: total(
      product(288, 784, 256, true),
      product(288, 256, 128),
      product(33, 128, 256),
      product(128, 128, 64),
      product(128, 256, 64),
      product(256, 64, 64),
      product(128, 160, 128),
      product(128, 128, 256),
      product(128, 256, 784),
    ),
  },
};

/** Other sizes for a workload: `set` holds dimensions and settings of its file. */
export interface Changes {
  readonly batch?: number;
  readonly steps?: number;
  readonly particles?: number;
  readonly dims?: Readonly<Record<string, number>>;
  readonly set?: readonly string[];
}

/** The workload at other sizes; `megaflops` remains what it is at its own. */
export const changed = (workload: Workload, { set = [], ...sizes }: Changes): Workload => ({
  ...workload,
  sizes: { ...workload.sizes, ...sizes },
  set: [...workload.set, ...set],
});

/** All that a run of a workload starts from. */
export interface Start {
  readonly program: Program;
  readonly objective: ObjectiveGraph;
  readonly state: TrainingState;
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Compiles a workload and initialises its parameters, a function of the workload alone. */
export const startOf = ({ name, sizes, set }: Workload): Start => {
  // From the root of the repository, wherever this code has been bundled to.
  const path = resolve("bench", `${name}.gtm`);
  const compiled = compile({ path, text: readFileSync(path, "utf8") }, { set });
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  const program = compiled.value;
  const objective = program.problem.objective(sizes);
  return { program, objective, state: initialState(program.problem, program.config.training) };
};

/** Data in {0, 1}, a fifth of them ones, and noise: the same at every step. */
export const feedOf = (objective: ObjectiveGraph): ReadonlyMap<string, HostArray> => {
  const data = objective.data.map(({ attrs, shape }): readonly [string, HostArray] => {
    const draws = uniform({ seed: 7, stream: `bench.${attrs.name}`, step: 0 }, count(shape));
    return [attrs.name, { shape, data: draws.map((u) => (u < 0.2 ? 1 : 0)) }];
  });
  return new Map([...data, ...drawNoise(objective.noise, 7, "bench", 0)]);
};
