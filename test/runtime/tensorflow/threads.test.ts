import { expect, test } from "vitest";
import { setThreads } from "../../../src/runtime/tensorflow/threads.ts";

test("operations run side by side, none is divided", () => {
  const environment = { GTMC_THREADS: "3" };
  setThreads(environment);
  expect(environment).toEqual({
    GTMC_THREADS: "3",
    TF_NUM_INTEROP_THREADS: "3",
    TF_NUM_INTRAOP_THREADS: "1",
  });
});

test("TensorFlow's own variables go first", () => {
  const environment = { TF_NUM_INTEROP_THREADS: "5", TF_NUM_INTRAOP_THREADS: "4" };
  setThreads(environment);
  expect(environment).toEqual({ TF_NUM_INTEROP_THREADS: "5", TF_NUM_INTRAOP_THREADS: "4" });
});
