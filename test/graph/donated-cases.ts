/** Graphs that update donated inputs, easy and hard to compute in place. */
import * as g from "../../src/graph/build.ts";
import type { Graph, Node, Shape } from "../../src/graph/op.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { randomArray } from "../support/numbers.ts";

export interface DonatedCase {
  readonly name: string;
  readonly graph: Graph;
  /** Outputs that cannot be computed where they end up. */
  readonly copied: number;
}

/** Of outputs, of which those are donated that an input is named like. */
const donating = (outputs: Readonly<Record<string, Node>>): Graph => {
  const named = new Map(Object.entries(outputs));
  const inputs = inputsOf(named.values());
  const names = inputs.map(({ attrs: { name } }) => name);
  return { inputs, outputs: named, donated: new Set(names.filter((name) => named.has(name))) };
};

/** A step of momentum, which nothing that came before could do in part: both wait for a sum over all. */
const momentum = (...shapes: readonly Shape[]): Graph => {
  const outputs: Record<string, Node> = {};
  shapes.forEach((shape, i) => {
    const [w, m, d] = [g.input(`w${i}`, shape), g.input(`m${i}`, shape), g.input(`d${i}`, shape)];
    const axes = shape.map((_, axis) => axis);
    const norm = g.sum(g.square(d), axes);
    const mean = g.add(g.mul(m, 0.9), g.div(d, norm));
    outputs[`w${i}`] = g.sub(w, g.mul(mean, 0.1));
    outputs[`m${i}`] = mean;
    outputs[`norm${i}`] = norm;
  });
  return donating(outputs);
};

const a = g.input("a", [6, 6]);
const b = g.input("b", [6, 6]);
const x = g.input("x", [6, 6]);

export const donatedCases: readonly DonatedCase[] = [
  // Whole lines of 16, parts of one, ends of all widths, and shares of threads that no vector fits.
  ...[[1], [7], [16], [45], [64], [100], [1003], [37, 53], [64, 33]].map((shape) => ({
    name: `elementwise [${shape.join(", ")}]`,
    graph: momentum(shape),
    copied: 0,
  })),
  { name: "several", graph: momentum([3, 5], [40], [17, 20], [40]), copied: 0 },
  { name: "no change", graph: donating({ a, y: g.neg(a) }), copied: 0 },
  { name: "exchanged", graph: donating({ a: g.neg(b), b: g.neg(a) }), copied: 1 },
  // Both in one loop nest, which loads all before it stores any.
  { name: "mixed", graph: donating({ a: g.add(a, b), b: g.sub(a, b) }), copied: 0 },
  { name: "transposed", graph: donating({ a: g.exp(g.transpose(a, [1, 0])) }), copied: 1 },
  { name: "reversed", graph: donating({ a: g.exp(g.reverse(a, 1)) }), copied: 1 },
  { name: "a running sum", graph: donating({ a: g.cumsum(a, 1) }), copied: 1 },
  { name: "a product", graph: donating({ a: g.contract(a, b, "ij,jk->ik") }), copied: 1 },
  {
    // Its update is fused with what is needed before the product.
    name: "read after its update",
    graph: donating({ a: g.neg(a), y: g.contract(g.tanh(a), x, "ij,jk->ik") }),
    copied: 1,
  },
  {
    name: "an output that is used",
    graph: donating({ a: g.exp(a), y: g.contract(g.exp(a), x, "ij,jk->ik") }),
    copied: 1,
  },
  {
    name: "a scalar",
    graph: donating({ s: g.add(g.input("s", []), g.input("t", [])) }),
    copied: 0,
  },
];

export const donatedValues = ({ inputs }: Graph): ReadonlyMap<string, HostArray> =>
  new Map(inputs.map(({ attrs, shape }, i) => [attrs.name, randomArray(i + 1, shape, 0.5, 1.5)]));
