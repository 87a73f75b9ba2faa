import { describe, expect, test } from "vitest";
import * as build from "../../../src/graph/build.ts";
import type { Graph, Node, NodeOf, OpName } from "../../../src/graph/op.ts";
import { isBatchable } from "../../../src/graph/analysis/batch.ts";
import { fission } from "../../../src/graph/passes/fission.ts";
import { topological } from "../../../src/graph/walk.ts";
import { difference, inputValues } from "./random-graph.ts";

const index = (x: Node, below: number): Node =>
  build.min(
    build.cast(build.mul(build.sigmoid(x), below), "int"),
    build.constant(below - 1, [], "int"),
  );
const firstColumn = (x: Node): Node => build.slice(x, [0, 0], [2, 1]);
const positive = (x: Node): Node => build.add(build.abs(x), 0.5);

/** The primitive applied to values [2, 3]; total, so that a new primitive needs a case. */
const cases: { readonly [K in OpName]: (x: Node, y: Node, z: Node) => Node } = {
  input: (x) => x,
  constant: (x) => build.add(x, build.constant(2, [2, 3])),
  iota: (x) => build.mul(x, build.iota([2, 3], 1, "float")),
  neg: build.neg,
  exp: build.exp,
  log: (x) => build.log(positive(x)),
  sqrt: (x) => build.sqrt(positive(x)),
  square: build.square,
  reciprocal: (x) => build.reciprocal(positive(x)),
  abs: build.abs,
  sign: build.sign,
  sin: build.sin,
  cos: build.cos,
  tanh: build.tanh,
  sigmoid: build.sigmoid,
  softplus: build.softplus,
  relu: build.relu,
  lgamma: (x) => build.lgamma(positive(x)),
  digamma: (x) => build.digamma(positive(x)),
  trigamma: (x) => build.trigamma(positive(x)),
  stop: build.stop,
  cast: (x) => build.cast(build.mul(x, 10), "int"),
  add: (x, y) => build.add(x, firstColumn(y)),
  sub: build.sub,
  mul: build.mul,
  div: (x, y) => build.div(x, positive(y)),
  pow: (x, y) => build.pow(positive(x), y),
  max: build.max,
  min: build.min,
  greater: build.greater,
  equal: (x, y) => build.equal(index(x, 2), index(y, 2)),
  select: (x, y, z) => build.select(build.greater(x, 0), firstColumn(y), z),
  sum: (x) => build.sum(x, [1]),
  prod: (x) => build.prod(x, [0]),
  amax: (x) => build.amax(x, [0, 1]),
  softmax: build.softmax,
  logSoftmax: build.logSoftmax,
  logsumexp: build.logsumexp,
  cumsum: (x) => build.cumsum(x, 0, { reverse: true }),
  cumprod: (x) => build.cumprod(x, 1, { exclusive: true }),
  argsort: build.argsort,
  argmax: build.argmax,
  onehot: (x) => build.onehot(index(x, 3), 3),
  gather: (x, y) =>
    build.concat(
      [build.gather(x, build.reshape(index(y, 2), [6])), build.gather(x, index(y, 3), 1)],
      0,
    ),
  scatterAdd: (x, y) => build.scatterAdd(x, index(y, 4), 1, 4),
  reshape: (x) => build.reshape(x, [3, 1, 2]),
  transpose: (x) => build.transpose(x, [1, 0]),
  broadcast: (x) => build.broadcast(firstColumn(x), [2, 4]),
  concat: (x, y, z) => build.concat([x, y, firstColumn(z)], 1),
  slice: (x) => build.slice(x, [1, 0], [1, 2]),
  pad: (x) => build.pad(x, [1, 0], [0, 2]),
  reverse: (x) => build.reverse(x, 1),
  windows: (x) => build.windows(x, 1, 2),
  overlapAdd: (x) => build.overlapAdd(x, 0, 5, 2),
  contract: (x, y) => build.contract(x, y, "ab,cb->ca"),
  scan: (x, y) => inner(x, y),
  project: (x, y) => inner(y, x),
};

/** A loop in the loop: what is not done for all steps at once. */
const inner = (x: Node, y: Node): Node => {
  const carry = build.input("carry", [2, 3]);
  const same = build.input("same", [2, 3]);
  const [final] = build.scan({
    length: 2,
    body: {
      carries: [carry],
      constants: [same],
      inputs: [],
      nextCarries: [build.tanh(build.add(carry, same))],
      outputs: [],
    },
    carries: [x],
    constants: [y],
  });
  if (final === undefined) throw new Error("a loop without a carry");
  return final;
};

const T = 3;
const outer = ["x", "y", "z"].map((name) => ({
  argument: build.input(name, [2, 3]),
  same: build.input(`${name} of all steps`, [2, 3]),
  steps: build.input(`${name} of each step`, [T, 2, 3]),
}));

/** A loop that emits the primitive of arguments, of which `stacked` says which differ between steps. */
const emitting = (op: OpName, stacked: readonly boolean[]): Graph => {
  const args = outer.map(({ argument }) => argument);
  const [x, y, z] = args;
  if (x === undefined || y === undefined || z === undefined) throw new Error("three arguments");
  const perStep = outer.filter((_, i) => stacked[i]);
  const constants = outer.filter((_, i) => !stacked[i]);
  const argumentsOf = (list: typeof outer): readonly NodeOf<"input">[] =>
    list.map(({ argument }) => argument);
  const [values] = build.scan({
    length: T,
    body: {
      carries: [],
      constants: argumentsOf(constants),
      inputs: argumentsOf(perStep),
      nextCarries: [],
      outputs: [cases[op](x, y, z)],
    },
    carries: [],
    constants: constants.map(({ same }) => same),
    inputs: perStep.map(({ steps }) => steps),
  });
  if (values === undefined) throw new Error("no output");
  return {
    inputs: outer.flatMap(({ same, steps }) => [same, steps]),
    outputs: new Map([["values", values]]),
  };
};

describe("every primitive for all steps at once", () => {
  const combinations = [1, 2, 3, 4, 5, 6, 7].map((bits) =>
    [1, 2, 4].map((bit) => (bits & bit) > 0),
  );
  const ops = Object.keys(cases) as readonly OpName[];

  test.each(ops)("%s", (op) => {
    for (const stacked of combinations) {
      const graph = emitting(op, stacked);
      const outputs = fission([...graph.outputs.values()]);
      const batched: Graph = {
        inputs: graph.inputs,
        outputs: new Map(outputs.map((node) => ["values", node])),
      };
      expect(difference(graph, batched, inputValues(graph)), stacked.join()).toBeLessThan(1e-12);
      const stepwise = topological(outputs).some(
        (node) => node.op === "scan" && node.attrs.length === T,
      );
      if (isBatchable(op)) expect(stepwise, stacked.join()).toBe(false);
    }
  });
});
