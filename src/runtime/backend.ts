import type { Diagnostic, Result } from "../diagnostics/diagnostic.ts";
import type { Dtype, Graph, Shape } from "../graph/op.ts";

/** A dense array on the host, row-major. */
export interface HostArray {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array | Int32Array;
}

/** A dense array that lives where the backend computes. Its owner disposes of it, once. */
export interface Buffer {
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Copies to the host. Synchronous: no backend here waits for another device. */
  read(): HostArray;
  dispose(): void;
}

/** A compiled graph. */
export interface Executable {
  /**
   * Runs the graph. Every graph input must be named; the caller keeps ownership of those that are not donated, and gets
   * ownership of the results, which never alias an input that it keeps.
   */
  run(inputs: ReadonlyMap<string, Buffer>): Map<string, Buffer>;
  /** Times since the graph was compiled, if the backend was opened to take them. */
  profile?(): readonly KernelTime[];
  dispose(): void;
}

/** How often and for how long the first thread ran a kernel. */
export interface KernelTime {
  /** The kernel, or "barrier" for waiting for other threads. */
  readonly kernel: string;
  /** What it runs over: "product [250x784x256]". */
  readonly shape?: string;
  /** Where it comes from in the model. */
  readonly origin?: string;
  readonly runs: number;
  readonly seconds: number;
  /** Floating-point operations of one run, by all threads. */
  readonly flops: number;
}

/** A place where graphs run. The whole contract between the compiler and an executor. */
export interface Backend {
  readonly name: string;
  /** What the user should know of how it was opened. */
  readonly warnings?: readonly Diagnostic[];
  upload(array: HostArray, dtype?: Dtype): Buffer;
  /** Fails with E0703 naming every primitive that the backend lacks; never at run time. */
  compile(graph: Graph): Result<Executable>;
  /** How many buffers there are that nobody has disposed of: for finding leaks. */
  count(): number;
  dispose(): void;
}

/** Why a backend cannot be used on this machine. */
export interface Unavailable {
  readonly name: string;
  readonly reason: string;
}
