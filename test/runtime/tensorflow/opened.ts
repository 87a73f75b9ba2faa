/** Native TensorFlow where it is installed; else the reason why not. */
import { openTensorflow } from "../../../src/runtime/tensorflow/index.ts";
import type { Backend } from "../../../src/runtime/backend.ts";

export const opened = async (unrolledNodes?: number): Promise<Backend | string> => {
  try {
    return await openTensorflow(unrolledNodes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
