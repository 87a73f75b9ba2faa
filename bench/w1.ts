/** Workload W1 as gtmc compiles it, with the same numbers for the baseline of `eager-tfjs.ts`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, type Backend, type HostArray, type Program } from "../src/index.ts";
import { initialise } from "../src/training/initialise.ts";
import { drawNoise } from "../src/training/noise.ts";
import { createStepper, type Stepper } from "../src/training/run-step.ts";
import { initialState } from "../src/training/request.ts";
import { uniform } from "../src/runtime/random.ts";
import type { W1Numbers } from "./eager-tfjs.ts";

const path = fileURLToPath(new URL("w1.gtm", import.meta.url));
const [batch, steps, pixels] = [10, 25, 784];
const sizes = { batch, steps, particles: 1, ragged: false, dims: {} };

/** Compiles the workload. */
export const compileW1 = (): Program => {
  const program = compile({ path, text: readFileSync(path, "utf8") });
  if (!program.ok) throw new Error(program.diagnostics.map(({ message }) => message).join("\n"));
  return program.value;
};

/** One batch [B, T, X] in {0, 1}, the same at every step as for every peer, and its noise [T, K, B, Z]. */
export const feedW1 = (program: Program): ReadonlyMap<string, HostArray> => {
  const raw = uniform({ seed: 7, stream: "bench.x", step: 0 }, batch * steps * pixels);
  const x = { shape: [batch, steps, pixels], data: raw.map((u) => (u < 0.2 ? 1 : 0)) };
  return new Map([["x", x], ...drawNoise(program.problem.objective(sizes).noise, 7, "bench", 0)]);
};

/** A step of training on a backend, its parameters at their initial values. */
export const stepperW1 = (program: Program, backend: Backend): Stepper => {
  const { problem, config } = program;
  const state = initialState(problem, config.training);
  const stepper = createStepper(backend, problem.objective(sizes), config.training, state);
  if (!stepper.ok) throw new Error(stepper.diagnostics.map(({ message }) => message).join("\n"));
  return stepper.value;
};

/** Ranges of columns [from, to) of a row-major matrix with `width` columns, side by side. */
const columns = (
  data: ArrayLike<number>,
  width: number,
  ranges: readonly (readonly [number, number])[],
): Float32Array =>
  Float32Array.from(
    Array.from({ length: data.length / width }, (_, row) =>
      ranges.flatMap(([from, to]) =>
        Array.from({ length: to - from }, (__, i) => data[row * width + from + i] ?? Number.NaN),
      ),
    ).flat(),
  );

/** [B, T, X] to [T, B, X]. */
const timeFirst = (data: ArrayLike<number>): Float32Array =>
  Float32Array.from({ length: data.length }, (_, i) => {
    const [x, row] = [i % pixels, Math.floor(i / pixels)];
    const [b, t] = [row % batch, Math.floor(row / batch)];
    return data[(b * steps + t) * pixels + x] ?? Number.NaN;
  });

/** The same parameters, data and noise, named and laid out as the baseline has them. */
export const numbersForEager = (
  program: Program,
  feed: ReadonlyMap<string, HostArray>,
): W1Numbers => {
  const parameters = initialise(program.problem.parameters, program.config.training.seed);
  const of = (name: string): ArrayLike<number> => parameters.get(name)?.data ?? [];
  const whole = (name: string): Float32Array => Float32Array.from(of(name));
  // gtmc orders the gates input, forget, output, candidate; the baseline input, forget, candidate, output.
  const gates = [
    [0, 256],
    [384, 512],
    [256, 384],
  ] as const;
  const head = (net: "prior" | "post", part: "mean" | "logvar") => {
    const ranges: readonly (readonly [number, number])[] = [part === "mean" ? [0, 32] : [32, 64]];
    return {
      [`${net}.${part}.w`]: columns(of(`${net}.1.weight`), 64, ranges),
      [`${net}.${part}.b`]: columns(of(`${net}.1.bias`), 64, ranges),
    };
  };
  const named = {
    "encode.w": whole("encode.weight"),
    "encode.b": whole("encode.bias"),
    "attend.w": whole("attend.weight"),
    "attend.b": whole("attend.bias"),
    "prior.hidden.w": whole("prior.0.weight"),
    "prior.hidden.b": whole("prior.0.bias"),
    ...head("prior", "mean"),
    ...head("prior", "logvar"),
    "post.hidden.w": whole("post.0.weight"),
    "post.hidden.b": whole("post.0.bias"),
    ...head("post", "mean"),
    ...head("post", "logvar"),
    "obs.hidden.w": whole("obs.0.weight"),
    "obs.hidden.b": whole("obs.0.bias"),
    "obs.logits.w": whole("obs.1.weight"),
    "obs.logits.b": whole("obs.1.bias"),
    "lstm.w": columns(of("rnn.gates.weight"), 512, gates),
    "lstm.b": columns(of("rnn.gates.bias"), 512, gates),
  };
  return {
    parameters: named,
    frames: timeFirst(feed.get("x")?.data ?? []),
    noise: Float32Array.from(feed.get("noise.z")?.data ?? []),
  };
};
