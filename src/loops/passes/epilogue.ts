/**
 * What is done to every element of a product right after it moves into the product, and so does what is computed
 * before for its elements alone.
 */
import type { BufferName, Instruction, Nest, Product, LoopProgram, Statement } from "../program.ts";
import { overAxesOf } from "../analysis/align.ts";
import { join } from "../analysis/body.ts";
import { isSlow } from "../analysis/cost.ts";
import { bodyLimits, mayShareBody, withinLimits } from "./fuse.ts";
import {
  adjacent,
  orderOf,
  replacePair,
  statementsOf,
  type Order,
  type Vertex,
} from "../analysis/order.ts";
import { reindexNest } from "../analysis/reindex.ts";
import { loadCounts } from "../analysis/uses.ts";

export const epilogue = (program: LoopProgram): LoopProgram => {
  const loads = loadCounts(program);
  const outputs = new Set(
    program.buffers.flatMap((one) => (one.role === "output" ? one.name : [])),
  );
  const loadsOf = (buffer: BufferName): number =>
    outputs.has(buffer) ? Infinity : (loads.get(buffer) ?? 0);
  return { ...program, body: epilogueList(program.body, 0, loadsOf) };
};

const epilogueList = (
  statements: readonly Statement[],
  depth: number,
  loadsOf: (buffer: BufferName) => number,
): readonly Statement[] => {
  const inner = statements.map((statement) =>
    statement.kind === "loop"
      ? { ...statement, body: epilogueList(statement.body, depth + 1, loadsOf) }
      : statement,
  );
  if (!inner.some(({ kind }) => kind === "product")) return inner;
  const order = orderOf(inner, depth);
  for (const vertex of [...order.vertices])
    if (vertex?.statement.kind === "nest") moveUp(order, vertex, vertex.statement);
  for (const start of [...order.vertices]) {
    let vertex = start;
    while (vertex?.statement.kind === "product")
      vertex = moveDown(order, vertex, vertex.statement, loadsOf);
  }
  return statementsOf(order);
};

type Load = Extract<Instruction, { readonly op: "load" }>;
type Store = Extract<Instruction, { readonly op: "store" }>;

const loadsIn = (body: readonly Instruction[]): readonly Load[] =>
  body.filter((one) => one.op === "load");
const storesIn = (body: readonly Instruction[]): readonly Store[] =>
  body.filter((one) => one.op === "store");
const isMap = ({ reduced, order }: Nest): boolean => reduced === 0 && order === undefined;

/** Earlier, and over as many elements. */
const comesBefore = (first: Vertex, second: Vertex): boolean =>
  first.elements === second.elements && first.position < second.position;

/** Into the last of the products whose elements it loads. */
const moveUp = (order: Order, vertex: Vertex, nest: Nest): void => {
  if (!isMap(nest) || isForReduction(order, vertex, nest)) return;
  const products = new Set<Vertex>();
  for (const { from } of loadsIn(nest.body))
    for (const other of order.storing.get(from.buffer) ?? [])
      if (other.statement.kind === "product" && comesBefore(other, vertex)) products.add(other);
  for (const other of [...products].sort((a, b) => b.position - a.position)) {
    if (other.statement.kind !== "product" || !adjacent(other, vertex)) continue;
    const merged = withEpilogue(other.statement, nest, order.depth);
    if (merged === undefined) continue;
    replacePair(order, other, vertex, merged);
    return;
  }
};

/** Whether nothing but a reduction loads what the nest makes with little work: it will compute that itself. */
const isForReduction = (order: Order, vertex: Vertex, nest: Nest): boolean => {
  const users = new Set(
    storesIn(nest.body).flatMap(({ to }) => [...(order.accessing.get(to.buffer) ?? [])]),
  );
  users.delete(vertex);
  return (
    users.size > 0 &&
    !nest.body.some(isSlow) &&
    [...users].every(
      ({ statement, elements }) =>
        statement.kind === "nest" && statement.reduced > 0 && elements === vertex.elements,
    )
  );
};

const withEpilogue = (product: Product, nest: Nest, depth: number): Product | undefined => {
  for (const { to } of storesIn(product.body)) {
    const load = loadsIn(nest.body).find(({ from }) => from.buffer === to.buffer);
    if (load === undefined) continue;
    const axes = overAxesOf(product, to, { sizes: nest.axes, link: load.from });
    if (axes === undefined) continue;
    const moved = reindexNest(nest, axes, 0);
    if (!mayShareBody(product.body, moved.body, product.axes, depth)) continue;
    return withBody(product, moved, join(product.body, moved.body));
  }
  return undefined;
};

/** What only this product loads, and only for its own elements, is computed in it. */
const moveDown = (
  order: Order,
  vertex: Vertex,
  product: Product,
  loadsOf: (buffer: BufferName) => number,
): Vertex | undefined => {
  for (const load of loadsIn(product.body)) {
    const { buffer } = load.from;
    const users = order.accessing.get(buffer);
    if (users === undefined || users.size > 2) continue;
    const [other, ...others] = [...users].filter((v) => v !== vertex);
    if (other?.statement.kind !== "nest" || others.length > 0) continue;
    const nest = other.statement;
    if (!isMap(nest) || !comesBefore(other, vertex) || !adjacent(other, vertex)) continue;
    const isOnlyHere = storesIn(nest.body).every(
      ({ to }) =>
        loadsOf(to.buffer) ===
        loadsIn(product.body).filter(({ from }) => from.buffer === to.buffer).length,
    );
    const store = storesIn(nest.body).find(({ to }) => to.buffer === buffer);
    if (!isOnlyHere || store === undefined) continue;
    const axes = overAxesOf(product, load.from, { sizes: nest.axes, link: store.to });
    if (axes === undefined) continue;
    const moved = reindexNest(nest, axes, 0);
    if (!mayShareBody(moved.body, product.body, product.axes, order.depth)) continue;
    const body = join(product.body.slice(0, 1), moved.body, product.body);
    const merged = withBody(product, moved, body);
    if (merged !== undefined) return replacePair(order, other, vertex, merged);
  }
  return undefined;
};

/** The product with what the nest does in its body, if that leaves a good product. */
const withBody = (
  product: Product,
  nest: Nest,
  body: readonly Instruction[],
): Product | undefined => {
  const stored = new Set(storesIn(nest.body).map(({ to }) => to.buffer));
  const overwrites = product.terms.some(({ a, b }) => stored.has(a.buffer) || stored.has(b.buffer));
  if (overwrites || !isDense(product, nest) || !withinLimits(body, bodyLimits)) return undefined;
  const origin = product.origin ?? nest.origin;
  return { ...product, body, ...(origin === undefined ? {} : { origin }) };
};

/** Vectors along the columns neither gather nor scatter. */
const isDense = ({ axes, column }: Product, { body }: Nest): boolean =>
  axes[column] === 1 ||
  (storesIn(body).every(({ to }) => to.strides[column] === 1) &&
    loadsIn(body).every(({ from }) => [0, 1].includes(from.strides[column] ?? 0)));
