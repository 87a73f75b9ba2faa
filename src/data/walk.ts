/** Synthetic sequences of a linear-Gaussian state-space model, whose log likelihood a Kalman filter knows. */
import { success } from "../diagnostics/diagnostic.ts";
import { count, number } from "./arguments.ts";
import type { Draw } from "./dataset.ts";
import { source, type Source } from "./source.ts";

const precision = 2 ** 24;

/** Two independent standard normal numbers (Box and Muller). */
const normals = (draw: Draw): readonly [number, number] => {
  const radius = Math.sqrt(-2 * Math.log((draw(precision) + 0.5) / precision));
  const angle = (2 * Math.PI * draw(precision)) / precision;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
};

/**
 * In each of `size` dimensions: z₁ ~ N(0, 1), zₜ = decay · zₜ₋₁ + scale · N(0, 1), and `x` [size] is
 * xₜ = zₜ + noise · N(0, 1). Every batch is fresh.
 */
export const walk: Source = source(
  "walk",
  {
    meaning:
      "Fresh sequences of a linear-Gaussian state-space model: z₁ is N(0, 1), zₜ = decay zₜ₋₁ + scale N(0, 1), xₜ = zₜ + noise N(0, 1), in each dimension apart.",
    gives: "`x[t]` [size]",
    example: "walk(steps = 20, size = 2)",
  },
  {
    steps: count("steps of a sequence", 20),
    size: count("dimensions of x", 1),
    decay: number("how much of the state each step keeps", 0.9),
    scale: number("the standard deviation of what drives the state", 0.5, 0),
    noise: number("the standard deviation of what is added to what is seen", 0.5, 0),
  },
  ({ steps, size, decay, scale, noise }, _context, title) =>
    success({
      name: title,
      fields: [{ name: "x", per: "step", shape: [size] }],
      steps,
      validation: true,
      ragged: false,
      regions: [],
      images: new Map(),
      batch: (_split, _index, batch, draw) => {
        const data = new Float32Array(batch * steps * size);
        for (let b = 0; b < batch; b += 1) {
          for (let d = 0; d < size; d += 1) {
            let z = 0;
            for (let t = 0; t < steps; t += 1) {
              const [driving, observing] = normals(draw);
              z = t === 0 ? driving : decay * z + scale * driving;
              data[(b * steps + t) * size + d] = z + noise * observing;
            }
          }
        }
        return { fields: new Map([["x", { shape: [batch, steps, size], data }]]) };
      },
    }),
);
