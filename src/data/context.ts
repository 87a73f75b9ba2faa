/** What opening a dataset may look at besides its arguments. */
export interface DataContext {
  /** The folder of `--data-dir`, holding `mnist/`, `fashion-mnist/`, `digits8/`, `polyphonic/`. */
  readonly dataDirectory?: string;
  /** The folder of the model file; relative paths are looked up here first. */
  readonly baseDirectory: string;
}

/** A dataset as a `train` block names it: `perfect_recall(images = mnist, l = 10)`. */
export interface DataSpec {
  readonly name: string;
  readonly arguments: Readonly<Record<string, number | string | boolean>>;
}
