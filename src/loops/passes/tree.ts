/** A program whose statements can be replaced, moved and removed, with an index of who touches which buffer. */
import type { BufferName, Loop, Nest, Product, Program, Statement } from "../program.ts";
import { accessOf } from "./access.ts";

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
  readonly touching: Map<BufferName, Set<Leaf>>;
}

export const treeOf = (program: Program): Tree => {
  const touching: Tree["touching"] = new Map();
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
      replace(touching, leaf, statement);
    }
    return list;
  };
  return { root: listOf(program.body, undefined, 0, undefined), touching };
};

const buffersOf = (statement: Nest | Product | undefined): readonly BufferName[] =>
  statement === undefined
    ? []
    : [
        ...statement.body.flatMap((instruction) => accessOf(instruction)?.buffer ?? []),
        ...(statement.kind === "product"
          ? statement.terms.flatMap(({ a, b }) => [a.buffer, b.buffer])
          : []),
      ];

const replace = (
  touching: Tree["touching"],
  leaf: Leaf,
  statement: Nest | Product | undefined,
): void => {
  for (const buffer of buffersOf(leaf.statement)) touching.get(buffer)?.delete(leaf);
  leaf.statement = statement;
  for (const buffer of buffersOf(statement)) {
    const leaves = touching.get(buffer) ?? new Set();
    touching.set(buffer, leaves.add(leaf));
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
  replace(tree.touching, leaf, statement);
  return leaf;
};

/** Puts another statement in the leaf's place, or removes it. */
export const replaceLeaf = (
  tree: Tree,
  leaf: Leaf,
  statement: Nest | Product | undefined,
): void => {
  replace(tree.touching, leaf, statement);
};

export const leavesTouching = (tree: Tree, buffer: BufferName): readonly Leaf[] => [
  ...(tree.touching.get(buffer) ?? []),
];

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
