/** The body of a WebAssembly function in the making. */
import type { Address, Function, CodeFunctionName, Local, CodeType } from "../../code/code.ts";
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import { append, signed, unsigned, type Bytes } from "./bytes.ts";
import { control, i32, valueTypes, type Opcode, type WasmType } from "./opcodes.ts";

/** A local of the function and what the code says it holds. */
export interface WasmLocal {
  readonly index: number;
  readonly type: CodeType;
}

export interface FunctionBody {
  readonly code: Bytes;
  /** Types of the locals after the parameters. */
  readonly locals: WasmType[];
  readonly params: number;
  /** By the names of the code: local values, loop variables and time variables. */
  readonly places: Map<Local, WasmLocal>;
  readonly functions: ReadonlyMap<CodeFunctionName, Function>;
  /** Pushes an address and returns the immediate offset that goes with it, both in bytes. */
  readonly address: (body: FunctionBody, address: Address, element: number) => number;
  /** Whether instructions of relaxed SIMD may be used. */
  readonly relaxed: boolean;
}

/** Of a function with this many parameters, that calls others or reaches buffers only if it is given them. */
export const newBody = (
  params: number,
  given: Partial<Pick<FunctionBody, "places" | "functions" | "address" | "relaxed">> = {},
): FunctionBody => ({
  code: [],
  locals: [],
  params,
  places: new Map(),
  functions: new Map(),
  address: (_, { buffer }) => {
    throw new InternalError(`nothing may reach ${buffer} here`);
  },
  relaxed: false,
  ...given,
});

/** What a value of this type is in WebAssembly; a mask of one lane is an i32. */
export const valueType = ({ scalar, lanes }: CodeType): WasmType => {
  invariant(lanes === 1 || lanes === 4, `vectors of WebAssembly have 4 lanes, not ${lanes}`);
  if (lanes === 4) return "v128";
  return scalar === "f32" ? "f32" : "i32";
};

/** A new local without a name. */
export const fresh = (body: FunctionBody, type: WasmType): number =>
  body.params + body.locals.push(type) - 1;

/** A new local with a name, or the one that has it already. */
export const define = (body: FunctionBody, name: Local, type: CodeType): number => {
  const known = body.places.get(name);
  if (known !== undefined) return known.index;
  const index = fresh(body, valueType(type));
  body.places.set(name, { index, type });
  return index;
};

export const placeOf = (body: FunctionBody, name: Local): WasmLocal => {
  const place = body.places.get(name);
  invariant(place !== undefined, `${name} is not defined`);
  return place;
};

export const functionOf = ({ functions }: FunctionBody, name: CodeFunctionName): Function => {
  const found = functions.get(name);
  invariant(found !== undefined, `no function ${name}`);
  return found;
};

export const op = ({ code }: FunctionBody, opcode: Opcode): void => {
  append(code, opcode);
};

/** An instruction with one unsigned immediate. */
export const opWith = ({ code }: FunctionBody, opcode: Opcode, immediate: number): void => {
  append(code, opcode);
  unsigned(code, immediate);
};

export const constant = ({ code }: FunctionBody, value: number): void => {
  append(code, i32.const);
  signed(code, value);
};

export const get = (body: FunctionBody, index: number): void => {
  opWith(body, control.localGet, index);
};

export const set = (body: FunctionBody, index: number): void => {
  opWith(body, control.localSet, index);
};

/** Loads and stores: elements are aligned to their 4 bytes. */
export const access = ({ code }: FunctionBody, opcode: Opcode, offset: number): void => {
  append(code, opcode);
  unsigned(code, 2);
  unsigned(code, offset);
};

/** Adds `index` · `scale`, both i32, to what is on the stack. */
export const addScaled = (body: FunctionBody, index: number, scale: number): void => {
  get(body, index);
  if (scale !== 1) {
    constant(body, scale);
    op(body, i32.mul);
  }
  op(body, i32.add);
};

/** The function as the code section holds it. */
export const finish = ({ code, locals }: FunctionBody): Bytes => {
  const declared: Bytes = [];
  const runs: { type: WasmType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  unsigned(declared, runs.length);
  for (const { type, count } of runs) {
    unsigned(declared, count);
    declared.push(valueTypes[type]);
  }
  const size: Bytes = [];
  unsigned(size, declared.length + code.length + control.end.length);
  return size.concat(declared, code, control.end);
};
