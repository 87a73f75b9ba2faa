/** What is done to every element of a product right after it moves into the product. */
import type { Access, Nest, Product, Program, Statement } from "../program.ts";
import { align } from "./align.ts";
import { join } from "./body.ts";
import { bodyLimits, mayShareBody, withinLimits } from "./fuse.ts";
import { adjacent, orderOf, replacePair, statementsOf, type Order, type Vertex } from "./order.ts";
import { reindexNest } from "./reindex.ts";

export const epilogue = (program: Program): Program => ({
  ...program,
  body: epilogueList(program.body, 0),
});

const epilogueList = (statements: readonly Statement[], depth: number): readonly Statement[] => {
  const inner = statements.map((statement) =>
    statement.kind === "loop"
      ? { ...statement, body: epilogueList(statement.body, depth + 1) }
      : statement,
  );
  const order = orderOf(inner, depth);
  for (const vertex of [...order.vertices])
    if (vertex?.statement.kind === "nest") moveIntoProduct(order, vertex, vertex.statement);
  return statementsOf(order);
};

/** Into the last of the products whose elements it loads. */
const moveIntoProduct = (order: Order, vertex: Vertex, nest: Nest): void => {
  if (nest.reduced > 0 || nest.order !== undefined) return;
  const loads = nest.body.flatMap((one) => (one.op === "load" ? one.from : []));
  const products = new Set(loads.flatMap(({ buffer }) => [...(order.touching.get(buffer) ?? [])]));
  const earlier = [...products].filter(({ position }) => position < vertex.position);
  for (const other of earlier.sort((a, b) => b.position - a.position)) {
    if (other.statement.kind !== "product") continue;
    const merged = withEpilogue(other.statement, nest, loads, order.depth);
    if (merged === undefined || !adjacent(other, vertex)) continue;
    replacePair(order, other, vertex, merged);
    return;
  }
};

const withEpilogue = (
  product: Product,
  nest: Nest,
  loads: readonly Access[],
  depth: number,
): Product | undefined => {
  for (const instruction of product.body) {
    if (instruction.op !== "store") continue;
    const load = loads.find(({ buffer }) => buffer === instruction.to.buffer);
    if (load === undefined) continue;
    const moved = overAxesOf(product, instruction.to, nest, load);
    if (moved === undefined || !isDense(product, moved)) continue;
    const stored = new Set(moved.body.flatMap((one) => (one.op === "store" ? one.to.buffer : [])));
    const overwrites = product.terms.some((t) => stored.has(t.a.buffer) || stored.has(t.b.buffer));
    if (overwrites || !mayShareBody(product, moved, product.axes, depth)) continue;
    const body = join(product.body, moved.body);
    if (!withinLimits(body, bodyLimits.buffers)) continue;
    const origin = nest.origin ?? product.origin;
    return { ...product, body, ...(origin === undefined ? {} : { origin }) };
  }
  return undefined;
};

/** The nest over the product's axes, if these need no splitting. */
const overAxesOf = (
  product: Product,
  store: Access,
  nest: Nest,
  load: Access,
): Nest | undefined => {
  const aligned = align({ sizes: product.axes, link: store }, { sizes: nest.axes, link: load });
  if (aligned === undefined) return undefined;
  const { base, other } = aligned;
  const varying = product.axes.filter((size) => size > 1);
  if (varying.length !== base.sizes.length) return undefined;
  let next = 0;
  const parts = product.axes.map((size) =>
    size > 1 ? (other.parts[next++] ?? { axis: -1, times: 0 }) : { axis: -1, times: 0 },
  );
  return reindexNest(nest, { sizes: product.axes, parts }, 0);
};

/** Vectors along the columns neither gather nor scatter. */
const isDense = ({ axes, column }: Product, nest: Nest): boolean =>
  axes[column] === 1 ||
  nest.body.every((one) => {
    if (one.op === "store") return one.to.strides[column] === 1;
    if (one.op !== "load") return true;
    const stride = one.from.strides[column];
    return stride === 0 || stride === 1;
  });
