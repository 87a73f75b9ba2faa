/** Graphs run op by op on TensorFlow.js: forward kernels only, no tape. */
import { failure, success, type Result } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype, Graph, OpName } from "../../graph/op.ts";
import { elements, sameShape } from "../../graph/shapes.ts";
import { verify } from "../../graph/verify.ts";
import type { Backend, Buffer, Executable, HostArray } from "../backend.ts";
import { missingPrimitives } from "../messages.ts";
import { constantsOf } from "./constants.ts";
import type { Device } from "./device.ts";
import { compileProgram } from "./program.ts";

/** A backend, and the tensors alive on it, for finding leaks. */
export interface TfjsBackend extends Backend {
  readonly count: () => number;
}

export const backendOf = <T>(device: Device<T>): TfjsBackend => {
  // What the buffers of this backend hold; a disposed one holds nothing.
  const tensors = new WeakMap<Buffer, T>();
  const tensorOf = (buffer: Buffer): T => {
    const tensor = tensors.get(buffer);
    invariant(tensor !== undefined, `a buffer is disposed of or not of ${device.name}`);
    return tensor;
  };
  const bufferOf = (tensor: T, shape: HostArray["shape"], dtype: Dtype): Buffer => {
    const buffer: Buffer = {
      shape,
      dtype,
      read: () => ({ shape, data: device.read(tensorOf(buffer)) }),
      dispose: () => {
        device.release(tensorOf(buffer));
        tensors.delete(buffer);
      },
    };
    tensors.set(buffer, tensor);
    return buffer;
  };

  return {
    name: device.name,
    upload: (array, dtype = array.data instanceof Int32Array ? "int" : "float") => {
      const { shape, data } = array;
      invariant(
        data.length === elements(shape),
        `${data.length} elements for [${shape.join(", ")}]`,
      );
      return bufferOf(device.upload(array, dtype), shape, dtype);
    },
    compile: (graph) => compile(device, graph, tensorOf, bufferOf),
    count: device.count,
    dispose: device.dispose,
  };
};

const compile = <T>(
  device: Device<T>,
  graph: Graph,
  tensorOf: (buffer: Buffer) => T,
  bufferOf: (tensor: T, shape: HostArray["shape"], dtype: Dtype) => Buffer,
): Result<Executable> => {
  verify(graph);
  const constants = constantsOf(device);
  const missing = new Set<OpName>();
  const outputs = [...graph.outputs];
  const run = compileProgram(
    { device, constants, missing },
    graph.inputs,
    outputs.map(([, node]) => node),
  );
  if (missing.size > 0) {
    constants.dispose();
    return failure(missingPrimitives(device.name, [...missing]));
  }
  return success({
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
    dispose: constants.dispose,
  });
};
