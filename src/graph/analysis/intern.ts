/**
 * Structural identity: equal primitives of equal operands become one node, found by a hash of the primitive, its
 * attributes, its type and its operands' hashes (hash consing; Filliâtre and Conchon 2006).
 */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node, NodeOf, OpName, ScanBody } from "../op.ts";
import { sameType } from "../shapes.ts";
import { bodyArguments, bodyRoots, rebuild, topological } from "../walk.ts";

/**
 * Gives the one node that stands for everything equal to the given one. Its operands must be interned. Inputs are equal
 * to themselves alone: those of two scopes may have one name.
 */
export type Interner = (node: Node) => Node;

const commutative: ReadonlySet<OpName> = new Set(["add", "mul", "max", "min", "equal"]);

export const interner = (): Interner => {
  const buckets = new Map<number, Node[]>();
  const hashes = new Map<Node, number>();

  const hashOf = (node: Node): number => {
    const found = hashes.get(node);
    invariant(found !== undefined, `${node.op} was not interned`);
    return found;
  };

  /** Commuting operands in an order that depends on structure alone, not on who was built first; constants last. */
  const ordered = (node: Node): Node => {
    const [a, b] = node.operands;
    if (a === undefined || b === undefined || !commutative.has(node.op)) return node;
    if (b.op === "constant" || (a.op !== "constant" && hashOf(a) <= hashOf(b))) return node;
    return rebuild(node, [b, a]);
  };

  return (given) => {
    if (hashes.has(given)) return given;
    const node = ordered(given);
    let hash = hashOfHead(node);
    for (const operand of node.operands) hash = mix(hash, hashOf(operand));
    const bucket = buckets.get(hash);
    const found = bucket?.find((other) => isEqual(node, other));
    if (found !== undefined) return found;
    if (bucket === undefined) buckets.set(hash, [node]);
    else bucket.push(node);
    hashes.set(node, hash);
    return node;
  };
};

/** FNV-1a a word at a time, in the 30 bits that are stored without a box. */
const mix = (hash: number, word: number): number => Math.imul(hash ^ word, 0x01000193) & 0x3fffffff;

const mixText = (hash: number, text: string): number => {
  let h = hash;
  for (let i = 0; i < text.length; i += 1) h = mix(h, text.charCodeAt(i));
  return h;
};

const mixAll = (hash: number, words: readonly number[]): number => {
  let h = mix(hash, words.length);
  for (const word of words) h = mix(h, word);
  return h;
};

/** Of primitives that make floats, and ints. */
const opHashes = { float: new Map<OpName, number>(), int: new Map<OpName, number>() } as const;

const hashOfOp = ({ op, dtype }: Node): number => {
  const known = opHashes[dtype].get(op);
  if (known !== undefined) return known;
  const hash = mixText(dtype === "float" ? 1 : 2, op);
  opHashes[dtype].set(op, hash);
  return hash;
};

/** What the primitive is, apart from its operands. */
const hashOfHead = (node: Node): number => {
  const typed = mixAll(hashOfOp(node), node.shape);
  return node.op === "scan" ? hashOfLoop(typed, node) : hashOfAttributes(typed, node.attrs);
};

/** Of the outline: bodies of equal outlines are compared. */
const hashOfLoop = (hash: number, { attrs: { length, reverse, body } }: NodeOf<"scan">): number => {
  let h = mix(mix(hash, length), reverse ? 1 : 0);
  for (const root of bodyRoots(body)) h = mixAll(mixText(h, root.op), root.shape);
  return h;
};

type Attributes = Readonly<Record<string, string | number | boolean | readonly number[]>>;

const hashOfAttributes = (hash: number, attrs: Attributes): number => {
  let h = hash;
  for (const name in attrs) {
    const value = attrs[name];
    if (typeof value === "string") h = mixText(h, value);
    else if (typeof value === "number")
      h = Number.isInteger(value) ? mix(h, value) : mixText(h, `${value}`);
    else if (typeof value === "object") h = mixAll(h, value);
    else h = mix(h, value === true ? 1 : 0);
  }
  return h;
};

/** Whether two nodes, of operands interned alike, are equal. */
const isEqual = (x: Node, y: Node): boolean =>
  x.operands.length === y.operands.length &&
  x.operands.every((operand, i) => operand === y.operands[i]) &&
  isEqualHead(x, y);

const isEqualHead = (x: Node, y: Node): boolean => {
  if (x.op === "input" || x.op !== y.op || !sameType(x, y)) return false;
  if (x.op === "scan") return y.op === "scan" && isEqualLoop(x, y);
  return y.op !== "scan" && isEqualAttributes(x.attrs, y.attrs);
};

const isEqualAttributes = (x: Attributes, y: Attributes): boolean => {
  if (x === y) return true;
  for (const name in x) {
    const [value, other] = [x[name], y[name]];
    const isSame = Array.isArray(value)
      ? Array.isArray(other) &&
        value.length === other.length &&
        value.every((n, i) => n === other[i])
      : Object.is(value, other);
    if (!isSame) return false;
  }
  return true;
};

const isEqualLoop = ({ attrs: x }: NodeOf<"scan">, { attrs: y }: NodeOf<"scan">): boolean =>
  x.length === y.length && x.reverse === y.reverse && isEqualBody(x.body, y.body);

/** Two bodies that differ in names only are equal. */
const isEqualBody = (x: ScanBody, y: ScanBody): boolean => {
  if (x === y) return true;
  if (x.carries.length !== y.carries.length || x.constants.length !== y.constants.length)
    return false;
  const twins = new Map<Node, Node | undefined>();
  const [args, others] = [bodyArguments(x), bodyArguments(y)];
  const [roots, otherRoots] = [bodyRoots(x), bodyRoots(y)];
  if (args.length !== others.length || roots.length !== otherRoots.length) return false;
  args.forEach((arg, i) => twins.set(arg, others[i]));
  const areTwins = (nodes: readonly Node[], candidates: readonly Node[]): boolean =>
    nodes.length === candidates.length &&
    nodes.every((node, i) => twins.get(node) === candidates[i]);
  const [order, otherOrder] = [topological(roots), topological(otherRoots)];
  if (order.length !== otherOrder.length) return false;
  return (
    order.every((node, i) => {
      const other = otherOrder[i];
      if (other === undefined || node.op === "input") return twins.get(node) === other;
      twins.set(node, other);
      return areTwins(node.operands, other.operands) && isEqualHead(node, other);
    }) && areTwins(roots, otherRoots)
  );
};
