/** Expressions of the language, checked and evaluated in float64. */
import type { Node } from "../../src/graph/op.ts";
import { emit, type EmitContext } from "../../src/inference/emit.ts";
import { input } from "../../src/graph/build.ts";
import { evaluate } from "../../src/shape/dim.ts";
import type { NestedNumbers } from "../../src/reference/entry.ts";
import { modelOf } from "../language/check/library.ts";
import { runOne } from "../inference/support/run.ts";

const noLeaf = (): Node => input("unused", []);
const context: EmitContext = {
  size: (dim) => evaluate(dim, new Map()) ?? Number.NaN,
  leaves: { parameter: noLeaf, data: noLeaf, site: noLeaf, carry: noLeaf },
};

const nested = (flat: readonly number[], shape: readonly number[]): NestedNumbers => {
  const [first, ...rest] = shape;
  if (first === undefined) return flat[0] ?? Number.NaN;
  const size = flat.length / first;
  return Array.from({ length: first }, (_, i) =>
    nested(flat.slice(i * size, (i + 1) * size), rest),
  );
};

/** How numbers are made of what only selects: the places of three themselves. */
const asNumbers: Readonly<Record<"number" | "index" | "perm", (expression: string) => string>> = {
  number: (expression) => expression,
  index: (expression) => `[0, 1, 2][${expression}]`,
  perm: (expression) => `take([0, 1, 2], ${expression})`,
};

/** An expression without names, and what it gives. */
export interface Wanted {
  readonly expression: string;
  readonly gives: "number" | "index" | "perm";
}

/** What the expressions give. */
export const valuesOf = (wanted: readonly Wanted[]): readonly NestedNumbers[] => {
  const sites = wanted.map(
    ({ expression, gives }, i) =>
      `z${i} ~ Normal(loc = ${asNumbers[gives](expression)}, scale = 1) guide prior`,
  );
  const model = modelOf(`model M {\n${sites.join("\n")}\n}`);
  const nodes: Node[] = [];
  for (const value of model.values) {
    const operands = value.operands.map((id) => nodes[id] ?? noLeaf());
    nodes.push(emit(value, operands, context));
  }
  return wanted.map((_, i) => {
    const site = model.sites.find(({ name }) => name === `z${i}`);
    const node = nodes[site?.prior.arguments["loc"] ?? -1] ?? noLeaf();
    return nested(runOne(node), node.shape.slice(2));
  });
};
