/** What no output depends on goes: stores, values, statements, buffers. */
import type { BufferName, Instruction, Nest, Product, LoopProgram, Statement } from "../program.ts";
import { buffersOf } from "../analysis/access.ts";
import { prune, valuesOf } from "../analysis/body.ts";

type Leaf = Nest | Product;
type Store = Extract<Instruction, { readonly op: "store" | "reduce" }>;

const isStore = (instruction: Instruction): instruction is Store =>
  instruction.op === "store" || instruction.op === "reduce";

export const dead = (program: LoopProgram): LoopProgram => {
  const live = liveBuffers(program);
  const body = keepLive(program.body, live);
  const accessed = new Set(body.flatMap((statement) => [...buffersOf(statement).keys()]));
  return {
    ...program,
    buffers: program.buffers.filter(({ name, role }) => role !== "temporary" || accessed.has(name)),
    body,
  };
};

const leavesOf = (statements: readonly Statement[]): readonly Leaf[] =>
  statements.flatMap((statement): readonly Leaf[] => {
    if (statement.kind === "barrier") return [];
    return statement.kind === "loop" ? leavesOf(statement.body) : [statement];
  });

/** Buffers that outputs depend on, outputs among them. */
const liveBuffers = (program: LoopProgram): ReadonlySet<BufferName> => {
  const storesTo = new Map<BufferName, { readonly leaf: Leaf; readonly store: Store }[]>();
  for (const leaf of leavesOf(program.body)) {
    for (const store of leaf.body) {
      if (!isStore(store)) continue;
      const stores = storesTo.get(store.to.buffer) ?? [];
      storesTo.set(store.to.buffer, stores);
      stores.push({ leaf, store });
    }
  }
  const pending = program.buffers.flatMap(({ name, role }) => (role === "output" ? name : []));
  const live = new Set(pending);
  const need = (buffer: BufferName): void => {
    if (live.has(buffer)) return;
    live.add(buffer);
    pending.push(buffer);
  };
  for (let buffer = pending.pop(); buffer !== undefined; buffer = pending.pop())
    for (const { leaf, store } of storesTo.get(buffer) ?? []) loadsOf(leaf, store).forEach(need);
  return live;
};

/** What the stored value and its address depend on. */
const loadsOf = (leaf: Leaf, store: Store): readonly BufferName[] => {
  const loads: BufferName[] = [];
  const seen = new Set<number>();
  const pending = [...valuesOf(store)];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const instruction = leaf.body[value];
    if (instruction === undefined || seen.has(value)) continue;
    seen.add(value);
    if (instruction.op === "load") loads.push(instruction.from.buffer);
    if (instruction.op === "product" && leaf.kind === "product")
      for (const { a, b } of leaf.terms) loads.push(a.buffer, b.buffer);
    pending.push(...valuesOf(instruction));
  }
  return loads;
};

const keepLive = (
  statements: readonly Statement[],
  live: ReadonlySet<BufferName>,
): readonly Statement[] =>
  statements.flatMap((statement): readonly Statement[] => {
    if (statement.kind === "barrier") return [statement];
    if (statement.kind === "loop") {
      const body = keepLive(statement.body, live);
      return body.length === 0 ? [] : [{ ...statement, body }];
    }
    const body = prune(statement.body, (store) => isStore(store) && live.has(store.to.buffer));
    if (!body.some(isStore)) return [];
    if (body === statement.body) return [statement];
    if (statement.kind === "product")
      return [usesProduct(body) ? { ...statement, body } : asNest(statement, body)];
    const reduces = body.some(({ op }) => op === "reduce");
    return [{ ...statement, ...(reduces ? {} : { reduced: 0 }), body }];
  });

const usesProduct = (body: readonly Instruction[]): boolean =>
  body.some((one) => valuesOf(one).includes(0));

/** Without a use of its sum a product only maps. */
const asNest = ({ axes, origin }: Product, body: readonly Instruction[]): Nest => ({
  kind: "nest",
  axes,
  reduced: 0,
  body: prune([{ op: "number", dtype: "float", value: 0 }, ...body.slice(1)]),
  ...(origin === undefined ? {} : { origin }),
});
