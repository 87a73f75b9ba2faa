/** TensorFlow.js's WebAssembly backend: the process has one, which anyone else may use at the same time. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Device } from "./device.ts";
import { kernelTable } from "./kernels.ts";
import { bind, deviceOf, tfjsDtype, type BoundKernel, type TensorMemory } from "./memory.ts";

/** Loads TensorFlow.js. Leaves its global choice of a backend alone. */
export const openWasm = async (): Promise<Device<TensorInfo>> => {
  const backend = await sharedBackend();
  const { getKernel } = await import("@tensorflow/tfjs-core");
  const make: TensorMemory["make"] = (shape, dtype) =>
    backend.makeOutput([...shape], tfjsDtype(dtype));
  const view: TensorMemory["view"] = (tensor) => {
    const elements = backend.typedArrayFromHeap(tensor);
    invariant(
      elements instanceof Float32Array || elements instanceof Int32Array,
      "elements are float32 or int32",
    );
    return elements;
  };
  const product = onePackingEach(
    (tensor) => {
      const copy = make(tensor.shape, "float");
      view(copy).set(view(tensor));
      return copy;
    },
    (tensor) => {
      backend.disposeData(tensor.dataId);
    },
  );
  const memory: TensorMemory = {
    name: "tfjs:wasm",
    kernel: (name) => {
      const bound = bind(getKernel(name, "wasm"), backend);
      return name === "BatchMatMul" ? bound && product(bound) : bound;
    },
    make,
    view,
    retain: ({ dataId }) => {
      backend.incRef(dataId);
    },
    release: ({ dataId }) => {
      backend.disposeData(dataId);
    },
    count: () => backend.numDataIds(),
  };
  return deviceOf(memory, kernelTable(memory));
};

/**
 * An unbatched product prepares its right factor and keeps that for the data, whatever their shape (tfjs 4.22,
 * xnn_matmul.cc): the same data under another shape would give wrong numbers and writes beyond the result. They are
 * copied instead.
 */
const onePackingEach = (
  copy: (tensor: TensorInfo) => TensorInfo,
  release: (tensor: TensorInfo) => void,
): ((product: BoundKernel) => BoundKernel) => {
  const shapes = new WeakMap<object, string>();
  return (product) => (inputs, attrs) => {
    const { b } = inputs;
    if (b === undefined || b.shape[0] !== 1) return product(inputs, attrs);
    const shape = b.shape.join();
    const first = shapes.get(b.dataId) ?? shape;
    shapes.set(b.dataId, first);
    if (first === shape) return product(inputs, attrs);
    const apart = copy(b);
    const result = product({ ...inputs, b: apart }, attrs);
    release(apart);
    return result;
  };
};

/**
 * Kernels of this backend hold functions of one WebAssembly instance, so a second one would break the first:
 * it must be the one that TensorFlow.js's engine keeps.
 */
const sharedBackend = async (): Promise<BackendWasm> => {
  const tf = await import("@tensorflow/tfjs-core");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const find = (): unknown => tf.findBackend("wasm");
  wasm.setWasmPaths(folderOfBinaries() + sep);
  // The first search starts it, and is in vain.
  if (find() === null) await withoutListeners(() => tf.ready());
  const backend = find();
  if (!(backend instanceof wasm.BackendWasm)) throw new Error("it did not start");
  for (const { setupFunc } of tf.getKernelsForBackend("wasm")) setupFunc?.(backend);
  return backend;
};

/** Beside this code where it is bundled, else in the package that they come from. */
const folderOfBinaries = (): string => {
  const binary = "tfjs-backend-wasm.wasm";
  const here = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(here, binary))) return here;
  const { resolve } = createRequire(import.meta.url);
  return dirname(resolve(`@tensorflow/tfjs-backend-wasm/dist/${binary}`));
};

/**
 * Emscripten's start-up code makes the process rethrow whatever is uncaught, with the whole of its one-line
 * source as context. Not for a library to decide.
 */
const withoutListeners = async (start: () => Promise<void>): Promise<void> => {
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => new Set(process.rawListeners(event)));
  await start();
  events.forEach((event, i) => {
    for (const listener of process.rawListeners(event)) {
      if (before[i]?.has(listener) === false) process.off(event, listener as () => void);
    }
  });
};
