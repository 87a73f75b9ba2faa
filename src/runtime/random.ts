/**
 * Noise as a pure function of a key: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", 2011). Logarithm, sine and cosine are evaluated here with exactly rounded operations only:
 * `Math`'s own may differ in the last bit from one JavaScript engine to the next.
 */
import { invariant } from "../diagnostics/invariant.ts";

/** Names an endless sequence of noise. Different keys give independent sequences. */
export interface NoiseKey {
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Whose noise it is: the name of the graph input that gets it. */
  readonly stream: string;
  /** When: the number of the training step, batch or sample; an integer from 0 to 2^32 - 1. */
  readonly step: number;
}

const low16 = 0xffff;

/** High 32 bits of the product of two 32-bit numbers, by 16-bit halves; no partial sum overflows. */
const high = (a: number, b: number): number => {
  const aLow = a & low16;
  const aHigh = a >>> 16;
  const bLow = b & low16;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const cross = (Math.imul(aLow, bHigh) + (middle & low16)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) | 0;
};

/** Philox4x32-10: `counters` hold four words a block, and become the result; `key` has two. */
export const philox = (counters: Uint32Array, [first, second]: readonly [number, number]): void => {
  for (let at = 0; at < counters.length; at += 4) {
    let a = counters[at] ?? 0;
    let b = counters[at + 1] ?? 0;
    let c = counters[at + 2] ?? 0;
    let d = counters[at + 3] ?? 0;
    let k = first;
    let l = second;
    for (let round = 0; round < 10; round += 1) {
      const highA = high(a, 0xd2511f53);
      const highC = high(c, 0xcd9e8d57);
      const lowA = Math.imul(a, 0xd2511f53);
      const lowC = Math.imul(c, 0xcd9e8d57);
      a = highC ^ b ^ k;
      b = lowC;
      c = highA ^ d ^ l;
      d = lowA;
      k = (k + 0x9e3779b9) | 0;
      l = (l + 0xbb67ae85) | 0;
    }
    counters[at] = a;
    counters[at + 1] = b;
    counters[at + 2] = c;
    counters[at + 3] = d;
  }
};

/** FNV-1a of the UTF-8 bytes, 64 bits as (high, low). */
const hash = (text: string): readonly [number, number] => {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
};

/** The words from block `from` on, at least `count` of them. */
const words = (noise: NoiseKey, count: number, from = 0): Uint32Array => {
  const { seed, stream, step } = noise;
  invariant(Number.isSafeInteger(seed) && seed >= 0, `seed ${seed} is no natural number`);
  invariant(Number.isInteger(step) && step >= 0 && step < 2 ** 32, `step ${step} is out of range`);
  const [streamHigh, streamLow] = hash(stream);
  const counters = new Uint32Array(4 * Math.ceil(count / 4));
  for (let at = 0; at < counters.length; at += 4) {
    counters[at] = from + at / 4;
    counters[at + 1] = step;
    counters[at + 2] = streamLow;
    counters[at + 3] = streamHigh;
  }
  philox(counters, [seed | 0, Math.floor(seed / 2 ** 32)]);
  return counters;
};

/** 2^-e at e + 40. */
const scales: readonly number[] = Array.from({ length: 80 }, (_, i) => 2 ** (40 - i));

/**
 * Natural logarithm, to 1e-13 of its value, for 2^-39 < x < 2^39. The mantissa is brought to [√½, √2), where ln m = 2 artanh((m - 1) / (m + 1)), by
 * comparisons that undo any error of `Math.log2`.
 */
const log = (x: number): number => {
  let exponent = Math.round(Math.log2(x));
  let m = x * (scales[exponent + 40] ?? 1);
  if (m < Math.SQRT1_2) {
    m *= 2;
    exponent -= 1;
  } else if (m >= Math.SQRT2) {
    m /= 2;
    exponent += 1;
  }
  const f = (m - 1) / (m + 1);
  const q = f * f;
  const series =
    1 +
    q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q * (1 / 13 + q / 15))))));
  return exponent * Math.LN2 + 2 * f * series;
};

/** Taylor polynomials of sine and cosine, to 1e-14 for |x| ≤ π/4. */
const sine = (x: number): number => {
  const q = x * x;
  return (
    x *
    (1 -
      (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - (q / 72) * (1 - (q / 110) * (1 - q / 156))))))
  );
};
const cosine = (x: number): number => {
  const q = x * x;
  return (
    1 -
    (q / 2) *
      (1 -
        (q / 12) *
          (1 - (q / 30) * (1 - (q / 56) * (1 - (q / 90) * (1 - (q / 132) * (1 - q / 182))))))
  );
};

/** The middle of one of 2^32 equal intervals of (0, 1). */
const unit = (word: number): number => (word + 0.5) / 2 ** 32;

/** Uniform on the open interval (0, 1): odd multiples of 2^-24, which float32 holds exactly. */
export const uniform = (noise: NoiseKey, count: number): Float32Array => {
  const source = words(noise, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = (((source[i] ?? 0) >>> 9) + 0.5) * 2 ** -23;
  return values;
};

/** Standard normal (Box and Muller): a radius from one word, an angle from the next. */
export const normal = (noise: NoiseKey, count: number): Float32Array => {
  const source = words(noise, 2 * Math.ceil(count / 2));
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * log(unit(source[i] ?? 0)));
    const angle = source[i + 1] ?? 0;
    // The two top bits choose the quarter turn, the others a place in (-π/4, π/4) around it.
    const within = (((angle & 0x3fffffff) + 0.5) / 2 ** 30 - 0.5) * (Math.PI / 2);
    const along = radius * cosine(within);
    const across = radius * sine(within);
    const sideways = (angle & 0x40000000) !== 0;
    const sign = (angle & 0x80000000) !== 0 ? -1 : 1;
    values[i] = sign * (sideways ? -across : along);
    if (i + 1 < count) values[i + 1] = sign * (sideways ? along : across);
  }
  return values;
};

/** Standard Gumbel: -log(-log u). */
export const gumbel = (noise: NoiseKey, count: number): Float32Array => {
  const source = words(noise, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = -log(-log(unit(source[i] ?? 0)));
  return values;
};

/**
 * Draws below given bounds without bias: the high half of word · bound, where words that would favour some
 * values are skipped (Lemire, "Fast random integer generation in an interval", 2019).
 */
export const below = (noise: NoiseKey, expected: number): ((bound: number) => number) => {
  let source = words(noise, expected);
  let block = source.length / 4;
  let next = 0;
  const draw = (): number => {
    if (next === source.length) {
      source = words(noise, 64, block);
      block += source.length / 4;
      next = 0;
    }
    const word = source[next] ?? 0;
    next += 1;
    return word;
  };
  return (bound) => {
    const favoured = 2 ** 32 % bound;
    let word = draw();
    while (Math.imul(word, bound) >>> 0 < favoured) word = draw();
    return high(word, bound) >>> 0;
  };
};
