/**
 * The baseline of workload W1 (`w1.gtm`): the same model as people write it for TensorFlow.js, run eagerly on its
 * WebAssembly backend with `tf.variableGrads` and `tf.train.adam`.
 */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** Sizes of W1: batch, steps, pixels, encoding, latent, controller, slots, read heads, hidden units. */
const sizes = { B: 10, T: 25, X: 784, C: 256, Z: 32, H: 128, L: 15, R: 3, M: 64 } as const;
const { B, T, X, C, Z, H, L, R, M } = sizes;
/** What a step knows of the past: the reads and the controller's output. */
const P = R * Z + H;

/** Parameters by name with their shapes: matrices map rows, [in, out]; gates in the order input, forget, cell, output. */
const parameterShapes = {
  "encode.w": [X, C],
  "encode.b": [C],
  "attend.w": [H, R * L],
  "attend.b": [R * L],
  "prior.hidden.w": [P, M],
  "prior.hidden.b": [M],
  "prior.mean.w": [M, Z],
  "prior.mean.b": [Z],
  "prior.logvar.w": [M, Z],
  "prior.logvar.b": [Z],
  "post.hidden.w": [C + P, M],
  "post.hidden.b": [M],
  "post.mean.w": [M, Z],
  "post.mean.b": [Z],
  "post.logvar.w": [M, Z],
  "post.logvar.b": [Z],
  "obs.hidden.w": [Z + P, C],
  "obs.hidden.b": [C],
  "obs.logits.w": [C, X],
  "obs.logits.b": [X],
  "lstm.w": [Z + P + H, 4 * H],
  "lstm.b": [4 * H],
} satisfies Readonly<Record<string, readonly number[]>>;

type ParameterName = keyof typeof parameterShapes;
const parameterNames = Object.keys(parameterShapes) as ParameterName[];

/** The numbers of a run, so that others can compute with the same ones. */
export interface W1Numbers {
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** [T, B, X] in {0, 1} */
  readonly frames: Float32Array;
  /** [T, B, Z], standard normal. */
  readonly noise: Float32Array;
}

export interface EagerW1 {
  /** One update by Adam at 1e-3. The loss is -ELBO in nats: summed over time, mean over the batch. */
  step(): number;
  dispose(): void;
}

/** "naive" runs every net in every step of time; "hoisted" encodes and decodes all frames at once. */
export type Variant = "naive" | "hoisted";

type Weights = Readonly<Record<ParameterName, tf.Variable>>;

/** Makes TensorFlow.js's WebAssembly backend the global one. */
export const eagerW1 = async (numbers: W1Numbers, variant: Variant): Promise<EagerW1> => {
  const require = createRequire(import.meta.url);
  // What `import "@tensorflow/tfjs"` adds to the core, whose bundle for Node leaves it out.
  require("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  const binary = require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm");
  setWasmPaths(dirname(binary) + sep);
  await tf.setBackend("wasm");

  const weights = Object.fromEntries(
    parameterNames.map((name) => [
      name,
      tf.tidy(() =>
        tf.variable(tf.tensor(numbers.parameters[name] ?? [], [...parameterShapes[name]])),
      ),
    ]),
  ) as Weights;
  const variables = Object.values(weights);
  const frames = tf.tensor3d(numbers.frames, [T, B, X]);
  const noise = tf.tensor3d(numbers.noise, [T, B, Z]);
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const loss = { naive: naiveLoss, hoisted: hoistedLoss }[variant];
  return {
    step: () => {
      const { value, grads } = tf.variableGrads(() => loss(weights, frames, noise), variables);
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      tf.dispose(grads);
      const [result = Number.NaN] = value.dataSync();
      value.dispose();
      return result;
    },
    dispose: () => {
      tf.dispose([...variables, frames, noise]);
      optimizer.dispose();
    },
  };
};

interface State {
  readonly h: tf.Tensor2D;
  readonly cell: tf.Tensor2D;
  /** [B, L, Z], the newest first. */
  readonly slots: tf.Tensor3D;
}

const linear = (x: tf.Tensor2D, w: tf.Tensor, b: tf.Tensor): tf.Tensor2D =>
  tf.add(tf.matMul(x, w), b);

const cube = (x: tf.Tensor, shape: [number, number, number]): tf.Tensor3D =>
  tf.reshape<tf.Rank.R3>(x, shape);
const matrix = (x: tf.Tensor, shape: [number, number]): tf.Tensor2D =>
  tf.reshape<tf.Rank.R2>(x, shape);

const gaussian = (
  net: "prior" | "post",
  weights: Weights,
  x: tf.Tensor2D,
): { readonly mean: tf.Tensor2D; readonly logvar: tf.Tensor2D } => {
  const hidden = tf.relu(linear(x, weights[`${net}.hidden.w`], weights[`${net}.hidden.b`]));
  return {
    mean: linear(hidden, weights[`${net}.mean.w`], weights[`${net}.mean.b`]),
    logvar: linear(hidden, weights[`${net}.logvar.w`], weights[`${net}.logvar.b`]),
  };
};

const encode = (weights: Weights, x: tf.Tensor2D): tf.Tensor2D =>
  tf.relu(linear(x, weights["encode.w"], weights["encode.b"]));

/** Σ log Bernoulli(x; logits) */
const logLikelihood = (weights: Weights, seen: tf.Tensor2D, x: tf.Tensor2D): tf.Scalar => {
  const hidden = tf.relu(linear(seen, weights["obs.hidden.w"], weights["obs.hidden.b"]));
  const logits = linear(hidden, weights["obs.logits.w"], weights["obs.logits.b"]);
  return tf.sum(tf.sub(tf.mul(x, logits), tf.softplus(logits)));
};

/** One step of time, but for the likelihood of the frame. */
const advance = (
  weights: Weights,
  { h, cell, slots }: State,
  encoding: tf.Tensor2D,
  noise: tf.Tensor2D,
): { readonly state: State; readonly kl: tf.Scalar; readonly seen: tf.Tensor2D } => {
  const attention = tf.softmax(
    cube(linear(h, weights["attend.w"], weights["attend.b"]), [B, R, L]),
  );
  const reads = matrix(tf.matMul(attention, slots), [B, R * Z]);
  const psi = tf.concat2d([reads, h], 1);
  const prior = gaussian("prior", weights, psi);
  const post = gaussian("post", weights, tf.concat2d([encoding, psi], 1));
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
  const gates = linear(tf.concat2d([seen, h], 1), weights["lstm.w"], weights["lstm.b"]);
  const [input, forget, candidate, output] = tf.split(gates, 4, 1) as [
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
