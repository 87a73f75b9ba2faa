import type { Result, SourceFile, Sources } from "../diagnostics/diagnostic.ts";
import type { DrawTarget } from "../inference/spec.ts";
import type { Model } from "../ir/model.ts";
import type { NoiseInput } from "../inference/graphs.ts";
import type { Problem } from "../training/problem.ts";
import type { RunConfig } from "../config/run-config.ts";
import type { Graph } from "../graph/op.ts";
import type { SourceLine } from "../ir/places.ts";

/** Values of `--config`: the paths of `--set`, nested or with dots, with plain JSON values. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The file as it is, which messages point into; where it is absent, as JSON would be written. */
  readonly text?: string;
}

/** What a program is compiled with besides its text. */
export interface CompileOverrides {
  /** Which model of the file; needed where it has several. */
  readonly model?: string;
  /** "Z=64", "train.objective=iwae(K = 8)"; the last one wins, over `config` and the file. */
  readonly set?: readonly string[];
  readonly config?: ConfigFile;
}

/** The compiler's intermediate forms, in their order; `graph` is the optimised training step at small sizes. */
export type CompiledStage = "ast" | "ir" | "graph";

/** What the executors make of that step. */
export type ExecutedStage = "loops" | "code";

/** What to draw. `predict` needs the first `prefix` steps of data, `posterior` and `reconstruct` all of it. */
export type SampleTarget = DrawTarget["kind"];

export interface SampleSizes {
  readonly batch: number;
  /** Draws for each sequence. */
  readonly samples: number;
  readonly steps?: number;
  readonly prefix?: number;
  /** Sequences differ in length: the graph takes which steps exist. */
  readonly ragged?: boolean;
  readonly dims: Readonly<Record<string, number>>;
}

/** A graph for drawing. Outputs: "x" (drawn), "x.mean", "z", and watches "mem.read" …, each [S, B, T, …] or [S, B, …]. */
export interface SampleGraph {
  readonly graph: Graph;
  readonly noise: readonly NoiseInput[];
}

/** Facts about a program, for `gtmc info` and the first lines of a run. */
export interface ProgramInfo {
  readonly model: string;
  readonly dims: Readonly<Record<string, number | null>>;
  readonly data: readonly {
    readonly name: string;
    readonly type: string;
    readonly per: string;
    readonly role: string;
  }[];
  readonly sites: readonly {
    readonly name: string;
    readonly role: "latent" | "observed";
    readonly type: string;
    readonly prior: string;
    readonly guide?: string;
    /** "pathwise", "vimco", and why. */
    readonly estimator?: string;
    readonly why?: string;
  }[];
  readonly parameters: readonly {
    readonly owner: string;
    readonly count: number;
    readonly role: "p" | "q" | "both";
  }[];
  readonly generate: readonly string[];
  readonly infer: readonly string[];
  readonly gradientStops: readonly string[];
  readonly watches: readonly string[];
}

/** What a file that is right declares. */
export interface CheckedFile {
  readonly models: readonly ProgramInfo[];
  /** Dimensions, networks, functions, architectures, memories and models of the file itself. */
  readonly declarations: number;
  readonly sources: Sources;
}

/** A checked model with its configuration; the compiler's result. */
export interface Program {
  readonly source: SourceFile;
  /** As it was compiled: a run folder keeps them, and compiles with them again. */
  readonly overrides: CompileOverrides;
  readonly sources: Sources;
  readonly model: Model;
  readonly config: RunConfig;
  readonly problem: Problem;
  readonly info: ProgramInfo;
  /** Refused where `predict` is given a prefix that the steps do not hold (E0508). */
  sampling(target: SampleTarget, sizes: SampleSizes): Result<SampleGraph>;
  /** The line that a name in a graph of this program comes from, such as that of a kernel in a profile. */
  locate(name: string): SourceLine | undefined;
  /** The text of an intermediate form. */
  inspect(stage: CompiledStage, format: "text" | "json"): string;
}
