/** The part of a backend that is the same whatever runs the graphs: buffers that are owned, given and checked. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import type { Dtype, Graph, Node } from "../graph/op.ts";
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
export interface CompiledGraph<T> extends Pick<Executable, "profile"> {
  /** Whether outputs of donated inputs' names are what was given as these. */
  readonly inPlace?: boolean;
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

  /** Has the buffer hold nothing any more; what it kept is somebody else's. */
  static leave<T>(store: Store<T>, buffer: Buffer): void {
    if (#store in buffer && buffer.#store === (store as unknown)) buffer.#kept = undefined;
  }

  dispose(): void {
    this.#store.release(Held.keptIn(this.#store, this));
    this.#kept = undefined;
  }
}

/** The outputs in order: those of donated inputs' names where these are, the others where `take` says. */
export const placeOutputs = <T>(
  { inputs, outputs, donated }: Graph,
  take: (output: Node) => T,
): ((args: readonly T[]) => { readonly results: readonly T[]; readonly taken: readonly T[] }) => {
  const places = [...outputs].map(([name, node]) => ({
    node,
    from: donated?.has(name) ? inputs.findIndex(({ attrs }) => attrs.name === name) : -1,
  }));
  return (args) => {
    const taken: T[] = [];
    const results = places.map(({ node, from }) => {
      const given = args[from];
      if (given !== undefined) return given;
      const place = take(node);
      taken.push(place);
      return place;
    });
    return { results, taken };
  };
};

/** The backend whose graphs `compile` makes ready, and verifies. */
export const backendOver = <T>(
  store: Store<T>,
  compile: (graph: Graph) => Result<CompiledGraph<T>>,
): Backend => {
  const executable = (graph: Graph, { run, inPlace, ...rest }: CompiledGraph<T>): Executable => {
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
        for (const name of graph.donated ?? []) {
          const buffer = inputs.get(name);
          if (buffer === undefined) continue;
          if (inPlace === true && graph.outputs.has(name)) Held.leave(store, buffer);
          else buffer.dispose();
        }
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
