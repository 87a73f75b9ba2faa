/** What opening a dataset needs to know. */
import type { Span } from "../diagnostics/span.ts";

/** What opening a dataset may look at besides its arguments. */
export interface DataContext {
  /** The folder of `--data-dir`, holding `mnist/`, `fashion-mnist/`, `digits8/`, `polyphonic/`. */
  readonly dataDirectory?: string;
  /** The folder of the model file; relative paths are looked up here first. */
  readonly baseDirectory: string;
  /**
   * The fields that the model declares: only they must be readable, and columns `a1, a2` stay apart where it declares one of
   * them. Without it all fields of a file count.
   */
  readonly fields?: readonly string[];
}

/** Where a text gives an argument. */
export interface ArgumentPlace {
  readonly name: Span;
  readonly value: Span;
}

/** A dataset as a `train` block names it: `perfect_recall(images = mnist, l = 10)`. */
export interface DataSpec {
  readonly name: string;
  readonly arguments: Readonly<Record<string, number | string | boolean>>;
  /** Where a text names it, for messages. */
  readonly place?: Span;
  /** Where a text gives arguments, by name. */
  readonly argumentPlaces?: ReadonlyMap<string, ArgumentPlace>;
}
