/** Models small enough to enumerate every draw, built through the real IR. */
import type { Model } from "../../../src/ir/model.ts";
import { ModelBuilder } from "./model.ts";
import { numbers, type Numbers } from "./run.ts";

/** A draw that no logits can change: Gumbel noise that makes `index` the largest by far. */
export const force = (index: number, of: number): number[] =>
  Array.from({ length: of }, (_, i) => (i === index ? 1e3 : 0));

/** All sequences of `length` numbers below `of`. */
export const tuples = (of: number, length: number): number[][] =>
  length === 0
    ? [[]]
    : tuples(of, length - 1).flatMap((head) =>
        Array.from({ length: of }, (_, last) => [...head, last]),
      );

/** a ~ softmax(theta), guide softmax(phi); x ~ Bernoulli(logits = f[a]). */
export const toyA = (states: number): Model => {
  const b = new ModelBuilder();
  const theta = b.parameter("theta", states);
  const phi = b.parameter("phi", states);
  const f = b.parameter("f", states);
  const a = b.drawn("a", [], "static", "index");
  b.site("a", {
    role: "latent",
    when: "static",
    base: "index",
    prior: ["Categorical", { logits: theta }],
    guide: ["Categorical", { logits: phi }],
  });
  b.field("x", [], "sequence");
  const logits = b.op("row", [f, a], { rest: 0 }, []);
  b.site("x", { role: "observed", when: "static", prior: ["Bernoulli", { logits }] });
  return b.model("ToyA");
};

export const toyAValues = (states: number): Numbers => ({
  theta: numbers(states, 1),
  phi: numbers(states, 2),
  f: numbers(states, 3).map((x) => 3 * x),
  x: [1],
});

/** a categorical, z Gaussian given a, x Bernoulli with log odds w[a] z + c[a]; every quantity a row of a table. */
export const toyB = (states: number): Model => {
  const b = new ModelBuilder();
  const a = b.drawn("a", [], "static", "index");
  const rowOf = (name: string): number =>
    b.op("row", [b.parameter(name, states), a], { rest: 0 }, []);
  const scaleOf = (name: string): number => b.op("exp", [rowOf(name)], {}, []);
  b.site("a", {
    role: "latent",
    when: "static",
    base: "index",
    prior: ["Categorical", { logits: b.parameter("pa", states) }],
    guide: ["Categorical", { logits: b.parameter("qa", states) }],
  });
  b.site("z", {
    role: "latent",
    when: "static",
    prior: ["Normal", { loc: rowOf("pz.loc"), scale: scaleOf("pz.scale") }],
    guide: ["Normal", { loc: rowOf("qz.loc"), scale: scaleOf("qz.scale") }],
  });
  const z = b.drawn("z", [], "static");
  b.field("x", [], "sequence");
  const product = b.op("mul", [rowOf("w"), z], {}, []);
  const logits = b.op("add", [product, rowOf("c")], {}, []);
  b.site("x", { role: "observed", when: "static", prior: ["Bernoulli", { logits }] });
  return b.model("ToyB");
};

export const toyBNames = [
  "pa",
  "qa",
  "pz.loc",
  "pz.scale",
  "qz.loc",
  "qz.scale",
  "w",
  "c",
] as const;

export const toyBValues = (states: number): Numbers => ({
  ...Object.fromEntries(toyBNames.map((name, i) => [name, numbers(states, 20 + i)])),
  x: [1],
});

/** Two steps of a Markov chain of two states; the guide sees x. Everything through scan and carries. */
export const toyChain = (): Model => {
  const b = new ModelBuilder();
  const x = b.field("x", []);
  const a = b.drawn("a", [], "step", "index");
  const before = b.before("state", 2);
  const transition = b.parameter("transition", 2, 2);
  const logits = b.op("vecmat", [before, transition], {}, [2]);
  const slope = b.parameter("slope", 2);
  const bent = b.op("mul", [b.op("expand", [x], { at: [0] }, [1]), slope], {}, [2]);
  const guide = b.op("add", [logits, bent], {}, [2]);
  b.site("a", {
    role: "latent",
    base: "index",
    prior: ["Categorical", { logits }],
    guide: ["Categorical", { logits: guide }],
  });
  const emission = b.op("row", [b.parameter("emission", 2), a], { rest: 0 }, []);
  b.site("x", { role: "observed", prior: ["Bernoulli", { logits: emission }] });
  const next = b.op("onehot", [a], { size: b.dimension(2) }, [2]);
  b.carry("state", [2], b.parameter("start", 2), next);
  return b.model("Chain");
};
