/** The part of a backend that is the same whatever runs the graphs: buffers that are owned, given and checked. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Dtype, Graph } from "../graph/op.ts";
import { elements, sameShape, showType } from "../graph/shapes.ts";
import type { Backend, Buffer, Executable, HostArray } from "./backend.ts";

/** Where arrays are kept, as `T`s: tensors, blocks of memory, addresses. */
export interface Store<T> {
  /** Of the backend. */
  readonly name: string;
  readonly upload: (array: HostArray, dtype: Dtype) => T;
  /** A copy of an array of this shape and dtype. */
  readonly read: (kept: T, typed: Pick<Buffer, "shape" | "dtype">) => HostArray["data"];
  /** Its owner needs it no more. */
  readonly release: (kept: T) => void;
  /** How many are kept, for finding leaks. */
  readonly count: () => number;
  readonly dispose: () => void;
}

/** A graph ready to run: its inputs in their order to its outputs in theirs, which are the caller's. */
export interface Compiled<T> extends Pick<Executable, "profile"> {
  readonly run: (args: readonly T[]) => readonly T[];
  readonly dispose: () => void;
}

/** The backend whose graphs `compile` makes ready, and verifies. */
export const backendOver = <T>(
  store: Store<T>,
  compile: (graph: Graph) => Result<Compiled<T>>,
): Backend => {
  // What the buffers of this backend hold; a disposed one holds nothing.
  const tensors = new WeakMap<Buffer, T>();
  const tensorOf = (buffer: Buffer): T => {
    const tensor = tensors.get(buffer);
    invariant(
      tensor !== undefined,
      `a disposed buffer, or one of another backend than ${store.name}`,
    );
    return tensor;
  };
  const bufferOf = (tensor: T, shape: HostArray["shape"], dtype: Dtype): Buffer => {
    const buffer: Buffer = {
      shape,
      dtype,
      read: () => ({ shape, data: store.read(tensorOf(buffer), buffer) }),
      dispose: () => {
        store.release(tensorOf(buffer));
        tensors.delete(buffer);
      },
    };
    tensors.set(buffer, tensor);
    return buffer;
  };
  const executable = (graph: Graph, { run, ...rest }: Compiled<T>): Executable => {
    const outputs = [...graph.outputs];
    return {
      run: (inputs) => {
        const args = graph.inputs.map(({ attrs: { name }, shape, dtype }) => {
          const buffer = inputs.get(name);
          invariant(buffer !== undefined, `no input ${name}`);
          invariant(
            sameShape(buffer.shape, shape) && buffer.dtype === dtype,
            `input ${name} is ${showType(buffer)}, not ${showType({ shape, dtype })}`,
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
      ...rest,
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
      const compiled = compile(graph);
      return compiled.ok ? success(executable(graph, compiled.value)) : compiled;
    },
    count: store.count,
    dispose: store.dispose,
  };
};
