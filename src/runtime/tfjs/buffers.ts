/** The part of a backend that is the same whatever runs the graphs: buffers over tensors that are counted. */
import { success, type Result } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype, Graph } from "../../graph/op.ts";
import { elements, sameShape } from "../../graph/shapes.ts";
import { verify } from "../../graph/verify.ts";
import type { Backend, Buffer, Executable, HostArray } from "../backend.ts";
import type { Tensors } from "./device.ts";

/** A graph ready to run on tensors: its inputs in their order to its outputs in theirs, which are the caller's. */
export interface Compiled<T> {
  readonly run: (args: readonly T[]) => readonly T[];
  readonly dispose: () => void;
}

/** The backend whose graphs `compile` makes ready. */
export const backendOver = <T>(
  store: Tensors<T>,
  compile: (graph: Graph) => Result<Compiled<T>>,
): Backend => {
  // What the buffers of this backend hold; a disposed one holds nothing.
  const tensors = new WeakMap<Buffer, T>();
  const tensorOf = (buffer: Buffer): T => {
    const tensor = tensors.get(buffer);
    invariant(tensor !== undefined, `a buffer is disposed of or not of ${store.name}`);
    return tensor;
  };
  const bufferOf = (tensor: T, shape: HostArray["shape"], dtype: Dtype): Buffer => {
    const buffer: Buffer = {
      shape,
      dtype,
      read: () => ({ shape, data: store.read(tensorOf(buffer)) }),
      dispose: () => {
        store.release(tensorOf(buffer));
        tensors.delete(buffer);
      },
    };
    tensors.set(buffer, tensor);
    return buffer;
  };
  const executable = (graph: Graph, { run, dispose }: Compiled<T>): Executable => {
    const outputs = [...graph.outputs];
    return {
      run: (inputs) => {
        const args = graph.inputs.map(({ attrs: { name }, shape, dtype }) => {
          const buffer = inputs.get(name);
          invariant(buffer !== undefined, `no input ${name}`);
          invariant(
            sameShape(buffer.shape, shape) && buffer.dtype === dtype,
            `input ${name} is ${buffer.dtype} [${buffer.shape.join(", ")}], not ${dtype} [${shape.join(", ")}]`,
          );
          return tensorOf(buffer);
        });
        const results = run(args);
        return new Map(
          outputs.map(([name, { shape, dtype }], i) => {
            const tensor = results[i];
            invariant(tensor !== undefined, `no result ${name}`);
            return [name, bufferOf(tensor, shape, dtype)];
          }),
        );
      },
      dispose,
    };
  };

  return {
    name: store.name,
    upload: (array, dtype = array.data instanceof Int32Array ? "int" : "float") => {
      const { shape, data } = array;
      invariant(
        data.length === elements(shape),
        `${data.length} elements for [${shape.join(", ")}]`,
      );
      return bufferOf(store.upload(array, dtype), shape, dtype);
    },
    compile: (graph) => {
      verify(graph);
      const compiled = compile(graph);
      return compiled.ok ? success(executable(graph, compiled.value)) : compiled;
    },
    count: store.count,
    dispose: store.dispose,
  };
};
