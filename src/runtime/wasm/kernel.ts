/** A kernel as a WebAssembly function of its thread's number and its time variables. */
import type { Address, CodeBuffer, Function, CodeFunctionName, Kernel } from "../../code/code.ts";
import {
  access,
  addScaled,
  constant,
  define,
  finish,
  fresh,
  get,
  newBody,
  op,
  set,
  type FunctionBody,
} from "./body.ts";
import type { Bytes } from "./bytes.ts";
import { i32 } from "./opcodes.ts";
import { planPointers, type Pointer, type Pointers } from "./pointers.ts";
import { emitStatements } from "./statements.ts";

/** What the functions of a module have in common. Addresses are in bytes. */
export interface ModuleContext {
  readonly buffers: ReadonlyMap<string, CodeBuffer>;
  readonly threads: number;
  readonly arena: number;
  /** Where the pointers to the arguments are. */
  readonly table: number;
  readonly relaxed: boolean;
  readonly functions: ReadonlyMap<CodeFunctionName, Function>;
}

export const encodeKernel = (kernel: Kernel, surroundings: ModuleContext): Bytes => {
  const { buffers, arena, threads, relaxed, functions } = surroundings;
  const pointers = planPointers(kernel, buffers, arena);
  const locals = new Map<Pointer, number>();
  const localOf = (pointer: Pointer): number => {
    const known = locals.get(pointer);
    if (known !== undefined) return known;
    const local = fresh(body, "i32");
    locals.set(pointer, local);
    return local;
  };
  const push = (pointer: Pointer): void => {
    if (isKnown(pointer)) constant(body, pointer.constant);
    else get(body, localOf(pointer));
  };
  const body: FunctionBody = newBody(1 + kernel.times.length, {
    places: new Map(
      kernel.times.map((time, i) => [time, { index: i + 1, type: { scalar: "i32", lanes: 1 } }]),
    ),
    functions,
    address: (_, address, element) => pushAddress(body, pointers, push, address, element),
    relaxed,
  });
  for (const pointer of pointers.roots) {
    if (isKnown(pointer)) continue;
    emitRoot(body, pointer, surroundings.table);
    set(body, localOf(pointer));
  }
  const loops = {
    body,
    threads,
    thread: 0,
    advancedBy: pointers.advancedBy,
    localOf,
    push,
  };
  emitStatements(loops, kernel.body);
  return finish(body);
};

/** Whether a pointer is the same address at every time. */
const isKnown = ({ argument, terms }: Pointer): boolean =>
  argument === undefined && terms.length === 0;

/** A pointer at the beginning of the kernel. */
const emitRoot = (
  body: FunctionBody,
  { argument, terms, constant: at }: Pointer,
  table: number,
): void => {
  constant(body, at);
  if (argument !== undefined) {
    constant(body, 0);
    access(body, i32.load, table + 4 * argument);
    op(body, i32.add);
  }
  for (const { variable, scale } of terms) {
    addScaled(body, define(body, variable, { scalar: "i32", lanes: 1 }), scale);
  }
};

const pushAddress = (
  body: FunctionBody,
  pointers: Pointers,
  push: (pointer: Pointer) => void,
  address: Address,
  element: number,
): number => {
  const { pointer, offset } = pointers.of(address, element);
  if (address.dynamic === undefined && isKnown(pointer)) {
    constant(body, 0);
    return pointer.constant + offset;
  }
  push(pointer);
  if (address.dynamic !== undefined) {
    const { local, stride } = address.dynamic;
    addScaled(body, define(body, local, { scalar: "i32", lanes: 1 }), 4 * stride);
  }
  return offset;
};
