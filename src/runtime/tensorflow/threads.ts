/** How TensorFlow uses threads: it asks its environment, once, when it is loaded. */
import { availableParallelism } from "node:os";
import { threadCount } from "../thread-count.ts";

/**
 * Threads are for operations side by side. One operation divided among threads, as TensorFlow does by default, waits
 * for them longer than it computes: a step of W1 of the benchmarks takes twice as long then, and of ten times as many
 * sequences still 1.3 times. Where TensorFlow's own variables are set, they stay as they are.
 */
export const setThreads = (environment: NodeJS.ProcessEnv): void => {
  const threads = threadCount(environment["GTMC_THREADS"], availableParallelism());
  environment["TF_NUM_INTEROP_THREADS"] ??= `${threads}`;
  environment["TF_NUM_INTRAOP_THREADS"] ??= "1";
};
