/** A range of frames with a name, such as the recall interval. `to` is exclusive. */
export interface Region {
  readonly name: string;
  /** Frames that are recalled are what a reader should see first. */
  readonly kind: "presented" | "cue" | "recalled";
  readonly from: number;
  readonly to: number;
}

/** What a report shows. A section whose data is absent is left out. */
export interface ReportData {
  readonly title: string;
  /** The task and the extent of the run, in a line. */
  readonly subtitle: string;
  /** The numbers a reader looks for first. */
  readonly headlines: readonly Headline[];
  readonly frames?: FrameCurves;
  readonly training: readonly TrainingChart[];
  readonly addresses: readonly AddressUse[];
  readonly reconstructions?: Reconstructions;
  readonly continuations?: Continuations;
  readonly reads: readonly ReadWeights[];
  readonly tables: readonly Table[];
}

export interface Headline {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

/** KL of each latent site at each frame, nats, mean over the test batch. */
export interface FrameCurves {
  readonly regions: readonly Region[];
  readonly sites: readonly { readonly name: string; readonly kl: readonly number[] }[];
}

/** A curve over iterations. `faint` is for what is noisy: single training batches. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly faint?: boolean;
}

export interface TrainingChart {
  readonly title: string;
  /** With the unit in parentheses. */
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** The axis begins at zero: for quantities such as a KL. */
  readonly fromZero: boolean;
  /** A level to compare with, such as the entropy of a uniform address. */
  readonly reference?: { readonly value: number; readonly label: string };
}

/** How often draws of a discrete site chose each of its values. Sums to 1. */
export interface AddressUse {
  readonly site: string;
  readonly shares: readonly number[];
}

/** Grey images in [0, 1], row-major; `size` is [height, width]. */
export interface Frames {
  readonly size: readonly [number, number];
  /** Of each sequence the frames in order; a model without time has one frame per sequence. */
  readonly sequences: readonly (readonly Float32Array[])[];
}

export interface Reconstructions {
  readonly regions: readonly Region[];
  readonly original: Frames;
  readonly reconstruction: Frames;
}

export interface Continuations {
  readonly regions: readonly Region[];
  /** Frames that were given; the rest was drawn. */
  readonly prefix: number;
  /** Of the guide, among which each draw chose by importance; absent where it took the guide's sample. */
  readonly particles?: number;
  readonly sequences: readonly {
    readonly original: readonly Float32Array[];
    readonly draws: readonly (readonly Float32Array[])[];
  }[];
  readonly size: readonly [number, number];
}

/** Weights with which a memory was read, for one sequence or the mean of several. */
export interface ReadWeights {
  /** "mem.read" */
  readonly name: string;
  readonly regions: readonly Region[];
  /** Of each head, of each step, of each slot. */
  readonly heads: readonly (readonly (readonly number[])[])[];
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that hold numbers, and are set flush right. */
  readonly numeric?: readonly number[];
}
