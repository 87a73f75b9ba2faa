/** Graphs compiled to WebAssembly. */
import { success } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Target } from "../../code/code.ts";
import { generate } from "../../code/generate.ts";
import type { Dtype, Graph, Shape } from "../../graph/op.ts";
import { elements, sameShape } from "../../graph/shapes.ts";
import { verify } from "../../graph/verify.ts";
import type { Backend, Buffer, Executable } from "../backend.ts";
import type { Machine } from "./machine.ts";

/**
 * V8 has 15 vector registers to give out, and products that are not fused with sums need one. One sum that does not stay in a
 * register costs a third of the speed.
 */
const target: Target = { lanes: 4, registers: 14, loadsFirst: true };

export const backendOf = (machine: Machine, threads: number): Backend => {
  const { heap } = machine;
  // Where buffers of this backend are; a disposed one is nowhere.
  const addresses = new WeakMap<Buffer, number>();
  const addressOf = (buffer: Buffer): number => {
    const address = addresses.get(buffer);
    invariant(address !== undefined, "a buffer is disposed of or not of wasm");
    return address;
  };
  const view = (buffer: Buffer): Float32Array | Int32Array => {
    const view = buffer.dtype === "float" ? heap.floats : heap.ints;
    return view(addressOf(buffer), elements(buffer.shape));
  };
  const create = (shape: Shape, dtype: Dtype): Buffer => {
    const buffer: Buffer = {
      shape,
      dtype,
      read: () => ({ shape, data: view(buffer).slice() }),
      dispose: () => {
        heap.free(addressOf(buffer));
        addresses.delete(buffer);
      },
    };
    addresses.set(buffer, heap.allocate(4 * elements(shape)));
    return buffer;
  };
  return {
    name: "wasm",
    upload: (array, dtype = array.data instanceof Int32Array ? "int" : "float") => {
      const { shape, data } = array;
      invariant(
        data.length === elements(shape),
        `${data.length} elements for [${shape.join(", ")}]`,
      );
      const buffer = create(shape, dtype);
      view(buffer).set(data);
      return buffer;
    },
    compile: (graph) => success(compile(graph, machine, threads, addressOf, create)),
    count: heap.count,
    dispose: machine.dispose,
  };
};

const compile = (
  graph: Graph,
  machine: Machine,
  threads: number,
  addressOf: (buffer: Buffer) => number,
  create: (shape: Shape, dtype: Dtype) => Buffer,
): Executable => {
  verify(graph);
  const loaded = machine.load(generate(graph, { target, threads }));
  return {
    run: (inputs) => {
      const given = graph.inputs.map(({ attrs: { name }, shape, dtype }) => {
        const buffer = inputs.get(name);
        invariant(buffer !== undefined, `no input ${name}`);
        invariant(
          sameShape(buffer.shape, shape) && buffer.dtype === dtype,
          `input ${name} is ${buffer.dtype} [${buffer.shape.join(", ")}], not ${dtype} [${shape.join(", ")}]`,
        );
        return addressOf(buffer);
      });
      const results = new Map(
        [...graph.outputs].map(([name, { shape, dtype }]) => [name, create(shape, dtype)]),
      );
      loaded.run([...given, ...[...results.values()].map(addressOf)]);
      return results;
    },
    dispose: loaded.dispose,
  };
};
