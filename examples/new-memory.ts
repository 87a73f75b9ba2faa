/**
 * A new memory in a string, trained from the library, and drawn:
 *
 *     npx tsx examples/new-memory.ts
 *
 * The memory keeps, beside each slot, an age that a read sets back: "least recently read is overwritten". Nothing of it is
 * known to TypeScript. Writes new-memory.svg: KL per frame before and after training.
 */
import { writeFileSync } from "node:fs";
import {
  compile,
  fitData,
  openBackend,
  openDataset,
  renderText,
  train,
  type Result,
} from "../src/index.ts";

const path = "examples/new-memory.gtm";
const text = `
memory Fading(N, W) {
  state M:   real[N, W] = 1e-6
  state age: pos[N]     = 1

  address content(k: real[W], beta: pos) -> simplex[N] = softmax(beta * cosine(k, M))

  write(v: real[W]) {
    let slot = onehot(argmax(age), N)
    M'   = M * (1 - outer(slot, ones(W))) + outer(slot, v)
    age' = (age + 1) * (1 - slot)
  }
  read(k: real[W], beta: pos) -> real[W] = content(k, beta) @ M
}

dim X = 49
dim Z = 8
dim H = 64
dim N = 8

net query(h: real[H])                      -> { k: real[Z], beta: pos } = linear()
net prior(c: real[Z], h: real[H])          -> normal[Z]    = mlp(32, act = tanh)
net post(x: unit[X], c: real[Z], h: real[H]) -> normal[Z]  = mlp(64, act = tanh)
net obs(z: real[Z])                        -> bernoulli[X] = mlp(64)

model Recall {
  data x[t]: unit[X]
  memory rnn: LSTM(H)
  memory mem: Fading(N, Z)
  z[0]: real[Z] = 0

  rnn[t] = rnn[t-1].step(z[t-1])
  c[t]   = mem[t-1].read(query(rnn[t].h))
  z[t] ~ prior(c[t], rnn[t].h)
    guide post(x[t], c[t], rnn[t].h)
  x[t] ~ obs(z[t])
  mem[t] = mem[t-1].write(z[t])
}

train {
  data  = perfect_recall(images = mnist, l = 4, k = 2, size = 7)
  optimizer = adam(lr = 2e-3)
  steps = 400
  evaluate_every = 400
}
`;

const need = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  process.stderr.write(renderText(result.diagnostics, new Map([[path, text]]), { color: false }));
  return process.exit(1);
};

/** Curves as an SVG of 420 x 220 pixels; the horizontal axis is the frame. */
const drawCurves = (curves: readonly (readonly [string, string, readonly number[]])[]): string => {
  const top = Math.max(...curves.flatMap(([, , values]) => values));
  const lines = curves.map(([name, color, values], row) => {
    const points = values
      .map((v, t) => `${40 + (t * 340) / (values.length - 1)},${190 - (v * 160) / top}`)
      .join(" ");
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/>
  <text x="300" y="${20 + 16 * row}" fill="${color}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="220" font-family="sans-serif" font-size="12">
  <text x="40" y="20">KL per frame (0 to ${top.toFixed(1)} nats)</text>
  <line x1="40" y1="190" x2="380" y2="190" stroke="gray"/>
  ${lines.join("\n  ")}
</svg>
`;
};

const program = need(compile({ path, text }));
const { config, problem } = program;
const dataset = need(
  openDataset(config.data ?? { name: "", arguments: {} }, { baseDirectory: "." }),
);
const dims = need(fitData(program, dataset));
const { backend } = need(await openBackend("auto"));

const kl: (readonly number[])[] = [];
for await (const event of train({ problem, dataset, backend, dims, options: config.training })) {
  if (event.kind !== "metrics") continue;
  kl.push(event.terms.get("kl.z") ?? []);
  process.stdout.write(
    `step ${event.iteration}: ${event.boundPerStep.toFixed(2)} nats per frame\n`,
  );
}
writeFileSync(
  "new-memory.svg",
  drawCurves([
    ["first log line", "silver", kl[0] ?? []],
    ["last", "crimson", kl.at(-1) ?? []],
  ]),
);
process.stdout.write("wrote new-memory.svg\n");
