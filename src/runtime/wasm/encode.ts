/** Code as a WebAssembly module: no toolchain, and the same bytes wherever it runs. */
import type { Buffer, Function, FunctionName, Lanes, Module } from "../../code/code.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import { encodeBarrier } from "./barrier.ts";
import { append, list, section, text, unsigned, type Bytes } from "./bytes.ts";
import { encodeFunction, encodeKernel, type Surroundings } from "./kernel.ts";
import { valueTypes, type ValueType } from "./opcodes.ts";
import { encodeSchedule } from "./schedule.ts";

/** Where and how a module will run. */
export interface Place {
  /** Addresses of the arena and of the table of pointers to the arguments, in bytes. */
  readonly arena: number;
  readonly table: number;
  /** Pages that its memory may have at most. */
  readonly maximum: number;
  /** Whether its memory is shared with other threads. */
  readonly shared: boolean;
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  /** Whether the first thread may sleep at a barrier. */
  readonly firstSleeps: boolean;
}

/** A function in the making: the types of its parameters and results, and what the code section says of it. */
interface Encoded {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly code: Bytes;
}

/** The bytes of a module that imports `env.memory` and exports `step`, which takes the number of the thread. */
export const encode = (module: Module, place: Place): Uint8Array<ArrayBuffer> => {
  const { threads, kernels, schedule } = module;
  const called = calledFunctions(module.functions, kernels.length + 2);
  const surroundings: Surroundings = {
    buffers: new Map(module.buffers.map((buffer): [string, Buffer] => [buffer.name, buffer])),
    threads,
    arena: place.arena,
    table: place.table,
    relaxed: place.relaxed,
    callee: called.index,
  };
  const indices = new Map(kernels.map((kernel, i) => [kernel.name, { kernel, index: i + 2 }]));
  const functions: readonly Encoded[] = [
    {
      name: "barrier",
      params: ["i32"],
      results: [],
      code: encodeBarrier(threads, place.firstSleeps),
    },
    {
      name: "step",
      params: ["i32"],
      results: [],
      code: encodeSchedule(schedule, indices, threads),
    },
    ...kernels.map((kernel) => ({
      name: kernel.name,
      params: ["i32" as const, ...kernel.times.map(() => "i32" as const)],
      results: [],
      code: encodeKernel(kernel, surroundings),
    })),
    ...called.encodeAll(surroundings),
  ];
  return assemble(functions, place);
};

/** The functions that are called, in the order in which they are met, behind `first` others. */
const calledFunctions = (functions: readonly Function[], first: number) => {
  const byName = new Map(functions.map((each) => [each.name, each]));
  const met = new Map<string, { readonly of: Function; readonly lanes: Lanes }>();
  const index = (name: FunctionName, lanes: Lanes): number => {
    const key = `${name}x${lanes}`;
    const of = byName.get(name);
    invariant(of !== undefined, `no function ${name}`);
    if (!met.has(key)) met.set(key, { of, lanes });
    return first + [...met.keys()].indexOf(key);
  };
  const encodeAll = (surroundings: Surroundings): readonly Encoded[] => {
    const encoded: Encoded[] = [];
    // Encoding one may meet more of them, which a map's iterator goes on to.
    for (const [name, { of, lanes }] of met) {
      const type: ValueType = lanes === 1 ? "f32" : "v128";
      const code = encodeFunction(of, lanes, surroundings);
      encoded.push({ name, params: of.params.map(() => type), results: [type], code });
    }
    return encoded;
  };
  return { index, encodeAll };
};

const sections = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 };

const assemble = (
  functions: readonly Encoded[],
  { shared, maximum }: Place,
): Uint8Array<ArrayBuffer> => {
  const signatures = new Map<string, { readonly index: number; readonly bytes: Bytes }>();
  const types = functions.map(({ params, results }) => {
    const key = `${params.join()}:${results.join()}`;
    const known = signatures.get(key);
    if (known !== undefined) return [known.index];
    const bytes = [0x60, ...typeList(params), ...typeList(results)];
    signatures.set(key, { index: signatures.size, bytes });
    return [signatures.size - 1];
  });
  const memory: Bytes = [];
  text(memory, "env");
  text(memory, "memory");
  // A memory with a maximum, shared or not, of one page at least.
  memory.push(0x02, shared ? 0x03 : 0x01, 1);
  unsigned(memory, maximum);
  const step: Bytes = [];
  text(step, "step");
  step.push(0x00, 1);

  const bytes: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  section(bytes, sections.type, list([...signatures.values()].map((each) => each.bytes)));
  section(bytes, sections.import, list([memory]));
  section(bytes, sections.function, list(types));
  section(bytes, sections.export, list([step]));
  section(bytes, sections.code, list(functions.map(({ code }) => code)));
  section(bytes, sections.custom, names(functions));
  return Uint8Array.from(bytes);
};

const typeList = (types: readonly ValueType[]): Bytes =>
  list(types.map((type) => [valueTypes[type]]));

/** The names of functions, for profilers. */
const names = (functions: readonly Encoded[]): Bytes => {
  const bytes: Bytes = [];
  text(bytes, "name");
  const entries = functions.map(({ name }, i) => {
    const entry: Bytes = [];
    unsigned(entry, i);
    text(entry, name);
    return entry;
  });
  const content = list(entries);
  bytes.push(1);
  unsigned(bytes, content.length);
  append(bytes, content);
  return bytes;
};
