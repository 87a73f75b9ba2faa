/** How TensorFlow uses threads: it asks its environment, once, when it is loaded. */
import { availableParallelism } from "node:os";
import { threadCount } from "../thread-count.ts";

/**
 * Threads are for operations side by side. One operation divided among threads, as TensorFlow does by default, waits
 * for them longer than it computes: a step of W1 of the benchmarks takes twice as long then, and of ten times as many
 * sequences still 1.3 times. Whoever has set TensorFlow's own variables is left alone.
 */
export const setThreads = (environment: NodeJS.ProcessEnv): void => {
  const threads = threadCount(environment["GTMC_THREADS"], availableParallelism());
  environment["TF_NUM_INTEROP_THREADS"] ??= `${threads}`;
  environment["TF_NUM_INTRAOP_THREADS"] ??= "1";
};
