/** What one core of this machine can do at most: what profiles are compared with. */
import { loadObject, type Linker } from "./library.ts";
import { vectorPrelude } from "./vectors.ts";

/** Enough independent sums for the latency of two units; fewer than the registers of any target with vectors. */
const sums = 12;
const steps = 100_000;

/** FLOP/s of one thread that does nothing but multiply and add in registers: the best of some 20 ms. */
export const measurePeak = (linker: Omit<Linker, "profile">): number => {
  const { lanes } = linker.toolchain.target;
  const loaded = loadObject(linker, peakText(lanes));
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join("; "));
  const spin = loaded.value.func("float gtmc_peak(float x)");
  const flops = 2 * lanes * sums * steps;
  let best = 0;
  const end = performance.now() + 20;
  while (performance.now() < end) {
    const start = performance.now();
    spin(0.5);
    best = Math.max(best, flops / ((performance.now() - start) / 1000));
  }
  return best;
};

const peakText = (lanes: 4 | 8 | 16): string => {
  const type = `f32x${lanes}`;
  const each = (line: (i: number) => string): string =>
    Array.from({ length: sums }, (_, i) => line(i)).join("\n    ");
  return `${vectorPrelude()}
float gtmc_peak(float x) {
  const ${type} a = splat_${type}(x), b = splat_${type}(1.0f - x);
  ${type} total = a;
  ${each((i) => `${type} s${i} = splat_${type}(x + ${i});`)}
  for (long n = 0; n < ${steps}; n++) {
    ${each((i) => `s${i} = fma_${type}(s${i}, a, b);`)}
  }
  ${each((i) => `total += s${i};`)}
  return across_add_${type}(total);
}
`;
};
