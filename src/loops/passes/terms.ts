/** A sum of products is one product with several terms: partial sums never leave registers. */
import type {
  Instruction,
  Product,
  LoopProgram,
  Statement,
  ProductTerm,
  InstructionId,
} from "../program.ts";
import { overAxesOf } from "../analysis/align.ts";
import { join, mapValues, prune, valuesOf } from "../analysis/body.ts";
import { mayShareBody } from "./fuse.ts";
import {
  adjacent,
  orderOf,
  replacePair,
  statementsOf,
  type Order,
  type Vertex,
} from "../analysis/order.ts";
import { reindexAccess, reindexBody } from "../analysis/reindex.ts";
import { loadCounts } from "../analysis/uses.ts";

export const terms = (program: LoopProgram): LoopProgram => {
  const loads = loadCounts(program);
  const kept = new Set(
    program.buffers.flatMap(({ name, role }) => (role === "output" ? name : [])),
  );
  const isPartial = (buffer: string): boolean => loads.get(buffer) === 1 && !kept.has(buffer);
  return { ...program, body: termsList(program.body, 0, isPartial) };
};

const termsList = (
  statements: readonly Statement[],
  depth: number,
  isPartial: (buffer: string) => boolean,
): readonly Statement[] => {
  const inner = statements.map((statement) =>
    statement.kind === "loop"
      ? { ...statement, body: termsList(statement.body, depth + 1, isPartial) }
      : statement,
  );
  if (!inner.some(({ kind }) => kind === "product")) return inner;
  const order = orderOf(inner, depth);
  for (const start of [...order.vertices]) {
    let vertex = start;
    while (vertex !== undefined) vertex = mergeOne(order, vertex, isPartial);
  }
  return statementsOf(order);
};

const mergeOne = (
  order: Order,
  vertex: Vertex,
  isPartial: (buffer: string) => boolean,
): Vertex | undefined => {
  const product = vertex.statement;
  if (product.kind !== "product") return undefined;
  for (const id of addends(product.body)) {
    const load = product.body[id];
    if (load?.op !== "load" || !isPartial(load.from.buffer)) continue;
    if (load.from.dynamic !== undefined) continue;
    const writers = [...(order.accessing.get(load.from.buffer) ?? [])].filter((v) => v !== vertex);
    const [other] = writers;
    if (other?.statement.kind !== "product" || writers.length > 1) continue;
    if (other.position > vertex.position || !adjacent(other, vertex)) continue;
    const merged = mergeTerms(other.statement, product, id);
    if (merged !== undefined) return replacePair(order, other, vertex, merged);
  }
  return undefined;
};

/** By value, the instructions that use it. */
const usesOf = (body: readonly Instruction[]): readonly (readonly InstructionId[])[] => {
  const uses = body.map((): InstructionId[] => []);
  for (const [i, instruction] of body.entries())
    for (const value of valuesOf(instruction)) uses[value]?.push(i);
  return uses;
};

/** The largest sum that the value is an addend of and that is all it is used for. */
const sumWith = (body: readonly Instruction[], id: InstructionId): InstructionId => {
  const uses = usesOf(body);
  let sum = id;
  for (;;) {
    const [use, ...others] = uses[sum] ?? [];
    const user = use === undefined ? undefined : body[use];
    if (use === undefined || others.length > 0) return sum;
    if (user?.op !== "binary" || user.name !== "add") return sum;
    sum = use;
  }
};

/** Loads that are used once each, all for a sum with the product. */
const addends = (body: readonly Instruction[]): readonly InstructionId[] => {
  const uses = usesOf(body);
  const found: InstructionId[] = [];
  const collect = (id: InstructionId): void => {
    const instruction = body[id];
    if (instruction?.op === "load") found.push(id);
    else if (instruction?.op === "binary" && instruction.name === "add")
      for (const part of [instruction.a, instruction.b])
        if (uses[part]?.length === 1) collect(part);
  };
  if (uses[0]?.length === 1) collect(sumWith(body, 0));
  return found;
};

/** `first` stores nothing but a sum with its product, which `second` adds to its own as value `id`. */
const mergeTerms = (first: Product, second: Product, id: InstructionId): Product | undefined => {
  const load = second.body[id];
  const store = first.body.at(-1);
  if (load?.op !== "load" || store?.op !== "store") return undefined;
  const stores = first.body.filter(({ op }) => op === "store");
  if (stores.length > 1 || sumWith(first.body, 0) !== store.value) return undefined;
  const to = overAxesOf(second, load.from, { sizes: first.axes, link: store.to });
  if (to === undefined) return undefined;
  const rank = first.axes.length;
  const moved = first.terms.map((term) => ({
    inner: term.inner,
    a: reindexAccess(term.a, rank, to),
    b: reindexAccess(term.b, rank, to),
  }));
  const stored = new Set(second.body.flatMap((one) => (one.op === "store" ? one.to.buffer : [])));
  const fits = (term: ProductTerm): boolean =>
    !stored.has(term.a.buffer) && !stored.has(term.b.buffer) && isTermOf(second, term);
  if (!moved.every(fits)) return undefined;
  const merged = [...moved, ...second.terms];
  if (store.value === 0) return { ...second, terms: merged, body: withoutAddend(second.body, id) };
  // The rest of the first sum takes the place of the load.
  const rest = reindexBody(withoutAddend(first.body, 0), rank, to);
  if (!mayShareBody(rest, second.body, second.axes, load.from.steps.length)) return undefined;
  const body = join(rest, second.body);
  const { buffer } = store.to;
  return {
    ...second,
    terms: merged,
    body: prune(body, (one) => one.op !== "store" || one.to.buffer !== buffer),
  };
};

const isTermOf = ({ row, column, axes }: Product, { a, b }: ProductTerm): boolean =>
  a.strides[column] === 0 &&
  (b.strides[column] === 1 || axes[column] === 1) &&
  (row === undefined || b.strides[row] === 0);

/** The body without the value, which is used by one addition. */
const withoutAddend = (body: readonly Instruction[], id: InstructionId): readonly Instruction[] => {
  const renamed = new Map<InstructionId, InstructionId>();
  for (const [i, one] of body.entries())
    if (one.op === "binary" && (one.a === id || one.b === id))
      renamed.set(i, one.a === id ? one.b : one.a);
  const target = (value: InstructionId): InstructionId => renamed.get(value) ?? value;
  return prune(body.map((instruction) => mapValues(instruction, target)));
};
