/** Graphs compiled to WebAssembly. */
import { success } from "../../diagnostics/diagnostic.ts";
import type { CodeTarget } from "../../code/code.ts";
import { generate } from "../../code/generate.ts";
import type { Dtype, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { verify } from "../../graph/verify.ts";
import type { Backend } from "../backend.ts";
import { backendOver, placeOutputs, type Store } from "../buffers.ts";
import type { Machine } from "./machine.ts";

/**
 * V8 has 15 vector registers to give out, and products that are not fused with sums need one. One sum that does not stay in a
 * register costs a third of the speed.
 */
const target: CodeTarget = { lanes: 4, registers: 14, loadsFirst: true };

export const backendOf = (machine: Machine, threads: number): Backend => {
  const { heap } = machine;
  const view = (address: number, shape: Shape, dtype: Dtype): Float32Array | Int32Array =>
    (dtype === "float" ? heap.floats : heap.ints)(address, elements(shape));
  const take = (shape: Shape): number => heap.allocate(4 * elements(shape));
  const store: Store<number> = {
    name: "wasm",
    upload: ({ shape, data }, dtype) => {
      const address = take(shape);
      view(address, shape, dtype).set(data);
      return address;
    },
    read: (address, { shape, dtype }) => view(address, shape, dtype).slice(),
    release: heap.free,
    count: heap.count,
    dispose: machine.dispose,
  };
  return backendOver(store, (graph) => {
    verify(graph);
    const loaded = machine.load(generate(graph, { target, threads }));
    const place = placeOutputs(graph, ({ shape }) => take(shape));
    return success({
      inPlace: true,
      run: (args) => {
        const { results, taken } = place(args);
        loaded.run([...args, ...taken]);
        return results;
      },
      dispose: loaded.dispose,
    });
  });
};
