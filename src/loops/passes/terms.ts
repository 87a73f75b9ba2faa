/** A sum of products is one product with several terms: partial sums never leave registers. */
import type { Instruction, Product, Program, Statement, Term, ValueId } from "../program.ts";
import { align } from "./align.ts";
import { mapValues, prune, valuesOf } from "./body.ts";
import { adjacent, orderOf, replacePair, statementsOf, type Order, type Vertex } from "./order.ts";
import { reindexAccess, type Reindexing } from "./reindex.ts";
import { loadCounts } from "./uses.ts";

export const terms = (program: Program): Program => {
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
    const writers = [...(order.touching.get(load.from.buffer) ?? [])].filter((v) => v !== vertex);
    const [other] = writers;
    if (other?.statement.kind !== "product" || writers.length > 1) continue;
    if (other.position > vertex.position || !adjacent(other, vertex)) continue;
    const merged = mergeTerms(other.statement, product, id);
    if (merged !== undefined) return replacePair(order, other, vertex, merged);
  }
  return undefined;
};

/** Values that are used once each and whose sum with the product, and perhaps others, is all that is used of it. */
const addends = (body: readonly Instruction[]): readonly ValueId[] => {
  const uses = body.map((): ValueId[] => []);
  for (const [i, instruction] of body.entries())
    for (const value of valuesOf(instruction)) uses[value]?.push(i);
  const onlyUse = (id: ValueId): ValueId | undefined =>
    uses[id]?.length === 1 ? uses[id][0] : undefined;
  const found: ValueId[] = [];
  const collect = (id: ValueId): void => {
    if (uses[id]?.length !== 1) return;
    const instruction = body[id];
    if (instruction?.op === "load") found.push(id);
    else if (instruction?.op === "binary" && instruction.name === "add") {
      collect(instruction.a);
      collect(instruction.b);
    }
  };
  let sum: ValueId = 0;
  for (let use = onlyUse(sum); use !== undefined; use = onlyUse(sum)) {
    const instruction = body[use];
    if (instruction?.op !== "binary" || instruction.name !== "add") break;
    collect(instruction.a === sum ? instruction.b : instruction.a);
    sum = use;
  }
  return found;
};

/** `first` only stores its sum, which `second` adds to its own as value `id`. */
const mergeTerms = (first: Product, second: Product, id: ValueId): Product | undefined => {
  const [, store, ...others] = first.body;
  const load = second.body[id];
  if (store?.op !== "store" || store.value !== 0 || others.length > 0) return undefined;
  if (load?.op !== "load") return undefined;
  const aligned = align(
    { sizes: second.axes, link: load.from },
    { sizes: first.axes, link: store.to },
  );
  if (aligned === undefined) return undefined;
  // Axes of `second` stay; those of size 1, which alignment drops, have no stride.
  const varying = second.axes.filter((size) => size > 1);
  if (varying.length !== aligned.base.sizes.length) return undefined;
  let next = 0;
  const none = { axis: -1, times: 0 };
  const to: Reindexing = {
    sizes: second.axes,
    parts: second.axes.map((size) => (size > 1 ? (aligned.other.parts[next++] ?? none) : none)),
  };
  const moved = first.terms.map((term) => ({
    inner: term.inner,
    a: reindexAccess(term.a, first.axes.length, to),
    b: reindexAccess(term.b, first.axes.length, to),
  }));
  const stored = new Set(second.body.flatMap((one) => (one.op === "store" ? one.to.buffer : [])));
  const fits = (term: Term): boolean =>
    !stored.has(term.a.buffer) && !stored.has(term.b.buffer) && isTermOf(second, term);
  if (!moved.every(fits)) return undefined;
  return { ...second, terms: [...moved, ...second.terms], body: withoutAddend(second.body, id) };
};

const isTermOf = ({ row, column, axes }: Product, { a, b }: Term): boolean =>
  a.strides[column] === 0 &&
  (b.strides[column] === 1 || axes[column] === 1) &&
  (row === undefined || b.strides[row] === 0);

/** The body without the value, a load that is used by one addition. */
const withoutAddend = (body: readonly Instruction[], id: ValueId): readonly Instruction[] => {
  const renamed = new Map<ValueId, ValueId>();
  for (const [i, one] of body.entries())
    if (one.op === "binary" && (one.a === id || one.b === id))
      renamed.set(i, one.a === id ? one.b : one.a);
  const target = (value: ValueId): ValueId => renamed.get(value) ?? value;
  return prune(body.map((instruction) => mapValues(instruction, target)));
};
