/** The part of a backend that is the same whatever runs the graphs: buffers that are owned, given and checked. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { InternalError, invariant } from "../diagnostics/invariant.ts";
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

/** What a store keeps, as its owner sees it. A training step makes a hundred: they are instances, without closures. */
class Held<T> implements Buffer {
  readonly shape: HostArray["shape"];
  readonly dtype: Dtype;
  readonly #store: Store<T>;
  /** Nothing once it is disposed of. */
  #kept: T | undefined;

  constructor(store: Store<T>, kept: T, { shape, dtype }: Pick<Buffer, "shape" | "dtype">) {
    this.shape = shape;
    this.dtype = dtype;
    this.#store = store;
    this.#kept = kept;
  }

  /** What the store keeps for the buffer. */
  static keptIn<T>(store: Store<T>, buffer: Buffer): T {
    const kept =
      #store in buffer && buffer.#store === (store as unknown) ? buffer.#kept : undefined;
    if (kept === undefined) {
      throw new InternalError(`a disposed buffer, or one of another backend than ${store.name}`);
    }
    return kept as T;
  }

  read(): HostArray {
    return { shape: this.shape, data: this.#store.read(Held.keptIn(this.#store, this), this) };
  }

  dispose(): void {
    this.#store.release(Held.keptIn(this.#store, this));
    this.#kept = undefined;
  }
}

/** The backend whose graphs `compile` makes ready, and verifies. */
export const backendOver = <T>(
  store: Store<T>,
  compile: (graph: Graph) => Result<Compiled<T>>,
): Backend => {
  const executable = (graph: Graph, { run, ...rest }: Compiled<T>): Executable => {
    const outputs = [...graph.outputs];
    return {
      run: (inputs) => {
        const args = graph.inputs.map(({ attrs: { name }, shape, dtype }) => {
          const buffer = inputs.get(name);
          invariant(buffer !== undefined, `no input ${name}`);
          if (!sameShape(buffer.shape, shape) || buffer.dtype !== dtype) {
            const [found, wanted] = [buffer, { shape, dtype }].map(showType);
            throw new InternalError(`input ${name} is ${found ?? ""}, not ${wanted ?? ""}`);
          }
          return Held.keptIn(store, buffer);
        });
        const results = run(args);
        return new Map(
          outputs.map(([name, node], i) => {
            const kept = results[i];
            invariant(kept !== undefined, `no result ${name}`);
            return [name, new Held(store, kept, node)];
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
      return new Held(store, store.upload(array, dtype), { shape, dtype });
    },
    compile: (graph) => {
      const compiled = compile(graph);
      return compiled.ok ? success(executable(graph, compiled.value)) : compiled;
    },
    count: store.count,
    dispose: store.dispose,
  };
};
