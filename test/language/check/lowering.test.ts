import { describe, expect, test } from "vitest";
import type { LayerName } from "../../../src/language/check/nets/layers.ts";
import { printType } from "../../../src/ir/print.ts";
import { modelOf } from "./library.ts";
import { header, lines, loc, observing, temporal } from "./programs.ts";

/** Each layer in a net from W to N numbers, and the parameters that it then has. */
const layerCases: Readonly<
  Record<LayerName, readonly [net: string, parameters: readonly string[]]>
> = {
  dense: ["dense(3) >> linear()", ["f.0.bias 3", "f.0.weight Wx3", "f.1.bias N", "f.1.weight 3xN"]],
  linear: ["linear(bias = 2)", ["f.bias N", "f.weight WxN"]],
};

test.each(Object.entries(layerCases))("the layer %s has parameters", (_, [net, expected]) => {
  const model = observing(
    `net f(v: real[W]) -> real[N] = ${net}`,
    "  data v: real[W]",
    "f(v)",
    "[N]",
  );
  expect(model.parameters.map(({ name, shape }) => `${name} ${shape.join("x")}`)).toEqual(expected);
});

describe("networks", () => {
  test("an LSTM is one linear map that reads the parts of a concatenation side by side", () => {
    const model = modelOf(`${header}
model M {
  data x[t]: unit[X]
  memory rnn: LSTM(H)
  z[t] ~ prior(rnn[t-1].h)
    guide post(x[t], rnn[t-1].h)
  x[t] ~ obs(z[t])
  rnn[t] = rnn[t-1].step([x[t], z[t]])
}`);
    const [gates] = model.values.filter(
      ({ op, attrs }) => op === "linear" && "parts" in attrs && attrs.parts === 3,
    );
    expect(gates && printType(gates.type)).toBe("real[4*H]");
    expect(model.values.some(({ op }) => op === "concat")).toBe(false);
    const weight = model.parameters.find(({ name }) => name === "rnn.gates.weight");
    expect(weight?.shape).toEqual(["H + X + Z", "4*H"]);
    const bias = model.parameters.find(({ name }) => name === "rnn.gates.bias");
    expect(bias?.init).toEqual({
      kind: "blocks",
      blocks: [0, 1, 0, 0].map((value) => ({ size: "H", value })),
    });
  });

  test("two instances of a memory have their own parameters, two calls of a net share theirs", () => {
    const model = temporal(
      "",
      "  memory other: LSTM(H)\n  other[t] = other[t-1].step(x[t])\n  w[t] ~ prior(other[t-1].h)\n    guide prior",
    );
    const names = model.parameters.map(({ name }) => name);
    expect(names).toContain("other.gates.weight");
    expect(names).toContain("rnn.gates.weight");
    expect(names.filter((name) => name.startsWith("prior"))).toEqual([
      "prior.bias",
      "prior.weight",
    ]);
  });

  test("a layer is numbered where there are several", () => {
    const model = observing(
      "net f(v: real[W]) -> real[N] = mlp(3, 2, act = tanh)",
      "  data v: real[W]",
      "f(v)",
      "[N]",
    );
    expect(model.parameters.map(({ name, shape }) => `${name} ${shape.join("x")}`)).toEqual([
      "f.0.bias 3",
      "f.0.weight Wx3",
      "f.1.bias 2",
      "f.1.weight 3x2",
      "f.2.bias N",
      "f.2.weight 2xN",
    ]);
  });

  test("a head is cut into fields, each made legal", () => {
    const model = observing(
      "net f(v: real[W]) -> { a: real[R, W], b: pos, c: unit[W], d: simplex[R, N] } = linear()",
      "  data v: real[W]\n  q = f(v)",
      "q.a * q.b * q.c + sum(q.d)",
      "[R, W]",
    );
    expect(lines(model, "slice").map((line) => /begin = [^}]*/u.exec(line)?.[0])).toEqual([
      "begin = 0, size = R*W",
      "begin = R*W, size = 1",
      "begin = R*W + 1, size = W",
      "begin = R*W + W + 1, size = N*R",
    ]);
    for (const op of ["softplus", "sigmoid", "softmax", "column"] as const) {
      expect(lines(model, op)).toHaveLength(1);
    }
  });

  test("a block body makes residual connections", () => {
    const model = observing(
      `net inner(v: real[W]) -> real[W] = mlp(3)
net f(v: real[W]) -> real[W] {
  let h = v + inner(v)
  return h + inner(h)
}`,
      "  data v: real[W]",
      "f(v)",
      "[W]",
    );
    expect(lines(model, "linear")).toHaveLength(4);
    expect(model.parameters).toHaveLength(4);
  });

  test("arguments with several axes are flattened, scalars and indices become vectors", () => {
    const model = observing(
      "net f(m: real[R, W], s: real, a: index[N]) -> real[N] = linear()",
      "  data m: real[R, W]\n  data s: real\n  data a: index[N]",
      "f(m, s, a)",
      "[N]",
    );
    expect(model.parameters.find(({ name }) => name === "f.weight")?.shape).toEqual([
      "R*W + N + 1",
      "N",
    ]);
  });

  test("a scale is kept away from 0, logits are left alone", () => {
    const model = temporal("", "");
    const site = model.sites.find(({ name }) => name === "z");
    const scale = model.values[site?.prior.arguments["scale"] ?? -1];
    expect(scale?.op).toBe("add");
    const constants = model.values.flatMap(({ op, attrs }) =>
      op === "constant" ? [attrs.value] : [],
    );
    expect(constants).toEqual([1e-4]);
  });
});

describe("maps over leading axes", () => {
  test("a function for one head, called with several", () => {
    const model = observing(
      "fn score(k: real[W], m: real[N, W], beta: pos) -> simplex[N] = softmax(beta * cosine(k, m))",
      "  data k: real[R, W]\n  data m: real[N, W]\n  data beta: pos[R]",
      "score(k, m, beta)",
      "[R, N]",
    );
    expect(loc(model)).toMatch(/^simplex\[R, N\] = softmax/u);
    expect(lines(model, "cosine")[0]).toMatch(/: real\[R, N\] = cosine/u);
    expect(lines(model, "expand")).toHaveLength(2);
  });

  test("inside a mapped body, another map adds its axes behind", () => {
    const model = observing(
      `fn one(a: real, b: real[W]) -> real = a * sum(b)
fn all(m: real[N, W], v: real[N]) -> real[N] = one(v, m)`,
      "  data m: real[R, N, W]\n  data v: real[N]",
      "all(m, v)",
      "[R, N]",
    );
    expect(loc(model)).toMatch(/^real\[R, N\] = mul/u);
  });

  test("a body that ignores the mapped argument is repeated along the map", () => {
    const model = observing(
      "fn two(v: real[W]) -> real = 2",
      "  data m: real[N, W]",
      "two(m)",
      "[N]",
    );
    expect(loc(model)).toMatch(/^unit\[N\]|^pos\[N\]|^real\[N\]/u);
  });

  test("an index with axes selects as many rows", () => {
    const model = observing("", "  data m: real[N, W]\n  data a: index[R, N]", "m[a]", "[R, W]");
    expect(loc(model)).toBe(`real[R, W] = row{rest = 1} %1 %2`);
  });
});

describe("elementwise", () => {
  test.each([
    ["a larger left side", "m + v", "[N, W]"],
    ["a larger right side", "v + m", "[N, W]"],
    ["the other order of two axes", "m + transpose(m)", "[N, W]"],
    ["a number", "2 * m", "[N, W]"],
    ["a size as a number", "m / W", "[N, W]"],
  ])("%s", (_, expression, axes) => {
    const model = observing("", "  data m: real[N, W]\n  data v: real[W]", expression, axes);
    expect(loc(model)).toMatch(/^real\[N, W\] = /u);
  });

  test("names that are declared equal match", () => {
    const model = observing(
      "dim V = W\ndim P = R * W",
      "  data v: real[V]\n  data w: real[W]",
      "v + w",
      "[W]",
    );
    expect(loc(model)).toMatch(/^real\[W\] = add/u);
    expect(model.dims).toEqual({ W: 4 });
  });

  test("reductions over an axis, over all, and over nothing", () => {
    const members = "  data m: real[N, W]\n  data s: real";
    expect(loc(observing("", members, "sum(m, N)", "[W]"))).toMatch(
      /^real\[W\] = sum\{axis = 2\}/u,
    );
    expect(loc(observing("", members, "min(m, W)", "[N]"))).toMatch(/^real\[N\] = neg/u);
    expect(loc(observing("", members, "max(m, 0)", "[N, W]"))).toMatch(/^real\[N, W\] = max/u);
    expect(loc(observing("", members, "norm(m)", ""))).toMatch(/^pos = norm\{axis = 1\}/u);
    expect(loc(observing("", members, "sum(s)", ""))).toMatch(/^real = data/u);
  });
});
