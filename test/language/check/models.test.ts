import { describe, expect, test } from "vitest";
import type { Model } from "../../../src/ir/model.ts";
import { printModel } from "../../../src/ir/print.ts";
import { errorsOf, modelOf } from "./library.ts";
import { header, lines, observing, temporal } from "./programs.ts";

describe("time", () => {
  test("a value two steps back is a chain of carries", () => {
    const model = temporal(
      "",
      "  z[0] = 0\n  data y[t]: real[Z]\n  y[t] ~ Normal(loc = z[t-1] + z[t-3], scale = 1)",
    );
    const chain = model.carries.filter(({ name }) => name.startsWith("z"));
    expect(chain.map(({ name }) => name)).toEqual(["z", "z@2", "z@3"]);
    const nexts = chain.map(({ next }) => model.values[next]);
    expect(nexts.map((value) => value?.attrs)).toEqual([
      { name: "z" },
      { name: "z" },
      { name: "z@2" },
    ]);
    expect(nexts.map((value) => value?.op)).toEqual(["site", "carry", "carry"]);
  });

  test("a latent without time is drawn once; given data need no site", () => {
    const model = temporal(
      "",
      "  data action[t]: real[H]\n  data place: real[H]\n  s ~ prior(place)\n    guide prior\n  w[t] ~ prior(action[t])\n    guide prior\n  data y[t]: real[Z]\n  y[t] ~ Normal(loc = s + w[t], scale = 1)",
    );
    const sites = model.sites.map(({ name, when, role }) => `${name} ${when} ${role}`);
    expect(sites).toEqual([
      "s static latent",
      "w step latent",
      "z step latent",
      "x step observed",
      "y step observed",
    ]);
    const data = model.data.map(({ name, per, role }) => `${name} ${per} ${role}`);
    expect(data).toEqual([
      "action step given",
      "place sequence given",
      "x step observed",
      "y step observed",
    ]);
    const s = model.sites.find(({ name }) => name === "s");
    expect(s?.guide?.arguments).toEqual(s?.prior.arguments);
  });

  test("an observation is data wherever it is read", () => {
    const model = temporal(
      "",
      "  x[0] = 0\n  data y[t]: real[X]\n  y[t] ~ Normal(loc = x[t-1], scale = 1)",
    );
    expect(model.carries.find(({ name }) => name === "x")?.type).toEqual({
      base: "unit",
      axes: ["X"],
    });
    expect(model.values.some(({ op }) => op === "data")).toBe(false);
  });

  test("an operation without a result may follow another", () => {
    const model = temporal("", "  memory two: GRU(H)\n  two[t] = two[t-1].step(z[t]).step(z[t])");
    expect(model.carries.map(({ name }) => name)).toEqual(["rnn.c", "rnn.h", "two.h"]);
  });
});

describe("operations of memories", () => {
  const memory = (body: string): Model =>
    temporal(
      `memory Slots(N, W) {
  state M: real[N, W] = 0
  state u: unit[N] = onehot(2, N)
${body}
}`,
      "  memory mem: Slots(N, Z)\n  mem[t] = mem[t-1].write(z[t])",
    );

  test("lines have no order; a state that is left alone is kept", () => {
    const straight = memory(
      "  write(v: real[W]) {\n    let a = softmax(M @ v)\n    M' = M + outer(a, v)\n  }",
    );
    const turned = memory(
      "  write(v: real[W]) {\n    M' = M + outer(a, v)\n    let a = softmax(M @ v)\n  }",
    );
    expect(printModel(turned)).toBe(printModel(straight));
    const u = straight.carries.find(({ name }) => name === "mem.u");
    expect(straight.values[u?.next ?? -1]?.op).toBe("carry");
    expect(straight.values[u?.initial ?? -1]?.op).toBe("onehot");
  });

  test("a prime is the value after, also of a state that is left alone", () => {
    const model = memory("  write(v: real[W]) { M' = M + outer(u', v) }");
    expect(lines(model, "outer")[0]).toMatch(/real\[N, Z\] = outer %\d+ %\d+/u);
    const before = memory("  write(v: real[W]) { M' = M + outer(u, v) }");
    expect(printModel(model)).toBe(printModel(before));
  });

  test("sizes that the model makes equal stay apart inside", () => {
    // Inside, [N, W] beside [W] is clear; that both are Z in this model must not make it ambiguous.
    const { carries } = temporal(
      `memory Slots(N, W) {
  state M: real[N, W] = 0
  write(v: real[W]) { M' = M + v }
}`,
      "  memory mem: Slots(Z, Z)\n  mem[t] = mem[t-1].write(z[t])",
    );
    expect(carries.find(({ name }) => name === "mem.M")?.type.axes).toEqual(["Z", "Z"]);
  });
});

test("a model without time reads a memory's initial contents and carries nothing", () => {
  const model = modelOf(`dim W = 4
dim N = 6
memory Table(N, W) {
  state M: real[N, W] = 1
  read(a: simplex[N]) -> real[W] = a @ M
}
model M {
  data a: simplex[N]
  data y: real[W]
  memory table: Table(N, W)
  y ~ Normal(loc = table.read(a), scale = 1)
}`);
  expect(model.carries).toEqual([]);
  expect(model.watches.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "table.M state",
    "table.read read",
    "table.read.a address",
  ]);
});

describe("what tools show", () => {
  test("addresses, words read and contents", () => {
    const model = modelOf(
      `import { DNC } from "./memory/dnc.gtm"
${header}
net iface(h: real[H]) -> { v: real[Z], erase: unit[Z], key: real[Z], beta: pos, ga: unit, gw: unit, free: unit[R] } = linear()
net query(h: real[H]) -> { key: real[R, Z], beta: pos[R], mode: simplex[R, 3] } = linear()
model M {
  data x[t]: unit[X]
  memory rnn: LSTM(H)
  memory mem: DNC(N, Z, R)
  rnn[t] = rnn[t-1].step(flat(mem[t-1].r))
  mem[t] = mem[t-1].write(iface(rnn[t].h)).read(query(rnn[t].h))
  z[t] ~ prior(rnn[t].h)
    guide post(x[t], rnn[t].h)
  x[t] ~ obs(z[t])
}`,
    );
    const watches = model.watches.filter(({ name }) => name.startsWith("mem"));
    expect(watches.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "mem.L state",
      "mem.M state",
      "mem.p state",
      "mem.r read",
      "mem.u state",
      "mem.wr address",
      "mem.ww state",
    ]);
  });

  test("a drawn index is an address", () => {
    const model = temporal(
      "net choose(h: real[H]) -> categorical[N] = linear()",
      "  a[t] ~ choose(rnn[t-1].h)\n    guide prior",
    );
    expect(model.watches.find(({ name }) => name === "a")?.kind).toBe("address");
  });
});

describe("parameters", () => {
  test("serve the model, the guide, or both", () => {
    const roles = new Map(temporal("", "").parameters.map(({ name, role }) => [name, role]));
    expect(roles.get("prior.weight")).toBe("p");
    expect(roles.get("obs.weight")).toBe("p");
    expect(roles.get("post.weight")).toBe("q");
    expect(roles.get("rnn.gates.weight")).toBe("both");
  });

  test("with a range start where they are declared to", () => {
    const model = observing(
      "",
      "  param s: pos[W] = 2\n  param u: unit = 0.25\n  param r: real[W]",
      "s * u + r",
      "[W]",
    );
    const value = (name: string): number => {
      const init = model.parameters.find((parameter) => parameter.name === name)?.init;
      return init?.kind === "constant" ? init.value : Number.NaN;
    };
    expect(Math.log1p(Math.exp(value("s")))).toBeCloseTo(2, 12);
    expect(1 / (1 + Math.exp(-value("u")))).toBeCloseTo(0.25, 12);
    expect(model.parameters.find(({ name }) => name === "r")?.init).toEqual({
      kind: "normal",
      scale: 0.1,
    });
  });
});

describe("one cause, one message", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "a broken function is silent where it is called",
      "fn f(v: real[Z]) -> real[Z] = v + w\nfn g(v: real[Z]) -> real[Z] = f(f(v)) + 1",
      ["E0301"],
    ],
    [
      "a broken type is silent where it is used",
      "fn f(v: real[Q]) -> real[Z] = v\nfn g(v: real[Z]) -> real[Z] = f(v, 1)",
      ["E0213"],
    ],
    [
      "a broken size is silent where it is used",
      "dim Q = 2.5\nfn f(v: real[Q]) -> real[Q] = v",
      ["E0214"],
    ],
    [
      "a broken state is silent in operations",
      "memory S(N) {\n  state u: real[Q] = 0\n  write(v: real[N]) { u' = v }\n}",
      ["E0213"],
    ],
  ])("%s", (_, text, codes) => {
    expect(errorsOf(`dim Z = 3\n${text}`).map(({ code }) => code)).toEqual(codes);
  });
});
