/**
 * Copies go where the source may live in the destination's place from the start, or where readers of the destination
 * can read the source. What fills a buffer with one number goes where readers can use the number.
 */
import type { Access, BufferName, Instruction, Nest, Product, LoopProgram } from "../program.ts";
import {
  dynamicSize,
  footprint,
  footprintsOf,
  mayInterleave,
  mayOverlap,
  type Footprint,
} from "../analysis/access.ts";
import { mapValues } from "../analysis/body.ts";
import { coalesceNest } from "./coalesce.ts";
import { liftCopies } from "./lift.ts";
import { translate } from "../analysis/translate.ts";
import {
  hasOneReader,
  isWritten,
  lengthsAround,
  leavesNear,
  leavesAccessing,
  placeIn,
  replaceLeaf,
  statementsIn,
  treeOf,
  type Leaf,
  type List,
  type Tree,
} from "../analysis/tree.ts";

type Store = Extract<Instruction, { readonly op: "store" }>;
type Value = Extract<Instruction, { readonly op: "load" | "number" }>;

export const forward = (program: LoopProgram): LoopProgram => {
  const tree = treeOf(program);
  const temporary = new Set(
    program.buffers.flatMap(({ name, role }) => (role === "temporary" ? name : [])),
  );
  const visit = (list: List): void => {
    for (const entry of [...list.entries]) {
      if (entry.kind === "leaf") {
        forwardLeaf(tree, entry, temporary);
        continue;
      }
      visit(entry);
      for (const lifted of liftCopies(tree, entry)) forwardLeaf(tree, lifted, temporary);
    }
  };
  visit(tree.root);
  return { ...program, body: statementsIn(tree.root) };
};

const forwardLeaf = (tree: Tree, leaf: Leaf, temporary: ReadonlySet<BufferName>): void => {
  const nest = leaf.statement;
  if (nest?.kind !== "nest" || nest.reduced > 0 || nest.order !== undefined) return;
  if (!isCopyOrFill(nest.body)) return;
  // The fewer axes, the more accesses can be said in them.
  const copy = coalesceNest(nest, 0);
  const [value, store] = copy.body;
  if (store?.op !== "store") return;
  if (value?.op === "load") {
    const isFree = temporary.has(value.from.buffer) && value.from.buffer !== store.to.buffer;
    if (isFree && unify(tree, leaf, copy, value.from, store.to)) return;
  } else if (value?.op !== "number") return;
  if (temporary.has(store.to.buffer)) readSource(tree, leaf, copy, value, store);
};

const isCopyOrFill = (body: readonly Instruction[]): boolean =>
  body.length === 2 &&
  (body[0]?.op === "load" || body[0]?.op === "number") &&
  body[1]?.op === "store";

interface Placed {
  readonly leaf: Leaf;
  readonly statement: Nest | Product;
  readonly position: number;
  readonly inner: readonly number[];
}

/** Those of the leaves that are left, with their places in the list; undefined for those elsewhere. */
const placed = (list: List, leaves: readonly Leaf[]): readonly (Placed | undefined)[] =>
  leaves.flatMap((leaf) => {
    if (leaf.statement === undefined) return [];
    const place = placeIn(list, leaf);
    return [place && { leaf, statement: leaf.statement, ...place }];
  });

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

const writes = ({ statement }: Placed, buffer: BufferName): boolean =>
  statement.body.some(
    (one) => (one.op === "store" || one.op === "reduce") && one.to.buffer === buffer,
  );

const reads = ({ statement }: Placed, buffer: BufferName): boolean =>
  statement.body.some((one) => one.op === "load" && one.from.buffer === buffer) ||
  (statement.kind === "product" &&
    statement.terms.some(({ a, b }) => a.buffer === buffer || b.buffer === buffer));

/** Puts the source in the destination's place; false if something is in the way. */
const unify = (tree: Tree, leaf: Leaf, copy: Nest, from: Access, to: Access): boolean => {
  const list = leaf.parent;
  const all = placed(list, leavesAccessing(tree, from.buffer));
  const users = all.filter(isDefined).filter((user) => user.leaf !== leaf);
  if (users.length < all.length - 1) return false;
  const writers = users.filter((user) => writes(user, from.buffer));
  const first = Math.min(...writers.map(({ position }) => position));
  const last = Math.max(...users.map(({ position }) => position));
  if (writers.some(({ position }) => position >= leaf.position)) return false;
  if (users.some(({ position }) => position < first)) return false;

  const region = footprint(to, true, copy.axes, copy.body, list.depth, []);
  const fills = inTheWay(tree, leaf, region, { first, last });
  if (fills === undefined) return false;

  const ranges = { sizes: copy.axes, from, to };
  const rewritten = users.map((user) => {
    const statement = mapAccesses(user.statement, (access, axes) => {
      if (access.buffer !== from.buffer) return access;
      return translate(access, rangesOf(user, access, axes, list), ranges);
    });
    const isFine =
      statement !== undefined &&
      isLegal(statement) &&
      keepsUnit(user.statement, statement, from.buffer, users.length === 1);
    return isFine ? { leaf: user.leaf, statement } : undefined;
  });
  const changes = rewritten.filter(isDefined);
  if (changes.length < users.length) return false;
  for (const change of changes) replaceLeaf(tree, change.leaf, change.statement);
  for (const [i, fill] of fills.entries()) fill.position = first - 0.1 / (i + 1);
  replaceLeaf(tree, leaf, undefined);
  return true;
};

/**
 * The source lives in the destination's region from place `first` until `last`. Fills of the region that come before the
 * copy, which have to move up; undefined if anything else is in the way.
 */
const inTheWay = (
  tree: Tree,
  copy: Leaf,
  region: Footprint,
  { first, last }: { readonly first: number; readonly last: number },
): readonly Leaf[] | undefined => {
  const { parent, position: at } = copy;
  const fills: Leaf[] = [];
  for (const user of placed(parent, leavesNear(tree, parent, region))) {
    if (user === undefined || user.leaf === copy) continue;
    const { leaf, position, statement, inner } = user;
    const overlapping = footprintsOf(statement, parent.depth, inner).filter((other) =>
      mayOverlap(other, region),
    );
    if (overlapping.length === 0) continue;
    if (position >= first && position < at) {
      if (!isFill(user) || leaf.parent !== parent) return undefined;
      fills.push(leaf);
    }
    const stores = overlapping.some((one) => one.writes);
    if (position > at && position <= last && stores) return undefined;
  }
  return fills;
};

const isFill = ({ statement }: Placed): boolean =>
  statement.kind === "nest" && statement.body[0]?.op === "number" && isCopyOrFill(statement.body);

const rangesOf = (
  { inner, statement }: Placed,
  access: Access,
  axes: readonly number[],
  list: List,
) => ({
  axes,
  loops: [...lengthsAround(list), ...inner],
  depth: list.depth,
  dynamic: dynamicSize(access, statement.body),
});

/** The statement with other accesses; undefined if one of them is. */
const mapAccesses = (
  statement: Nest | Product,
  map: (access: Access, axes: readonly number[]) => Access | undefined,
): Nest | Product | undefined => {
  const missing: Access[] = [];
  const mapOver =
    (axes: readonly number[]) =>
    (access: Access): Access => {
      const mapped = map(access, axes);
      if (mapped === undefined) missing.push(access);
      return mapped ?? access;
    };
  const inBody = mapOver(statement.axes);
  const body = statement.body.map((one) => mapValues(one, (id) => id, inBody));
  const terms = (statement.kind === "product" ? statement.terms : []).map((term) => {
    const inTerm = mapOver([...statement.axes, ...term.inner]);
    return { inner: term.inner, a: inTerm(term.a), b: inTerm(term.b) };
  });
  if (missing.length > 0) return undefined;
  return statement.kind === "nest" ? { ...statement, body } : { ...statement, body, terms };
};

/** Loads nothing that it stores, and products go along columns of their operands. */
const isLegal = (statement: Nest | Product): boolean => {
  const { axes, body } = statement;
  if (statement.kind === "product") {
    const stored = new Set(body.flatMap((one) => (one.op === "store" ? one.to.buffer : [])));
    const { column, terms } = statement;
    for (const { a, b } of terms) {
      if (stored.has(a.buffer) || stored.has(b.buffer)) return false;
      if (axes[column] !== 1 && b.strides[column] !== 1) return false;
    }
  }
  if (statement.kind === "nest" && statement.order === "ordered") return true;
  const depth = body.map((one) => (one.op === "load" ? one.from.steps.length : 0));
  const all = footprintsOf({ ...statement, kind: "nest", reduced: 0, body }, Math.max(0, ...depth));
  return !all.some((a) => a.writes && all.some((b) => !b.writes && mayInterleave(a, b)));
};

/** Accesses that went along consecutive elements still do; a nest alone may pay for what the copy would have paid. */
const keepsUnit = (
  before: Nest | Product,
  after: Nest | Product,
  buffer: BufferName,
  alone: boolean,
): boolean => {
  if (alone && before.kind === "nest") return true;
  const unit = (statement: Nest | Product): readonly (Access | undefined)[] => [
    ...statement.body.map((one) =>
      one.op === "load" ? one.from : one.op === "store" ? one.to : undefined,
    ),
    ...(statement.kind === "product" ? statement.terms.flatMap(({ a, b }) => [a, b]) : []),
  ];
  const now = unit(after);
  return unit(before).every((access, i) => {
    if (access?.buffer !== buffer) return true;
    return access.strides.every((stride, axis) => {
      const moved = now[i]?.strides[axis];
      return stride !== 1 || moved === 1 || moved === 0;
    });
  });
};

/** Lets later readers of the destination read the source, or the number, as far as possible. */
const readSource = (tree: Tree, leaf: Leaf, copy: Nest, value: Value, store: Store): void => {
  const list = leaf.parent;
  const { buffer } = store.to;
  const region = footprint(store.to, true, copy.axes, copy.body, list.depth, []);
  const users = placed(list, leavesNear(tree, list, region)).filter(isDefined);
  const source = value.op === "load" ? value.from : undefined;
  const sourceRegion = source && footprint(source, false, copy.axes, copy.body, list.depth, []);
  /** Places where either end changes after the copy. */
  const changes = [
    ...users.map((user) => ({ user, end: region })),
    ...(sourceRegion === undefined || !isWritten(tree, sourceRegion.buffer)
      ? []
      : placed(list, leavesNear(tree, list, sourceRegion))
          .filter(isDefined)
          .map((user) => ({ user, end: sourceRegion }))),
  ].flatMap(({ user, end }) =>
    user.position > leaf.position &&
    footprintsOf(user.statement, list.depth, user.inner).some(
      (other) => other.writes && mayOverlap(other, end),
    )
      ? user.position
      : [],
  );
  const until = Math.min(Infinity, ...changes);
  const readers = users.filter(
    (user) => user.leaf !== leaf && user.position > leaf.position && reads(user, buffer),
  );
  const alone = hasOneReader(tree, buffer);
  for (const user of readers) {
    if (user.position >= until) continue;
    const over = { sizes: copy.axes, from: store.to, to: source ?? store.to };
    const changed =
      source === undefined
        ? withNumber(
            user,
            buffer,
            value,
            (access, axes) =>
              translate(access, rangesOf(user, access, axes, list), over) !== undefined,
          )
        : mapAccesses(user.statement, (access, axes) =>
            access.buffer === buffer && !isStored(user.statement, access)
              ? (translate(access, rangesOf(user, access, axes, list), over) ?? access)
              : access,
          );
    if (changed === undefined || !isLegal(changed)) continue;
    if (source !== undefined && !keepsUnit(user.statement, changed, buffer, alone)) continue;
    replaceLeaf(tree, user.leaf, changed);
  }
};

const isStored = (statement: Nest | Product, access: Access): boolean =>
  statement.body.some((one) => one.op !== "load" && "to" in one && one.to === access);

/** Loads of what holds the number everywhere become the number. */
const withNumber = (
  { statement }: Placed,
  buffer: BufferName,
  number: Value,
  isInside: (access: Access, axes: readonly number[]) => boolean,
): Nest | Product => ({
  ...statement,
  body: statement.body.map((one) =>
    one.op === "load" && one.from.buffer === buffer && isInside(one.from, statement.axes)
      ? number
      : one,
  ),
});
