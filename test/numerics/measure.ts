/** What a backend computes, against right values at float32 arguments (`truth.py`). */
import { readFileSync } from "node:fs";
import { closedFormKl } from "../../src/distributions/kl.ts";
import { distributionOf } from "../../src/distributions/index.ts";
import * as g from "../../src/graph/build.ts";
import { differentiate } from "../../src/graph/gradient.ts";
import type { Graph, Node, NodeOf } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import { lengthOf, normalized } from "../../src/inference/composites.ts";
import type { HostArray } from "../../src/runtime/backend.ts";

type Number = number | "inf" | "-inf" | null;

interface Column {
  readonly values: readonly Number[];
  /** What errors are relative to. */
  readonly sizes: readonly Number[];
}

interface Entry {
  readonly arguments: readonly (readonly Number[])[];
  readonly value: Column;
  /** By the arguments in their order. */
  readonly slopes?: readonly Column[];
  /** Of rows. */
  readonly width?: number;
}

const table = JSON.parse(readFileSync(new URL("truth.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, Entry>>>
>;

type Build = (...operands: readonly [Node, Node, Node, Node]) => Node;

const density =
  (name: string): Build =>
  (x, loc, scale) =>
    distributionOf(name).logProb({ loc, scale }, x);

const draw =
  (name: string): Build =>
  (noise, loc, scale) =>
    distributionOf(name).sample({ loc, scale }, noise);

const divergence = (name: string, q: Readonly<Record<string, Node>>, p: typeof q): Node => {
  const closed = closedFormKl(name, name);
  if (closed === undefined) throw new Error(`no divergence of ${name}`);
  return closed(q, p);
};

const ofScales =
  (name: string): Build =>
  (loc, scale, otherLoc, otherScale) =>
    divergence(name, { loc, scale }, { loc: otherLoc, scale: otherScale });

const ofLogits =
  (name: string): Build =>
  (logits, other) =>
    divergence(name, { logits }, { logits: other });

const builds: Readonly<Record<string, Build>> = {
  exp: g.exp,
  log: g.log,
  sqrt: g.sqrt,
  square: g.square,
  reciprocal: g.reciprocal,
  abs: g.abs,
  relu: g.relu,
  lgamma: g.lgamma,
  digamma: g.digamma,
  sin: g.sin,
  cos: g.cos,
  tanh: g.tanh,
  sigmoid: g.sigmoid,
  softplus: g.softplus,
  pow: g.pow,
  div: g.div,
  softmax: g.softmax,
  logSoftmax: g.logSoftmax,
  logsumexp: g.logsumexp,
  normalize: normalized,
  "normalize of a cube": (x) => normalized(g.pow(x, 3)),
  "normalize of a power of 50": (x) => normalized(g.pow(x, 50)),
  norm: (x) => lengthOf(x, 1, 1e-12),
  Normal: density("Normal"),
  Laplace: density("Laplace"),
  LogNormal: density("LogNormal"),
  Bernoulli: (x, logits) => distributionOf("Bernoulli").logProb({ logits }, x),
  "draw of Laplace": draw("Laplace"),
  "draw of LogNormal": draw("LogNormal"),
  "KL of Normal": ofScales("Normal"),
  "KL of Laplace": ofScales("Laplace"),
  "KL of Bernoulli": ofLogits("Bernoulli"),
  "KL of Categorical": ofLogits("Categorical"),
};

/** One quantity: the value of a function, or its slope by one argument. */
export interface Measured {
  readonly name: string;
  /** The largest error in units of 2^-24 of its size; infinite where a number is none, or an end is missed. */
  readonly error: number;
  /** Where. */
  readonly at: readonly number[];
  readonly found: number;
  readonly wanted: number;
}

const valueOf = (x: Number): number =>
  x === null ? Number.NaN : typeof x === "number" ? x : x === "inf" ? Infinity : -Infinity;

/** float32 ends at 2^128, where infinity begins. */
const bounded = (x: number): number => Math.max(-(2 ** 128), Math.min(2 ** 128, x));

/** Below twice the smallest normal number a backend may have nothing but 0. */
const errorOf = (found: number, wanted: number, size: number): number => {
  if (Number.isNaN(wanted)) return 0;
  if (Number.isNaN(found)) return Infinity;
  const difference = Math.abs(bounded(found) - bounded(wanted)) - 2 ** -125;
  return difference <= 0 ? 0 : difference / bounded(size) / 2 ** -24;
};

const inputsFor = (name: string, entry: Entry): readonly NodeOf<"input">[] =>
  entry.arguments.map((values, i) => {
    const width = entry.width ?? 1;
    return g.input(
      `${name}/${i}`,
      entry.width === undefined ? [values.length] : [values.length / width, width],
    );
  });

/** Values and slopes of all functions as one graph. */
const graphOfAll = (): { readonly graph: Graph; readonly given: Map<string, HostArray> } => {
  const outputs = new Map<string, Node>();
  const given = new Map<string, HostArray>();
  for (const [name, entry] of Object.values(table).flatMap(Object.entries<Entry>)) {
    const operands = inputsFor(name, entry);
    operands.forEach(({ shape }, i) => {
      const data = Float32Array.from(entry.arguments[i] ?? [], valueOf);
      given.set(`${name}/${i}`, { shape, data });
    });
    const build = builds[name];
    if (build === undefined) throw new Error(`nothing computes ${name}`);
    const [a = g.constant(0), b = a, c = a, d = a] = operands;
    const value = build(a, b, c, d);
    const axes = value.shape.map((_, axis) => axis);
    const total = g.reshape(g.sum(value, axes), []);
    const { gradients } = differentiate(new Map([["total", total]]), "total", operands);
    outputs.set(name, value);
    gradients.forEach((slope, i) => outputs.set(`${name} by ${i}`, slope));
  }
  return { graph: optimise({ inputs: inputsOf(outputs.values()), outputs }), given };
};

const worst = (
  name: string,
  found: ArrayLike<number>,
  { values, sizes }: Column,
  place: (i: number) => readonly number[],
): Measured => {
  let result: Measured = { name, error: 0, at: [], found: NaN, wanted: NaN };
  values.forEach((value, i) => {
    const [got, wanted] = [found[i] ?? Number.NaN, valueOf(value)];
    const error = errorOf(got, wanted, valueOf(sizes[i] ?? null));
    if (error > result.error) result = { name, error, at: place(i), found: got, wanted };
  });
  return result;
};

/** NaN among slopes where the value is a finite number. */
const spoilt = (
  name: string,
  found: ArrayLike<number>,
  { values }: Column,
  place: (i: number) => readonly number[],
): Measured => {
  const each = found.length / values.length;
  const at = values.findIndex(
    (value, i) =>
      Math.abs(valueOf(value)) < 2 ** 128 &&
      Array.from(found)
        .slice(i * each, (i + 1) * each)
        .some(Number.isNaN),
  );
  const error = at === -1 ? 0 : Infinity;
  return { name, error, at: at === -1 ? [] : place(at), found: NaN, wanted: NaN };
};

/** Every function of the table, its values and then its slopes. */
export const measure = (
  run: (graph: Graph, given: ReadonlyMap<string, HostArray>) => ReadonlyMap<string, HostArray>,
): readonly Measured[] => {
  const { graph, given } = graphOfAll();
  const results = run(graph, given);
  const read = (name: string): ArrayLike<number> => results.get(name)?.data ?? [];
  return Object.values(table).flatMap((group) =>
    Object.entries(group).flatMap(([name, entry]) => {
      const { width = 1, value } = entry;
      const rows = (entry.arguments[0]?.length ?? 0) / width;
      const place = (i: number): readonly number[] =>
        entry.arguments.flatMap((column) => {
          const row = Math.floor((i * rows) / value.values.length);
          return column.slice(row * width, (row + 1) * width).map(valueOf);
        });
      return [
        worst(name, read(name), entry.value, place),
        ...entry.arguments.map((_, i) => {
          const slope = `${name} by ${i}`;
          const column = entry.slopes?.[i];
          return column === undefined
            ? spoilt(`${slope}, a number`, read(slope), entry.value, place)
            : worst(slope, read(slope), column, place);
        }),
      ];
    }),
  );
};
