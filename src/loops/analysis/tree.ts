/** A program whose statements can be replaced, moved and removed, with an index of who accesses which buffer. */
import type { BufferName, Loop, Nest, Product, LoopProgram, Statement } from "../program.ts";
import { buffersOf, footprintsOf, intervalOf, type Footprint } from "./access.ts";
import { createIntervals, type Intervals } from "./intervals.ts";

export interface Leaf {
  readonly kind: "leaf";
  readonly parent: List;
  /** Undefined once it is removed. */
  statement: Nest | Product | undefined;
  /** Its place among its siblings; need not be whole. */
  position: number;
}

/** The program's body or a loop's. */
export interface List {
  readonly kind: "list";
  readonly parent: List | undefined;
  readonly position: number;
  readonly loop: Loop | undefined;
  readonly depth: number;
  readonly entries: (Leaf | List)[];
}

export interface Tree {
  readonly root: List;
  readonly accessing: Map<BufferName, Accessing>;
}

/** A leaf as it was when it was put where it is. */
interface Put {
  readonly leaf: Leaf;
  readonly statement: Nest | Product;
}

/** Who accesses a buffer. */
interface Accessing {
  /** In the order in which they came to access it, and which that was. */
  readonly leaves: Map<Leaf, number>;
  readonly readers: Set<Leaf>;
  readonly writers: Set<Leaf>;
  /** By the elements that they access; some are no longer what they were. */
  readonly elements: Intervals<Put>;
  puts: number;
}

export const treeOf = (program: LoopProgram): Tree => {
  const accessing: Tree["accessing"] = new Map();
  const listOf = (
    statements: readonly Statement[],
    parent: List | undefined,
    position: number,
    loop: Loop | undefined,
  ): List => {
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const list: List = { kind: "list", parent, position, loop, depth, entries: [] };
    for (const [i, statement] of statements.entries()) {
      if (statement.kind === "barrier") continue;
      if (statement.kind === "loop") {
        list.entries.push(listOf(statement.body, list, i, statement));
        continue;
      }
      const leaf: Leaf = { kind: "leaf", parent: list, statement: undefined, position: i };
      list.entries.push(leaf);
      replace(accessing, leaf, statement);
    }
    return list;
  };
  return { root: listOf(program.body, undefined, 0, undefined), accessing };
};

const accessingOf = (accessing: Tree["accessing"], buffer: BufferName): Accessing => {
  const found = accessing.get(buffer) ?? {
    leaves: new Map<Leaf, number>(),
    readers: new Set<Leaf>(),
    writers: new Set<Leaf>(),
    elements: createIntervals<Put>(),
    puts: 0,
  };
  accessing.set(buffer, found);
  return found;
};

const replace = (
  accessing: Tree["accessing"],
  leaf: Leaf,
  statement: Nest | Product | undefined,
): void => {
  for (const buffer of leaf.statement === undefined ? [] : buffersOf(leaf.statement).keys()) {
    const { leaves, readers, writers } = accessingOf(accessing, buffer);
    for (const some of [leaves, readers, writers]) some.delete(leaf);
  }
  leaf.statement = statement;
  if (statement === undefined) return;
  for (const footprint of footprintsOf(statement, 0, lengthsAround(leaf.parent))) {
    const known = accessingOf(accessing, footprint.buffer);
    if (!known.leaves.has(leaf)) known.leaves.set(leaf, known.puts++);
    (footprint.writes ? known.writers : known.readers).add(leaf);
    known.elements.add(...intervalOf(footprint), { leaf, statement });
  }
};

/** A new leaf in the list. */
export const addLeaf = (
  tree: Tree,
  parent: List,
  position: number,
  statement: Nest | Product,
): Leaf => {
  const leaf: Leaf = { kind: "leaf", parent, statement: undefined, position };
  parent.entries.push(leaf);
  replace(tree.accessing, leaf, statement);
  return leaf;
};

/** Puts another statement in the leaf's place, or removes it. */
export const replaceLeaf = (
  tree: Tree,
  leaf: Leaf,
  statement: Nest | Product | undefined,
): void => {
  replace(tree.accessing, leaf, statement);
};

export const leavesAccessing = (tree: Tree, buffer: BufferName): readonly Leaf[] => [
  ...(tree.accessing.get(buffer)?.leaves.keys() ?? []),
];

/** Fewer are not worth a search. */
const many = 16;

/** At least those that access an element of the footprint, which lies in the list, in any step of the loops around. */
export const leavesNear = (tree: Tree, list: List, near: Footprint): readonly Leaf[] => {
  const accessing = tree.accessing.get(near.buffer);
  if (accessing === undefined) return [];
  const { leaves, elements } = accessing;
  if (leaves.size < many) return [...leaves.keys()];
  const around = lengthsAround(list);
  const everyStep = {
    ...near,
    strides: [...near.strides, ...near.steps],
    sizes: [...near.sizes, ...around],
  };
  const found = new Map<Leaf, number>();
  for (const { leaf, statement } of elements.meeting(...intervalOf(everyStep))) {
    const order = leaves.get(leaf);
    if (order !== undefined && leaf.statement === statement) found.set(leaf, order);
  }
  return [...found].sort(([, a], [, b]) => a - b).map(([leaf]) => leaf);
};

/** Whether exactly one leaf of all loads from the buffer. */
export const hasOneReader = (tree: Tree, buffer: BufferName): boolean =>
  tree.accessing.get(buffer)?.readers.size === 1;

/** Whether anything stores there. */
export const isWritten = (tree: Tree, buffer: BufferName): boolean =>
  (tree.accessing.get(buffer)?.writers.size ?? 0) > 0;

/** Where in the list the leaf is, and the lengths of the loops between; undefined if it is elsewhere. */
export const placeIn = (
  list: List,
  leaf: Leaf,
): { readonly position: number; readonly inner: readonly number[] } | undefined => {
  const inner: number[] = [];
  let entry: Leaf | List = leaf;
  while (entry.parent !== undefined) {
    if (entry.parent === list) return { position: entry.position, inner };
    entry = entry.parent;
    inner.unshift(entry.loop?.length ?? 1);
  }
  return undefined;
};

/** Lengths of the loops around the list, outermost first. */
export const lengthsAround = (list: List): readonly number[] =>
  list.parent === undefined ? [] : [...lengthsAround(list.parent), list.loop?.length ?? 1];

export const statementsIn = (list: List): readonly Statement[] =>
  list.entries
    .toSorted((a, b) => a.position - b.position)
    .flatMap((entry): readonly Statement[] => {
      if (entry.kind === "leaf") return entry.statement === undefined ? [] : [entry.statement];
      const body = statementsIn(entry);
      return entry.loop === undefined || body.length === 0 ? [] : [{ ...entry.loop, body }];
    });
