/** Modules written by hand, run as WebAssembly and by the interpreter. */
import type { Kernel, Module, CodeStatement, CodeType } from "../../../src/code/code.ts";
import { functionsFor } from "../../../src/code/functions/index.ts";
import { interpretModule } from "../../../src/code/interpret.ts";
import { verifyModule } from "../../../src/code/verify.ts";
import { createMachine, type Machine } from "../../../src/runtime/wasm/machine.ts";
import { findPlatform } from "../../../src/runtime/wasm/platform.ts";

export type Elements = Float32Array | Int32Array;

const platform = await findPlatform();

export const machineOf = (threads: number, relaxed: boolean): Machine =>
  createMachine({ platform, threads, relaxed });

/** An argument of a module: its size and what it holds. */
export interface Argument {
  readonly name: string;
  readonly scalar: Exclude<CodeType["scalar"], "mask">;
  readonly size: number;
}

/** A module whose arguments are these and whose arena is one buffer, "arena". */
export const moduleOf = (
  args: readonly Argument[],
  kernels: readonly Kernel[],
  schedule: Module["schedule"],
  { threads = 1, arena = 0 }: { readonly threads?: number; readonly arena?: number } = {},
): Module => ({
  buffers: [
    ...args.map((arg, index) => ({ ...arg, place: { kind: "argument" as const, index } })),
    { name: "arena", scalar: "f32", size: arena, place: { kind: "arena", offset: 0 } },
  ],
  arguments: args.length,
  arena,
  threads,
  functions: functionsFor(
    new Set([
      "exp",
      "log",
      "pow",
      "sigmoid",
      "softplus",
      "tanh",
      "sin",
      "cos",
      "lgamma",
      "digamma",
      "trigamma",
    ]),
  ),
  kernels,
  schedule,
});

export const kernelOf = (name: string, body: readonly CodeStatement[], more = {}): Kernel => ({
  name,
  alone: false,
  times: [],
  flops: 0,
  body,
  ...more,
});

/** A module that runs these statements once. */
export const moduleOfBody = (
  args: readonly Argument[],
  body: readonly CodeStatement[],
  options = {},
): Module => moduleOf(args, [kernelOf("body", body)], [{ kind: "run", kernel: "body" }], options);

/** What the arguments hold after some runs as WebAssembly. */
export const run = (
  machine: Machine,
  module: Module,
  args: readonly Elements[],
  times = 1,
): readonly Elements[] => {
  const { heap } = machine;
  const addresses = args.map((arg) => heap.allocate(arg.byteLength));
  const loaded = machine.load(module);
  const view = (i: number): Elements => {
    const [address = 0, arg] = [addresses[i], args[i]];
    const length = arg?.length ?? 0;
    return arg instanceof Int32Array ? heap.ints(address, length) : heap.floats(address, length);
  };
  args.forEach((arg, i) => {
    view(i).set(arg);
  });
  for (let i = 0; i < times; i++) loaded.run(addresses);
  const results = args.map((_, i) => view(i).slice());
  loaded.dispose();
  for (const address of addresses) heap.free(address);
  return results;
};

/** What the arguments hold after the interpreter has run the module. */
export const interpret = (module: Module, args: readonly Elements[]): readonly Elements[] => {
  verifyModule(module);
  const results = args.map((arg) => arg.slice());
  interpretModule(module, results);
  return results;
};
