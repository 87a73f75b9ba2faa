/** Graphs compiled to C. */
import type { Module, Target } from "../../code/code.ts";
import { success, type Result } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype, Graph, Shape } from "../../graph/op.ts";
import { elements, sameShape, showType } from "../../graph/shapes.ts";
import { verify } from "../../graph/verify.ts";
import type { Backend, Buffer } from "../backend.ts";
import { keyOf } from "./key.ts";
import { link, relink, type Linked, type Linker } from "./library.ts";
import { openMemory, type Block } from "./memory.ts";

/** What makes code of a graph. */
export type Generate = (
  graph: Graph,
  options: { readonly target: Target; readonly threads: number },
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
  const live = new Map<Buffer, Block>();

  const blockOf = (buffer: Buffer): Block => {
    const block = live.get(buffer);
    invariant(block !== undefined, "a disposed buffer, or one of another backend");
    return block;
  };

  const make = (shape: Shape, dtype: Dtype): { readonly buffer: Buffer; readonly block: Block } => {
    const block = memory.take(elements(shape) * 4);
    const buffer: Buffer = {
      shape,
      dtype,
      read: () => ({ shape, data: view(blockOf(buffer), shape, dtype).slice() }),
      dispose: () => {
        memory.give(blockOf(buffer));
        live.delete(buffer);
      },
    };
    live.set(buffer, block);
    return { buffer, block };
  };

  const compileAnew = (graph: Graph, key: string | undefined): Result<Linked> => {
    verify(graph);
    const module = generate(graph, { target: toolchain.target, threads });
    invariant(
      module.arguments === graph.inputs.length + graph.outputs.size,
      `${module.arguments} arguments`,
    );
    return link(module, linker, key);
  };

  return {
    name: "native",
    upload: ({ shape, data }, dtype = data instanceof Int32Array ? "int" : "float") => {
      invariant(
        data.length === elements(shape),
        `${data.length} elements for [${shape.join(", ")}]`,
      );
      const { buffer, block } = make(shape, dtype);
      view(block, shape, dtype).set(data);
      return buffer;
    },
    compile: (graph) => {
      const key =
        version === undefined || linker.profile
          ? undefined
          : keyOf(graph, threads, version, toolchain);
      const known = key === undefined ? undefined : relink(key, linker);
      const linked = known === undefined ? compileAnew(graph, key) : success(known);
      if (!linked.ok) return linked;
      const outputs = [...graph.outputs].map(([name, { shape, dtype }]) => ({
        name,
        shape,
        dtype,
      }));
      const block = new BigUint64Array(1 + graph.inputs.length + outputs.length);
      return success({
        run: (inputs) => {
          graph.inputs.forEach(({ attrs: { name }, shape, dtype }, i) => {
            const input = inputs.get(name);
            invariant(input !== undefined, `no input ${name}`);
            const fits = input.dtype === dtype && sameShape(input.shape, shape);
            invariant(
              fits,
              `input ${name} is ${showType(input)}, not ${showType({ shape, dtype })}`,
            );
            block[1 + i] = blockOf(input).address;
          });
          const results = new Map<string, Buffer>();
          outputs.forEach(({ name, shape, dtype }, i) => {
            const result = make(shape, dtype);
            block[1 + graph.inputs.length + i] = result.block.address;
            results.set(name, result.buffer);
          });
          linked.value.run(block);
          return results;
        },
        profile: linked.value.profile,
        dispose: linked.value.dispose,
      });
    },
    count: () => live.size,
    dispose: () => undefined,
  };
};

const view = (
  { bytes, offset }: Block,
  shape: Shape,
  dtype: Dtype,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> =>
  dtype === "float"
    ? new Float32Array(bytes, offset, elements(shape))
    : new Int32Array(bytes, offset, elements(shape));
