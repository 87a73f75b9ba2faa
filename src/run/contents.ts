/** How a run folder is laid out, as config.json says; folders from before it did are of format 0 and read alike. */
export const runFormat = 1;

/** A source text of the run, kept so that the run can be compiled again when the originals have changed. */
export interface KeptSource {
  /** Where it was read from; spans and imports go by it. */
  readonly path: string;
  readonly role: "model" | "import" | "prelude";
  readonly text: string;
}

/** One resolved value and where it came from, in words: "Z", "64", "--set Z=64". */
export interface KeptSetting {
  readonly path: string;
  readonly value: string;
  readonly origin: string;
}

/** What the user typed, as data: enough to compile and run again. */
export interface Overrides {
  /** Which model of the file, if the command line said so. */
  readonly model?: string;
  readonly set: readonly string[];
  readonly config?: { readonly path: string; readonly values: Readonly<Record<string, unknown>> };
  readonly dataDirectory?: string;
  readonly backend?: string;
}

/** Of what a run consists before its first iteration. */
export interface RunContents {
  readonly model: string;
  readonly seed: number;
  readonly sources: readonly KeptSource[];
  readonly settings: readonly KeptSetting[];
  readonly overrides: Overrides;
  /** The compiled model as JSON text. */
  readonly graph: string;
  readonly environment: Environment;
}

/** Where, by what and on which data a run was made. */
export interface Environment {
  readonly gtmc: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly backend: string;
  /** Versions of libraries that affect numbers and do not come with this program. */
  readonly libraries: Readonly<Record<string, string>>;
  /** What the working folder has checked out; absent outside a repository. */
  readonly git?: { readonly commit: string };
  /** By split: how many sequences, where they are stored, and a digest. Absent in folders from before it was kept. */
  readonly data?: Readonly<
    Record<string, { readonly sequences?: number; readonly sha256: string }>
  >;
  /** ISO 8601. */
  readonly started: string;
}
