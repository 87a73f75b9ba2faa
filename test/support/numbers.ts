/** Numbers for tests: the same on every run. */
import type { Shape } from "../../src/graph/op.ts";
import { elements } from "../../src/graph/shapes.ts";

/** Uniform numbers in [0, 1), from the mulberry32 generator. */
export const uniforms = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A float64 array of numbers in [low, high). */
export const randomArray = (
  seed: number,
  shape: Shape,
  low = -1,
  high = 1,
): { readonly shape: Shape; readonly data: Float64Array } => {
  const next = uniforms(seed);
  const data = Float64Array.from({ length: elements(shape) }, () => low + (high - low) * next());
  return { shape, data };
};
