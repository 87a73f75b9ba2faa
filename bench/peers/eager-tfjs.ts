/**
 * Workload W1 (`w1.gtm`) as people write it for TensorFlow.js, run eagerly on its WebAssembly backend with
 * `tf.variableGrads` and `tf.train.adam`: `eager-tfjs.ts naive|hoisted NUMBERS`. "naive" runs every net in every
 * step of time; "hoisted" encodes and decodes all frames at once.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { decodeSafetensors } from "../../src/training/safetensors.ts";
import { serve } from "../serve.ts";

/** Sizes of W1: batch, steps, pixels, encoding, latent, controller, slots, read heads. */
const sizes = { B: 10, T: 25, X: 784, C: 256, Z: 32, H: 128, L: 15, R: 3 } as const;
const { B, T, X, C, Z, H, L, R } = sizes;

type Layer = "attend" | "encode" | `${"obs" | "post" | "prior"}.${0 | 1}` | "rnn.gates";

/** Parameters by name: matrices map rows, [in, out]; gates in the order input, forget, output, candidate. */
type Weights = Readonly<Record<`${Layer}.${"weight" | "bias"}`, tf.Variable>>;

interface State {
  readonly h: tf.Tensor2D;
  readonly cell: tf.Tensor2D;
  /** [B, L, Z], the newest first. */
  readonly slots: tf.Tensor3D;
}

const linear = (weights: Weights, layer: Layer, x: tf.Tensor2D): tf.Tensor2D =>
  tf.add(tf.matMul(x, weights[`${layer}.weight`]), weights[`${layer}.bias`]);

const cube = (x: tf.Tensor, shape: [number, number, number]): tf.Tensor3D =>
  tf.reshape<tf.Rank.R3>(x, shape);
const matrix = (x: tf.Tensor, shape: [number, number]): tf.Tensor2D =>
  tf.reshape<tf.Rank.R2>(x, shape);

const gaussian = (
  weights: Weights,
  net: "prior" | "post",
  x: tf.Tensor2D,
): { readonly mean: tf.Tensor2D; readonly logvar: tf.Tensor2D } => {
  const hidden = tf.relu(linear(weights, `${net}.0`, x));
  const [mean, logvar] = tf.split(linear(weights, `${net}.1`, hidden), 2, 1) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  return { mean, logvar };
};

const encode = (weights: Weights, x: tf.Tensor2D): tf.Tensor2D =>
  tf.relu(linear(weights, "encode", x));

/** Σ log Bernoulli(x; logits) */
const logLikelihood = (weights: Weights, seen: tf.Tensor2D, x: tf.Tensor2D): tf.Scalar => {
  const logits = linear(weights, "obs.1", tf.relu(linear(weights, "obs.0", seen)));
  return tf.sum(tf.sub(tf.mul(x, logits), tf.softplus(logits)));
};

/** One step of time, but for the likelihood of the frame. */
const advance = (
  weights: Weights,
  { h, cell, slots }: State,
  encoding: tf.Tensor2D,
  noise: tf.Tensor2D,
): { readonly state: State; readonly kl: tf.Scalar; readonly seen: tf.Tensor2D } => {
  const attention = tf.softmax(cube(linear(weights, "attend", h), [B, R, L]));
  const reads = matrix(tf.matMul(attention, slots), [B, R * Z]);
  const psi = tf.concat2d([reads, h], 1);
  const prior = gaussian(weights, "prior", psi);
  const post = gaussian(weights, "post", tf.concat2d([encoding, psi], 1));
  const z: tf.Tensor2D = tf.add(post.mean, tf.mul(tf.exp(tf.mul(post.logvar, 0.5)), noise));
  // KL of two Gaussians: ½ Σ (log σp² - log σq² - 1 + (σq² + (µq - µp)²) / σp²)
  const spread = tf.add(tf.exp(post.logvar), tf.square(tf.sub(post.mean, prior.mean)));
  const kl: tf.Scalar = tf.mul(
    tf.sum(
      tf.add(
        tf.sub(tf.sub(prior.logvar, post.logvar), 1),
        tf.mul(spread, tf.exp(tf.neg(prior.logvar))),
      ),
    ),
    0.5,
  );
  const seen = tf.concat2d([z, psi], 1);
  const gates = linear(weights, "rnn.gates", tf.concat2d([seen, h], 1));
  const [input, forget, output, candidate] = tf.split(gates, 4, 1) as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const nextCell: tf.Tensor2D = tf.add(
    tf.mul(tf.sigmoid(forget), cell),
    tf.mul(tf.sigmoid(input), tf.tanh(candidate)),
  );
  const state: State = {
    h: tf.mul(tf.sigmoid(output), tf.tanh(nextCell)),
    cell: nextCell,
    slots: tf.concat3d([cube(z, [B, 1, Z]), tf.slice3d(slots, [0, 0, 0], [B, L - 1, Z])], 1),
  };
  return { state, kl, seen };
};

const start = (): State => ({
  h: tf.zeros([B, H]),
  cell: tf.zeros([B, H]),
  slots: tf.zeros([B, L, Z]),
});

const row = (x: tf.Tensor3D, t: number): tf.Tensor2D =>
  matrix(tf.slice3d(x, [t, 0, 0], [1, -1, -1]), [x.shape[1], x.shape[2]]);

const naiveLoss = (weights: Weights, frames: tf.Tensor3D, noise: tf.Tensor3D): tf.Scalar => {
  let state = start();
  let bound: tf.Scalar = tf.scalar(0);
  for (let t = 0; t < T; t += 1) {
    const x = row(frames, t);
    const now = advance(weights, state, encode(weights, x), row(noise, t));
    bound = tf.add(bound, tf.sub(logLikelihood(weights, now.seen, x), now.kl));
    state = now.state;
  }
  return tf.div(tf.neg(bound), B);
};

const hoistedLoss = (weights: Weights, frames: tf.Tensor3D, noise: tf.Tensor3D): tf.Scalar => {
  const all = matrix(frames, [T * B, X]);
  const encodings = cube(encode(weights, all), [T, B, C]);
  let state = start();
  let kl: tf.Scalar = tf.scalar(0);
  const seen: tf.Tensor2D[] = [];
  for (let t = 0; t < T; t += 1) {
    const now = advance(weights, state, row(encodings, t), row(noise, t));
    kl = tf.add(kl, now.kl);
    seen.push(now.seen);
    state = now.state;
  }
  return tf.div(tf.sub(kl, logLikelihood(weights, tf.concat2d(seen, 0), all)), B);
};

const require = createRequire(import.meta.url);
// What `import "@tensorflow/tfjs"` adds to the core, whose bundle for Node leaves it out.
require("@tensorflow/tfjs-core/dist/register_all_gradients.js");
const binary = require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm");
setWasmPaths(dirname(binary) + sep);
await tf.setBackend("wasm");

const [variant = "", path = ""] = process.argv.slice(2);
const numbers = decodeSafetensors(readFileSync(path));
if (typeof numbers === "string") throw new Error(`${path}: ${numbers}`);
const given = new Set(["x", "/noise.z"]);
const tensorOf = (name: string): tf.Tensor => {
  const array = numbers.get(name);
  if (array === undefined) throw new Error(`${path} has no ${name}`);
  return tf.tensor(Float32Array.from(array.data), [...array.shape]);
};
const names = [...numbers.keys()].filter((name) => !given.has(name));
const weights = Object.fromEntries(
  names.map((name) => [name, tf.variable(tensorOf(name))]),
) as Weights;
const frames = tf.transpose(tensorOf("x") as tf.Tensor3D, [1, 0, 2]);
const noise = tf.reshape<tf.Rank.R3>(tensorOf("/noise.z"), [T, B, Z]);
const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
const loss = variant === "hoisted" ? hoistedLoss : naiveLoss;

serve(`tfjs ${tf.version_core}`, () => {
  const variables = Object.values(weights);
  const { value, grads } = tf.variableGrads(() => loss(weights, frames, noise), variables);
  optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
  tf.dispose(grads);
  const [result = Number.NaN] = value.dataSync();
  value.dispose();
  return result;
});
