/** What the printed C may be made for. */
export interface PrintOptions {
  /** Kernels and waiting are timed, on the first thread, of runs together. */
  readonly profile?: boolean;
  /** Each buffer of the arena is an allocation of its own, so that a sanitizer sees where it ends. */
  readonly separate?: boolean;
  /**
   * Into how many parts kernels are divided, 1 if absent. Compiled with PART defined as one of 0, 1, …, the text is that part
   * only, so that all can be compiled at once; without, it is the whole.
   */
  readonly parts?: number;
  /** All threads together, or the first one singly, with the shares of all; whichever is faster at the time if absent. */
  readonly runs?: "together" | "singly";
}
