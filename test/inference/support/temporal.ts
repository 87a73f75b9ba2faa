/** Models with time, built by hand. */
import type { Model } from "../../../src/ir/model.ts";
import type { ValueId } from "../../../src/ir/value.ts";
import { ModelBuilder } from "./model.ts";
import { numbers, type Numbers } from "./run.ts";

/** z_t ~ N(a z_{t-1}, q²), x_t ~ N(c z_t, r²), z_0 = 0; numbers of the tests below. */
export const LINEAR = { a: 0.8, c: 1.3, q: 0.7, r: 0.5 } as const;

type Arithmetic = "add" | "sub" | "mul" | "div";

/**
 * The linear-Gaussian state-space model. Its guide either filters, N(w z_{t-1} + v x_t, s²), or is the exact posterior
 * q(z_t | z_{t-1}, x_{t..T}), whose messages J and h from the future run backward in time.
 */
export const stateSpace = (guide: "filtering" | "exact"): Model => {
  const m = new ModelBuilder();
  const x = m.field("x", []);
  const z = m.drawn("z", []);
  const before = m.before("z");
  const scalar = (name: string): ValueId => m.parameter(name);
  const on = (op: Arithmetic, p: ValueId, q: ValueId): ValueId => m.op(op, [p, q], {}, []);
  const square = (p: ValueId): ValueId => m.op("square", [p], {}, []);
  const [a, c, q, r] = [scalar("a"), scalar("c"), scalar("q"), scalar("r")];
  const one = m.constant(1);
  const zero = m.constant(0);

  const filtering = (): Readonly<Record<string, ValueId>> => ({
    loc: on("add", on("mul", scalar("w"), before), on("mul", scalar("v"), x)),
    scale: scalar("s"),
  });
  const exact = (): Readonly<Record<string, ValueId>> => {
    const ahead = (name: string): ValueId => m.before(name);
    const shrink = on("add", one, on("mul", square(q), ahead("J")));
    const precisionAhead = on("div", on("mul", square(a), ahead("J")), shrink);
    const J = on("add", precisionAhead, on("div", square(c), square(r)));
    const shiftAhead = on("div", on("mul", a, ahead("h")), shrink);
    const h = on("add", shiftAhead, on("div", on("mul", c, x), square(r)));
    m.carry("J", [], zero, J, true);
    m.carry("h", [], zero, h, true);
    const precision = on("add", J, on("div", one, square(q)));
    const pull = on("add", h, on("div", on("mul", a, before), square(q)));
    const scale = m.op("sqrt", [on("div", one, precision)], {}, []);
    return { loc: on("div", pull, precision), scale };
  };
  m.site("z", {
    role: "latent",
    prior: ["Normal", { loc: on("mul", a, before), scale: q }],
    guide: ["Normal", { filtering, exact }[guide]()],
  });
  m.site("x", { role: "observed", prior: ["Normal", { loc: on("mul", c, z), scale: r }] });
  m.carry("z", [], zero, z);
  return m.model("StateSpace");
};

export const stateSpaceValues: Numbers = {
  ...Object.fromEntries(Object.entries(LINEAR).map(([name, value]) => [name, [value]])),
  w: [0.3],
  v: [0.5],
  s: [0.6],
};

/** log p(x_{1..T}) by the Kalman filter. */
export const kalman = (xs: readonly number[]): number => {
  const { a, c, q, r } = LINEAR;
  let mean = 0;
  let variance = 0;
  let logProb = 0;
  for (const x of xs) {
    const predicted = a * mean;
    const spread = a * a * variance + q * q;
    const innovation = x - c * predicted;
    const s = c * c * spread + r * r;
    logProb -= 0.5 * (Math.log(2 * Math.PI * s) + innovation ** 2 / s);
    const gain = (spread * c) / s;
    mean = predicted + gain * innovation;
    variance = (1 - gain * c) * spread;
  }
  return logProb;
};

/** Sizes of `recurrent`. */
export const X = 3;
export const Z = 2;
const H = 2;
const SLOTS = 3;

/**
 * A recurrent model with a memory: a controller, the latest latents in slots read by attention, one latent for the
 * whole sequence, a given input u_t, and an encoder of x that sees nothing else.
 */
export const recurrent = (latent: "Normal" | "Laplace" = "Normal"): Model => {
  const m = new ModelBuilder();
  const x = m.field("x", [X]);
  const u = m.field("u", [1], "step", "given");
  const z = m.drawn("z", [Z]);
  const g = m.drawn("g", [1], "static");
  const previous = m.before("z", Z);
  const memory = m.before("mem.M", SLOTS, Z);
  const positive = (v: ValueId, n: number): ValueId => m.op("softplus", [v], {}, [n]);
  const normal = (
    parts: readonly ValueId[],
    name: string,
    inputs: number,
    n: number,
  ): Readonly<Record<string, ValueId>> => ({
    loc: m.linear(parts, `${name}.loc`, inputs, n),
    scale: positive(m.linear(parts, `${name}.scale`, inputs, n), n),
  });

  const summed = m.linear([m.before("rnn.h", H), previous, u], "rnn", H + Z + 1, H);
  const h = m.op("tanh", [summed], {}, [H], { name: "h" });
  const attention = m.op("softmax", [m.linear([h], "attend", H, SLOTS)], {}, [SLOTS]);
  const word = m.op("vecmat", [attention, memory], {}, [Z], { name: "psi" });
  const encoded = m.op("tanh", [m.linear([x], "enc", X, 2)], {}, [2]);

  m.site("g", {
    role: "latent",
    when: "static",
    axes: [1],
    prior: ["Normal", { loc: m.fill(0, 1), scale: m.fill(1, 1) }],
    guide: [
      "Normal",
      { loc: m.parameter("g.loc", 1), scale: positive(m.parameter("g.raw", 1), 1) },
    ],
  });
  m.site("z", {
    role: "latent",
    axes: [Z],
    prior: [latent, normal([word, h], "prior", Z + H, Z)],
    guide: [latent, normal([encoded, word, h], "post", 2 + Z + H, Z)],
  });
  m.site("x", {
    role: "observed",
    axes: [X],
    prior: ["Bernoulli", { logits: m.linear([z, h, g], "obs", Z + H + 1, X) }],
  });
  m.carry("rnn.h", [H], m.parameter("rnn.h0", H), h);
  m.carry("z", [Z], m.fill(0, Z), z);
  m.carry("mem.M", [SLOTS, Z], m.fill(0, SLOTS, Z), m.op("push", [memory, z], {}, [SLOTS, Z]));
  m.watches.push({ name: "mem.read", kind: "address", value: attention });
  m.watches.push({ name: "psi", kind: "read", value: word });
  return m.model("Recurrent");
};

/** x_t ~ N(a x_{t-1}, 1) with x_0 = 0: observations feed back. */
export const autoregressive = (): Model => {
  const m = new ModelBuilder();
  const x = m.field("x", []);
  const loc = m.op("mul", [m.parameter("a"), m.before("x")], {}, []);
  m.site("x", { role: "observed", prior: ["Normal", { loc, scale: m.constant(1) }] });
  m.carry("x", [], m.constant(0), x);
  return m.model("Autoregressive");
};

/** Values of a model's parameters. */
export const parametersOf = (model: Model, seed: number): Numbers =>
  Object.fromEntries(
    model.parameters.map(({ name, shape }, i) => [
      name,
      numbers(
        shape.reduce((n, dim) => n * Number(dim), 1),
        seed + i,
      ),
    ]),
  );
