/**
 * Strength reduction of addresses: accesses whose addresses differ by constants share a pointer, which loops advance, and have
 * their constants in the instruction. Engines leave address arithmetic as it is.
 */
import type {
  Address,
  Affine,
  CodeBuffer,
  CodeExpr,
  Kernel,
  CodeStatement,
  Variable,
} from "../../code/code.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import { addTerm } from "../../code/build.ts";
import { visitExpressions } from "../../code/visit.ts";

export type For = Extract<CodeStatement, { readonly kind: "for" }>;

/** Follows all addresses base + Σ scale·variable + (any constant), at the least of their constants. All in bytes. */
export interface Pointer {
  /** The argument that it points into; undefined is the arena, whose constants are absolute. */
  readonly argument: number | undefined;
  /** Outermost first; time variables before loop variables. */
  readonly terms: Affine["terms"];
  /** The pointer without the last term, whose loop advances this one; undefined if there is no loop. */
  readonly parent: Pointer | undefined;
  constant: number;
}

export interface Pointers {
  /** Those that no loop advances. */
  readonly roots: readonly Pointer[];
  /** Those that the loop of this variable advances. */
  readonly advancedBy: (variable: Variable) => readonly Pointer[];
  /** The pointer of an access, and how far behind it the element is. */
  readonly of: (
    address: Address,
    element: number,
  ) => { readonly pointer: Pointer; readonly offset: number };
}

/** The pointer of an address, and its own constant, in bytes. */
interface Located {
  readonly pointer: Pointer;
  readonly constant: number;
}

/** The pointers of a kernel in a module with these buffers and its arena at this address. */
export const planPointers = (
  kernel: Kernel,
  buffers: ReadonlyMap<string, CodeBuffer>,
  arena: number,
): Pointers => {
  const order = new Map<Variable, number>(kernel.times.map((variable) => [variable, -1]));
  const pointers = new Map<string, Pointer>();
  const roots: Pointer[] = [];
  const advanced = new Map<Variable, Pointer[]>();

  const pointerOf = (
    argument: number | undefined,
    dynamic: string,
    terms: Affine["terms"],
  ): Pointer => {
    let key = `${argument ?? "arena"},${dynamic}`;
    for (const { variable, scale } of terms) key += `,${variable}*${scale}`;
    const known = pointers.get(key);
    if (known !== undefined) return known;
    const last = terms.at(-1);
    const loop = last !== undefined && order.get(last.variable) !== -1 ? last : undefined;
    const parent = loop && pointerOf(argument, dynamic, terms.slice(0, -1));
    const pointer: Pointer = { argument, terms, parent, constant: Infinity };
    pointers.set(key, pointer);
    if (loop === undefined) roots.push(pointer);
    else advanced.get(loop.variable)?.push(pointer);
    return pointer;
  };

  const located = new Map<Address, Located>();
  const locate = (address: Address): Located => {
    const known = located.get(address);
    if (known !== undefined) return known;
    const { buffer, offset, dynamic } = address;
    const place = buffers.get(buffer)?.place;
    invariant(place !== undefined, `no buffer ${buffer}`);
    const by = dynamic === undefined ? "" : `${dynamic.local}*${dynamic.stride}`;
    const argument = place.kind === "argument" ? place.index : undefined;
    const start = place.kind === "argument" ? 0 : arena + 4 * place.offset;
    const found: Located = {
      pointer: pointerOf(argument, by, inOrder(offset, order)),
      constant: start + 4 * offset.constant,
    };
    located.set(address, found);
    return found;
  };

  const visit = (address: Address, element: number): void => {
    const { pointer, constant } = locate(address);
    pointer.constant = Math.min(pointer.constant, constant + 4 * element);
  };
  const enter = ({ variable }: For): void => {
    invariant(!order.has(variable), `two loops of ${variable}`);
    order.set(variable, order.size);
    advanced.set(variable, []);
  };
  visitAddresses(kernel.body, enter, visit);
  // Pointers that are only advanced further take the least constant of those; children come after their parents.
  for (const { parent, constant } of [...pointers.values()].reverse()) {
    if (parent !== undefined) parent.constant = Math.min(parent.constant, constant);
  }

  return {
    roots,
    advancedBy: (variable) => advanced.get(variable) ?? [],
    of: (address, element) => {
      const { pointer, constant } = locate(address);
      return { pointer, offset: constant + 4 * element - pointer.constant };
    },
  };
};

/** Terms in bytes, one for each variable that counts, times first, then by nesting. */
const inOrder = ({ terms }: Affine, order: ReadonlyMap<Variable, number>): Affine["terms"] => {
  const sorted: Affine["terms"][number][] = [];
  for (const { variable, scale } of terms) {
    invariant(order.has(variable), `no loop of ${variable} around`);
    addTerm(sorted, variable, 4 * scale);
  }
  if (sorted.length < 2) return sorted;
  return sorted.sort((a, b) => (order.get(a.variable) ?? 0) - (order.get(b.variable) ?? 0));
};

/** Every element that is loaded or stored by itself, and every loop before what is in it. */
const visitAddresses = (
  body: readonly CodeStatement[],
  enter: (loop: For) => void,
  visit: (address: Address, element: number) => void,
): void => {
  const all = (address: Address, lanes: number, step = 1): void => {
    const elements = step === 1 ? 1 : lanes;
    for (let lane = 0; lane < elements; lane++) visit(address, lane * step);
  };
  const expression = (expr: CodeExpr): void => {
    if (expr.kind === "load") all(expr.from, expr.type.lanes, expr.step);
  };
  for (const statement of body) {
    if (statement.kind === "for") {
      enter(statement);
      visitAddresses(statement.body, enter, visit);
      continue;
    }
    visitExpressions(statement.value, expression);
    if (statement.kind === "store") all(statement.to, statement.type.lanes, statement.step);
  }
};
