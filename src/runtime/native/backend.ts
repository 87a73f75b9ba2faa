/** Graphs compiled to C. */
import type { Module, CodeTarget } from "../../code/code.ts";
import { success, type Result } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype, Graph, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { verify } from "../../graph/verify.ts";
import type { Backend } from "../backend.ts";
import { backendOver, placeOutputs, type Store } from "../buffers.ts";
import { keyOf } from "./key.ts";
import { link, relink, type Linked, type Linker } from "./library.ts";
import { openMemory, type MemoryBlock } from "./memory.ts";

/** What makes code of a graph. */
export type Generate = (
  graph: Graph,
  options: { readonly target: CodeTarget; readonly threads: number },
) => Module;

/**
 * A backend whose code is made by `generate`, for this many threads. What a `version` of it once made is not made again,
 * except where kernels are timed, whose names only new code knows.
 */
export const nativeBackend = (
  linker: Linker,
  threads: number,
  generate: Generate,
  version?: string,
): Backend => {
  const { koffi, toolchain } = linker;
  const memory = openMemory((array) => koffi.address(array));
  const taken = new Set<MemoryBlock>();
  const take = (shape: Shape): MemoryBlock => {
    const block = memory.take(4 * elements(shape));
    taken.add(block);
    return block;
  };
  const store: Store<MemoryBlock> = {
    name: "native",
    upload: ({ shape, data }, dtype) => {
      const block = take(shape);
      view(block, shape, dtype).set(data);
      return block;
    },
    read: (block, { shape, dtype }) => view(block, shape, dtype).slice(),
    release: (block) => {
      memory.give(block);
      taken.delete(block);
    },
    count: () => taken.size,
    dispose: () => undefined,
  };

  const compileAnew = (graph: Graph, key: string | undefined): Result<Linked> => {
    verify(graph);
    const module = generate(graph, { target: toolchain.target, threads });
    const fresh = [...graph.outputs.keys()].filter((name) => !graph.donated?.has(name));
    invariant(
      module.arguments === graph.inputs.length + fresh.length,
      `${module.arguments} arguments`,
    );
    return link(module, linker, key);
  };

  return backendOver(store, (graph) => {
    const key =
      version === undefined || linker.profile
        ? undefined
        : keyOf(graph, threads, version, toolchain);
    const known = key === undefined ? undefined : relink(key, linker);
    const linked = known === undefined ? compileAnew(graph, key) : success(known);
    if (!linked.ok) return linked;
    const place = placeOutputs(graph, ({ shape }) => take(shape));
    const block = new BigUint64Array(1 + graph.inputs.length + graph.outputs.size);
    return success({
      ...linked.value,
      inPlace: true,
      run: (args) => {
        const { results, taken } = place(args);
        [...args, ...taken].forEach(({ address }, i) => (block[1 + i] = address));
        linked.value.run(block);
        return results;
      },
    });
  });
};

const view = (
  { bytes, offset }: MemoryBlock,
  shape: Shape,
  dtype: Dtype,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> =>
  dtype === "float"
    ? new Float32Array(bytes, offset, elements(shape))
    : new Int32Array(bytes, offset, elements(shape));
