/** What a backend spent its time on, by executable. */
import type { Graph } from "../graph/op.ts";
import type { Backend, Executable, KernelTime } from "./backend.ts";

/** What one executable took since it was compiled. */
export interface ExecutableTimes {
  /** It makes some of its inputs anew under their names, as a training step does. */
  readonly updates: boolean;
  readonly runs: number;
  /** In `run`, of all runs. */
  readonly seconds: number;
  /**
   * Mean seconds from the start of one run to that of the next where no other executable ran between: what a whole
   * iteration takes. Absent where it never ran twice in a row.
   */
  readonly interval?: number;
  readonly kernels: readonly KernelTime[];
}

/** A backend's times, and what they are compared with. */
export interface Profiler {
  readonly threads: number;
  /** FLOP/s that all threads together reach at most on this machine. */
  readonly peak: number;
  /** Of every executable that ran, in the order of compilation; those that were disposed of included. */
  readonly times: () => readonly ExecutableTimes[];
}

/** The same backend, remembering what its executables took. */
export const profiled = (
  backend: Backend,
): { readonly backend: Backend; readonly times: Profiler["times"] } => {
  const watches: Watch[] = [];
  let lastRun: { readonly watch: Watch; readonly at: number } | undefined;

  const watched = (executable: Executable, graph: Graph): Executable => {
    const watch: Watch = {
      updates: graph.inputs.some(({ attrs: { name } }) => graph.outputs.has(name)),
      runs: 0,
      seconds: 0,
      intervals: { count: 0, seconds: 0 },
      kernels: () => executable.profile?.() ?? [],
    };
    watches.push(watch);
    return {
      ...executable,
      run: (inputs) => {
        const begun = performance.now() / 1000;
        if (lastRun?.watch === watch) {
          watch.intervals.count += 1;
          watch.intervals.seconds += begun - lastRun.at;
        }
        lastRun = { watch, at: begun };
        const results = executable.run(inputs);
        watch.runs += 1;
        watch.seconds += performance.now() / 1000 - begun;
        return results;
      },
      dispose: () => {
        const kernels = watch.kernels();
        watch.kernels = () => kernels;
        executable.dispose();
      },
    };
  };

  return {
    backend: {
      ...backend,
      compile: (graph) => {
        const compiled = backend.compile(graph);
        return compiled.ok ? { ...compiled, value: watched(compiled.value, graph) } : compiled;
      },
    },
    times: () => watches.filter(({ runs }) => runs > 0).map(timesOf),
  };
};

/** What is known of an executable so far. */
interface Watch {
  readonly updates: boolean;
  runs: number;
  seconds: number;
  readonly intervals: { count: number; seconds: number };
  kernels: () => readonly KernelTime[];
}

const timesOf = ({ updates, runs, seconds, intervals, kernels }: Watch): ExecutableTimes => ({
  updates,
  runs,
  seconds,
  ...(intervals.count === 0 ? {} : { interval: intervals.seconds / intervals.count }),
  kernels: kernels(),
});
