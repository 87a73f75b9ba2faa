/** TensorFlow.js's plain JavaScript backend: an instance of our own, apart from the global ones. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { invariant } from "../../diagnostics/invariant.ts";
import { elements } from "../../graph/shapes.ts";
import type { Device } from "./device.ts";
import { kernelTable } from "./kernels.ts";
import { bind, deviceOf, tfjsDtype, type TensorMemory } from "./memory.ts";

/** Loads TensorFlow.js. */
export const openPlain = async (): Promise<Device<TensorInfo>> => {
  const tf = await import("@tensorflow/tfjs-core");
  const { MathBackendCPU } = await import("@tensorflow/tfjs-backend-cpu");
  const backend = new MathBackendCPU();

  // Its first tensor makes a backend advertise others on the console, unless in production.
  const production = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  backend.disposeData(backend.write(new Float32Array(1), [1], "float32"));
  tf.env().set("PROD", production);

  const memory: TensorMemory = {
    name: "tfjs:cpu",
    kernel: (name) => bind(tf.getKernel(name, "cpu"), backend),
    make: (shape, dtype) => {
      const count = elements(shape);
      const values = dtype === "float" ? new Float32Array(count) : new Int32Array(count);
      return backend.makeTensorInfo([...shape], tfjsDtype(dtype), values);
    },
    view: ({ dataId }) => {
      const { values } = backend.data.get(dataId);
      invariant(
        values instanceof Float32Array || values instanceof Int32Array,
        "elements are float32 or int32",
      );
      return values;
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
