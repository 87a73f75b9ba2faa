import type { Dim } from "../shape/dim.ts";

/** An event type: axes of one value, without batch, particle and time. Scalars have no axes. */
export interface Type {
  readonly base: Base;
  readonly axes: readonly Dim[];
  /** For `index` and `perm`: how many things are indexed. */
  readonly of?: Dim;
}

/** `pos` > 0 (0 allowed for initial values), `unit` in [0, 1], `simplex`: the last axis sums to 1, `count`: 0, 1, 2, …. */
export type Base = "real" | "pos" | "unit" | "simplex" | "count" | "index" | "perm";
