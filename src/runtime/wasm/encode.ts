/** Code as a WebAssembly module: no toolchain, and the same bytes wherever it runs. */
import type { CodeBuffer, Module } from "../../code/code.ts";
import { encodeBarrier } from "./barrier.ts";
import {
  joined,
  lengthOf,
  list,
  section,
  text,
  unsigned,
  type Bytes,
  type ByteParts,
} from "./bytes.ts";
import { encodeKernel, type ModuleContext } from "./kernel.ts";
import { valueTypes } from "./opcodes.ts";
import { encodeSchedule } from "./schedule.ts";

/** Where and how a module will run. */
export interface ModulePlacement {
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

/** A function in the making: how many i32 it takes, and what the code section says of it. It gives nothing. */
interface Encoded {
  readonly name: string;
  readonly params: number;
  readonly code: Bytes;
}

/** The bytes of a module that imports `env.memory` and exports `step`, which takes the number of the thread. */
export const encode = (module: Module, place: ModulePlacement): Uint8Array<ArrayBuffer> => {
  const { threads, kernels, schedule } = module;
  const surroundings: ModuleContext = {
    buffers: new Map(module.buffers.map((buffer): [string, CodeBuffer] => [buffer.name, buffer])),
    threads,
    arena: place.arena,
    table: place.table,
    relaxed: place.relaxed,
    functions: new Map(module.functions.map((each) => [each.name, each])),
  };
  const indices = new Map(kernels.map((kernel, i) => [kernel.name, { kernel, index: i + 2 }]));
  const functions: readonly Encoded[] = [
    { name: "barrier", params: 1, code: encodeBarrier(threads, place.firstSleeps) },
    { name: "step", params: 1, code: encodeSchedule(schedule, indices, threads) },
    ...kernels.map((kernel) => ({
      name: kernel.name,
      params: 1 + kernel.times.length,
      code: encodeKernel(kernel, surroundings),
    })),
  ];
  return assemble(functions, place);
};

const sections = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 };

const assemble = (
  functions: readonly Encoded[],
  { shared, maximum }: ModulePlacement,
): Uint8Array<ArrayBuffer> => {
  const counts = [...new Set(functions.map(({ params }) => params))];
  const signatures = counts.map((count) => [
    0x60,
    count,
    ...Array.from({ length: count }, () => valueTypes.i32),
    0,
  ]);
  const types = functions.map(({ params }) => [counts.indexOf(params)]);
  const memory: Bytes = [];
  text(memory, "env");
  text(memory, "memory");
  // A memory with a maximum, shared or not, of one page at least.
  memory.push(0x02, shared ? 0x03 : 0x01, 1);
  unsigned(memory, maximum);
  const step: Bytes = [];
  text(step, "step");
  step.push(0x00, 1);

  return joined([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(sections.type, list(signatures)),
    ...section(sections.import, list([memory])),
    ...section(sections.function, list(types)),
    ...section(sections.export, list([step])),
    ...section(sections.code, list(functions.map(({ code }) => code))),
    ...section(sections.custom, names(functions)),
  ]);
};

/** The names of functions, for profilers. */
const names = (functions: readonly Encoded[]): ByteParts => {
  const head: Bytes = [];
  text(head, "name");
  const entries = list(
    functions.map(({ name }, i) => {
      const entry: Bytes = [];
      unsigned(entry, i);
      text(entry, name);
      return entry;
    }),
  );
  head.push(1);
  unsigned(head, lengthOf(entries));
  return [head, ...entries];
};
