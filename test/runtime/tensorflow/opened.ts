/** Native TensorFlow where it is installed; else the reason why not. */
import { openTensorflow } from "../../../src/runtime/tensorflow/index.ts";
import type { TfjsBackend } from "../../../src/runtime/tfjs/index.ts";

export const opened = async (unrolledNodes?: number): Promise<TfjsBackend | string> => {
  try {
    return await openTensorflow(unrolledNodes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
