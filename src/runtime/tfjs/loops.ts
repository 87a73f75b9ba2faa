/**
 * Plain loops over the elements of tensors, for what TensorFlow.js lacks, gets wrong or does slowly on the
 * backends whose memory is at hand. Every function fills `out`.
 */
import type { Elements } from "./strided.ts";

type Fill2 = (out: Elements, a: Elements, b: Elements) => void;

export const maximum: Fill2 = (out, a, b) => {
  for (let i = 0; i < out.length; i += 1) out[i] = Math.max(a[i] ?? 0, b[i] ?? 0);
};
export const minimum: Fill2 = (out, a, b) => {
  for (let i = 0; i < out.length; i += 1) out[i] = Math.min(a[i] ?? 0, b[i] ?? 0);
};
export const power: Fill2 = (out, a, b) => {
  for (let i = 0; i < out.length; i += 1) out[i] = (a[i] ?? 0) ** (b[i] ?? 0);
};
export const greater: Fill2 = (out, a, b) => {
  for (let i = 0; i < out.length; i += 1) out[i] = (a[i] ?? 0) > (b[i] ?? 0) ? 1 : 0;
};
export const equal: Fill2 = (out, a, b) => {
  for (let i = 0; i < out.length; i += 1) out[i] = a[i] === b[i] ? 1 : 0;
};
export const choose = (out: Elements, condition: Elements, a: Elements, b: Elements): void => {
  for (let i = 0; i < out.length; i += 1) out[i] = (condition[i] !== 0 ? a[i] : b[i]) ?? 0;
};

/** -1, 0 or 1; kernels take denormals for 0. */
export const sign = (out: Elements, x: Elements): void => {
  for (let i = 0; i < out.length; i += 1) out[i] = Math.sign(x[i] ?? 0);
};

/**
 * Rational approximation to float32 on [-7.9, 7.9] (the coefficients of Eigen's `generic_fast_tanh_float`). Keeps its
 * relative precision near 0, unlike 2 sigmoid(2x) - 1.
 */
export const tanh = (out: Elements, x: Elements): void => {
  for (let i = 0; i < out.length; i += 1) {
    const v = x[i] ?? 0;
    if (v > 7.9 || v < -7.9) {
      out[i] = Math.sign(v) * (1 - 2 * Math.exp(-2 * Math.abs(v)));
      continue;
    }
    const q = v * v;
    const above =
      4.89352455891786e-3 +
      q *
        (6.37261928875436e-4 +
          q *
            (1.48572235717979e-5 +
              q *
                (5.12229709037114e-8 +
                  q *
                    (-8.60467152213735e-11 +
                      q * (2.00018790482477e-13 - q * 2.76076847742355e-16)))));
    const below =
      4.89352518554385e-3 +
      q * (2.268434632439e-3 + q * (1.18534705686654e-4 + q * 1.19825839466702e-6));
    out[i] = (v * above) / below;
  }
};

/** exp(-k) for whole k, from 0 to where float32 is 0. */
const decays: Float64Array = Float64Array.from({ length: 112 }, (_, k) => Math.exp(-k));

/** max(x, 0) + log(1 + exp(-|x|)), to float32 relative precision for every x. */
export const softplus = (out: Elements, x: Elements): void => {
  for (let i = 0; i < out.length; i += 1) {
    const v = x[i] ?? 0;
    const size = v < 0 ? -v : v;
    if (!(size < 110)) {
      out[i] = v > 0 || v !== v ? v : 0;
      continue;
    }
    // exp(-size) = exp(-whole) exp(-part) with |part| ≤ 1/2, by the Taylor polynomial to 2e-9.
    const whole = (size + 0.5) | 0;
    const p = whole - size;
    const e =
      (decays[whole] ?? 0) *
      (1 +
        p *
          (1 +
            (p / 2) * (1 + (p / 3) * (1 + (p / 4) * (1 + (p / 5) * (1 + (p / 6) * (1 + p / 7)))))));
    // log(1 + e) = 2 artanh(s) with s ≤ 1/3, by its series to 1e-8.
    const s = e / (2 + e);
    const q = s * s;
    const log =
      2 *
      s *
      (1 +
        q *
          (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q * (1 / 13 + q / 15)))))));
    out[i] = v > 0 ? v + log : log;
  }
};

const highestOf = (x: Elements, start: number, size: number): number => {
  let highest = -Infinity;
  for (let i = start; i < start + size; i += 1) highest = Math.max(highest, x[i] ?? 0);
  return highest;
};

/** Σ exp of how far elements are above the highest, which is at 0 also where it is infinite. */
const sumOfExp = (x: Elements, start: number, size: number, highest: number): number => {
  let total = 0;
  for (let i = start; i < start + size; i += 1) {
    total += x[i] === highest ? 1 : Math.exp((x[i] ?? 0) - highest);
  }
  return total;
};

/** Of rows of `size` elements. */
export const logsumexp = (out: Elements, x: Elements, size: number): void => {
  for (let row = 0; row < out.length; row += 1) {
    const start = row * size;
    const highest = highestOf(x, start, size);
    out[row] = highest + Math.log(sumOfExp(x, start, size, highest));
  }
};

/** Of rows of `size` elements. */
export const logSoftmax = (out: Elements, x: Elements, size: number): void => {
  for (let start = 0; start < out.length; start += size) {
    const highest = highestOf(x, start, size);
    const logTotal = Math.log(sumOfExp(x, start, size, highest));
    for (let i = start; i < start + size; i += 1) {
      const value = x[i] ?? 0;
      if (value === -Infinity) out[i] = value;
      else out[i] = (value === highest ? 0 : value - highest) - logTotal;
    }
  }
};

/** Rows of a softmax whose highest is infinite: kernels make them NaN, all of them. */
export const infiniteSoftmax = (out: Elements, x: Elements, size: number): void => {
  for (let start = 0; start < out.length; start += size) {
    if (!Number.isNaN(out[start])) continue;
    const highest = highestOf(x, start, size);
    const total = sumOfExp(x, start, size, highest);
    for (let i = start; i < start + size; i += 1) {
      out[i] = (x[i] === highest ? 1 : Math.exp((x[i] ?? 0) - highest)) / total;
    }
  }
};

/** What a reduction does: `sum` from 0, `prod` from 1, `amax` from -inf. */
export type Reduction = "sum" | "prod" | "amax";

/** Over the middle axis of [outer, size, inner]. */
export const reduce = (
  out: Elements,
  x: Elements,
  kind: Reduction,
  [outer, size, inner]: readonly [number, number, number],
): void => {
  // Along rows of `inner`, so that memory is read in order; in double precision while a total is growing.
  const totals = new Float64Array(inner);
  for (let o = 0; o < outer; o += 1) {
    totals.fill(kind === "sum" ? 0 : kind === "prod" ? 1 : -Infinity);
    let at = o * size * inner;
    for (let s = 0; s < size; s += 1) {
      if (kind === "sum")
        for (let i = 0; i < inner; i += 1) totals[i] = (totals[i] ?? 0) + (x[at + i] ?? 0);
      else if (kind === "prod")
        for (let i = 0; i < inner; i += 1) totals[i] = (totals[i] ?? 0) * (x[at + i] ?? 0);
      else for (let i = 0; i < inner; i += 1) totals[i] = Math.max(totals[i] ?? 0, x[at + i] ?? 0);
      at += inner;
    }
    out.set(totals, o * inner);
  }
};

/** Running sums or products along the middle axis of [outer, size, inner]. */
export const cumulate = (
  out: Elements,
  x: Elements,
  kind: "sum" | "prod",
  [size, inner]: readonly [number, number],
  { exclusive, reverse }: { readonly exclusive: boolean; readonly reverse: boolean },
): void => {
  const neutral = kind === "sum" ? 0 : 1;
  for (let start = 0; start < x.length; start += size * inner) {
    for (let i = 0; i < inner; i += 1) {
      let total = neutral;
      for (let count = 0; count < size; count += 1) {
        const at = start + (reverse ? size - 1 - count : count) * inner + i;
        const next = kind === "sum" ? total + (x[at] ?? 0) : total * (x[at] ?? 0);
        out[at] = exclusive ? total : next;
        total = next;
      }
    }
  }
};

/** Up to this length insertion beats the built-in sort and its calls of the comparison. */
const shortRow = 64;

/** Indices that sort rows of `size` elements ascending, equal elements in their order. */
export const argsort = (out: Elements, x: Elements, size: number): void => {
  for (let start = 0; start < out.length; start += size) {
    const row = x.subarray(start, start + size);
    const order = out.subarray(start, start + size);
    for (let i = 0; i < size; i += 1) order[i] = i;
    if (size > shortRow) {
      order.sort((i, j) => compare(row[i] ?? 0, row[j] ?? 0) || i - j);
      continue;
    }
    for (let i = 1; i < size; i += 1) {
      const value = row[i] ?? 0;
      let at = i - 1;
      for (; at >= 0 && (row[order[at] ?? 0] ?? 0) > value; at -= 1) order[at + 1] = order[at] ?? 0;
      order[at + 1] = i;
    }
  }
};

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Index of the first maximum of rows of `size` elements. */
export const argmax = (out: Elements, x: Elements, size: number): void => {
  for (let row = 0; row < out.length; row += 1) {
    const start = row * size;
    let best = 0;
    for (let i = 1; i < size; i += 1) {
      if ((x[start + i] ?? 0) > (x[start + best] ?? 0)) best = i;
    }
    out[row] = best;
  }
};

export const onehot = (out: Elements, x: Elements, depth: number): void => {
  out.fill(0);
  for (let i = 0; i < x.length; i += 1) {
    const index = x[i] ?? -1;
    if (index >= 0 && index < depth) out[i * depth + index] = 1;
  }
};

/** The sizes of a gather or its transpose: [batch, count, row] of [batch, size, row] at [batch, count]. */
export interface Indexing {
  readonly batch: number;
  readonly size: number;
  readonly count: number;
  readonly row: number;
}

export const gather = (
  out: Elements,
  x: Elements,
  indices: Elements,
  { batch, size, count, row }: Indexing,
): void => {
  for (let i = 0; i < batch * count; i += 1) {
    const from = (Math.floor(i / count) * size + (indices[i] ?? 0)) * row;
    for (let k = 0; k < row; k += 1) out[i * row + k] = x[from + k] ?? 0;
  }
};

export const scatterAdd = (
  out: Elements,
  updates: Elements,
  indices: Elements,
  { batch, size, count, row }: Indexing,
): void => {
  out.fill(0);
  for (let i = 0; i < batch * count; i += 1) {
    const to = (Math.floor(i / count) * size + (indices[i] ?? 0)) * row;
    for (let k = 0; k < row; k += 1) out[to + k] = (out[to + k] ?? 0) + (updates[i * row + k] ?? 0);
  }
};
