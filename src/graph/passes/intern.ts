/**
 * Structural identity: equal primitives of equal operands become one node, found by a key of the primitive, its
 * attributes, its type and its operands' numbers (hash consing; Filliâtre and Conchon 2006).
 */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node, OpName, ScanBody } from "../op.ts";
import { bodyArguments, bodyRoots, rebuild, topological } from "../walk.ts";

/**
 * Gives the one node that stands for everything equal to the given one. Its operands must be interned. Inputs are equal
 * to themselves alone: those of two scopes may have one name.
 */
export type Interner = (node: Node) => Node;

const commutative: ReadonlySet<OpName> = new Set(["add", "mul", "max", "min", "equal"]);

/** FNV-1a with 32 bits: an order that depends on structure alone, not on who was built first. */
const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};

const showNumber = (value: number): string => (Object.is(value, -0) ? "-0" : `${value}`);

/** What the primitive is, apart from its operands. Two bodies that differ in names only are equal. */
const head = (node: Node): string => {
  const type = `${node.op}:${node.dtype}[${node.shape.join()}]`;
  if (node.op === "constant") return `${type}${showNumber(node.attrs.value)}`;
  if (node.op !== "scan") return `${type}${JSON.stringify(node.attrs)}`;
  const { length, reverse, body } = node.attrs;
  return `${type}${length}${reverse ? "r" : "f"}{${bodyKey(body)}}`;
};

const bodyKey = (body: ScanBody): string => {
  const numbers = new Map<Node, number>();
  const lines: string[] = [];
  for (const arg of bodyArguments(body)) {
    numbers.set(arg, numbers.size);
    lines.push(`${arg.dtype}[${arg.shape.join()}]`);
  }
  for (const node of topological(bodyRoots(body))) {
    if (numbers.has(node)) continue;
    numbers.set(node, numbers.size);
    lines.push(`${head(node)}(${node.operands.map((x) => numbers.get(x)).join()})`);
  }
  const roots = bodyRoots(body).map((root) => numbers.get(root));
  return `${body.carries.length};${body.constants.length};${lines.join(";")};${roots.join()}`;
};

export const interner = (): Interner => {
  const known = new Map<string, Node>();
  const numbers = new Map<Node, { readonly number: number; readonly hash: number }>();

  const entry = (node: Node): { readonly number: number; readonly hash: number } => {
    const found = numbers.get(node);
    invariant(found !== undefined, `${node.op} was not interned`);
    return found;
  };

  const ordered = (node: Node): Node => {
    const [a, b] = node.operands;
    if (a === undefined || b === undefined || !commutative.has(node.op)) return node;
    if (b.op === "constant" || (a.op !== "constant" && entry(a).hash <= entry(b).hash)) return node;
    return rebuild(node, [b, a]);
  };

  return (given) => {
    if (numbers.has(given)) return given;
    const node = ordered(given);
    const entries = node.operands.map(entry);
    const self = head(node);
    if (node.op !== "input") {
      const key = `${self}(${entries.map((e) => e.number).join()})`;
      const found = known.get(key);
      if (found !== undefined) return found;
      known.set(key, node);
    }
    numbers.set(node, {
      number: numbers.size,
      hash: hash(`${self}(${entries.map((e) => e.hash).join()})`),
    });
    return node;
  };
};
