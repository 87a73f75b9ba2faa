/** Extreme weights in float32: finite, and the same signal as in float64. */
import { expect, test } from "vitest";
import { input, reshape } from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Node } from "../../src/graph/op.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import { leaveOneOut, vimcoSurrogate } from "../../src/inference/estimator.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { openTfjs } from "../../src/runtime/tfjs/index.ts";
import { prepare } from "./support/run.ts";

const weights = [
  [0, -1000, -1000, -1000],
  [-1e4, -1e4, -1e4, -1e4],
  [0, 700, -1, 1],
  [3e4, -3e4, 0, 0],
  [-88, -89, -90, -104],
];

const lw = input("lw", [1, 4]);
const lq = input("lq", [1, 4]);
const logGuide = [-1, -2, -3, -4];

const runFloat32 = (
  float32: Backend,
  outputs: ReadonlyMap<string, Node>,
  logWeights: readonly number[],
): Map<string, number[]> => {
  const inputs = inputsOf(outputs.values());
  const compiled = float32.compile({ inputs, outputs });
  if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message);
  const numbers = new Map([
    ["lw", logWeights],
    ["lq", logGuide],
  ]);
  const buffers = new Map(
    inputs.map(({ attrs: { name }, shape }) => [
      name,
      float32.upload({ shape, data: Float32Array.from(numbers.get(name) ?? []) }),
    ]),
  );
  const results = compiled.value.run(buffers);
  const read = new Map([...results].map(([name, buffer]) => [name, [...buffer.read().data]]));
  for (const buffer of [...buffers.values(), ...results.values()]) buffer.dispose();
  compiled.value.dispose();
  return read;
};

test.each(["arithmetic", "geometric"] as const)("vimco with the %s baseline", async (baseline) => {
  const float32 = await openTfjs("cpu");
  const { value, gradients } = gradient(reshape(vimcoSurrogate(lw, lq, baseline), []), [lw, lq]);
  const outputs = new Map<string, Node>([
    ["value", value],
    ["baseline", leaveOneOut(lw, baseline)],
    ...gradients.map((node, i) => [`d${i}`, node] as const),
  ]);
  for (const logWeights of weights) {
    const exact = prepare(outputs)({ lw: logWeights, lq: logGuide });
    const rounded = runFloat32(float32, outputs, logWeights);
    const scale = Math.max(...logWeights.map(Math.abs), 1);
    for (const [name, numbers] of exact) {
      numbers.forEach((x, i) => {
        const y = rounded.get(name)?.[i] ?? Number.NaN;
        expect(Number.isFinite(y)).toBe(true);
        // A handful of float32 roundings of numbers as large as the weights; the value multiplies them by 10.
        expect(Math.abs(y - x)).toBeLessThan(100 * scale * 2 ** -24);
      });
    }
  }
  float32.dispose();
});
