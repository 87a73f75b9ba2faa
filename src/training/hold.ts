/**
 * Padding that does no harm. Steps beyond the end of a sequence are computed like all others and then left out; so that they
 * give numbers wherever the sequence itself does, and derivatives too, they compute its last step again: the same frame, the
 * same noise and (see `unroll`) the same state.
 */
import type { HostArray } from "../runtime/backend.ts";

/** How many steps of a sequence exist, where it has fewer than `steps`. */
const isCut = (length: number | undefined, steps: number): length is number =>
  length !== undefined && length < steps;

/** [B, T, …] in which the last frame that exists is held. A sequence without frames holds the first of another. */
export const holdFrames = (array: HostArray, lengths: Int32Array): HostArray => {
  const [batch = 1, steps = 1] = array.shape;
  const size = array.data.length / (batch * steps);
  const data = array.data.slice();
  const donor = Math.max(
    0,
    lengths.findIndex((length) => length > 0),
  );
  for (let b = 0; b < batch; b += 1) {
    const length = lengths[b];
    if (!isCut(length, steps)) continue;
    const last = length > 0 ? b * steps + length - 1 : donor * steps;
    const frame = data.slice(last * size, (last + 1) * size);
    for (let t = length; t < steps; t += 1) data.set(frame, (b * steps + t) * size);
  }
  return { shape: array.shape, data };
};

/** The same of noise [T, K, B, …]. */
export const holdNoise = (array: HostArray, lengths: Int32Array): HostArray => {
  const [steps = 1, particles = 1, batch = 1] = array.shape;
  const size = array.data.length / (steps * particles * batch);
  const data = array.data.slice();
  for (let b = 0; b < batch; b += 1) {
    const length = lengths[b];
    if (!isCut(length, steps) || length === 0) continue;
    for (let k = 0; k < particles; k += 1) {
      const at = (t: number): number => ((t * particles + k) * batch + b) * size;
      const drawn = data.slice(at(length - 1), at(length - 1) + size);
      for (let t = length; t < steps; t += 1) data.set(drawn, at(t));
    }
  }
  return { shape: array.shape, data };
};
