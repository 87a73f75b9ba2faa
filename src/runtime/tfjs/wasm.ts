/** TensorFlow.js's WebAssembly backend: the process has one, which anyone else may use at the same time. */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import type { KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { invariant } from "../../diagnostics/invariant.ts";
import type { Device } from "./device.ts";
import { kernelTable } from "./kernels.ts";
import { bind, deviceOf, tfjsDtype, type Memory } from "./memory.ts";

/** Loads TensorFlow.js. Leaves its global choice of a backend alone. */
export const openWasm = async (): Promise<Device<TensorInfo>> => {
  const backend = await sharedBackend();
  const { getKernel } = await import("@tensorflow/tfjs-core");
  const memory: Memory = {
    name: "tfjs:wasm",
    kernel: (name) => {
      const config: KernelConfig | undefined = getKernel(name, "wasm");
      return config && bind(config.kernelFunc, backend);
    },
    make: (shape, dtype) => backend.makeOutput([...shape], tfjsDtype(dtype)),
    view: (tensor) => {
      const elements = backend.typedArrayFromHeap(tensor);
      invariant(
        elements instanceof Float32Array || elements instanceof Int32Array,
        "elements are float32 or int32",
      );
      return elements;
    },
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
 * Kernels of this backend hold functions of one WebAssembly instance, so a second one would break the first:
 * it must be the one that TensorFlow.js's engine keeps.
 */
const sharedBackend = async (): Promise<BackendWasm> => {
  const tf = await import("@tensorflow/tfjs-core");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const find = (): unknown => tf.findBackend("wasm");
  if (!tf.engine().backendNames().includes("wasm")) throw new Error("it is not registered");
  const require = createRequire(import.meta.url);
  const binary = require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm");
  wasm.setWasmPaths(dirname(binary) + sep);
  // The first search starts it, and is in vain.
  if (find() === null) await tf.ready();
  const backend = find();
  if (!(backend instanceof wasm.BackendWasm)) throw new Error("it did not start");
  for (const { setupFunc } of tf.getKernelsForBackend("wasm")) setupFunc?.(backend);
  return backend;
};
