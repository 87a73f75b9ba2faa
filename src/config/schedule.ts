import { createRequire } from "node:module";
import type { Schedule } from "../training/options.ts";

/** The part of mathjs that schedules need. */
interface Mathjs {
  compile(text: string): { evaluate(scope: Record<string, unknown>): unknown };
}

const ramp = (from: number, to: number, steps: number, step: number): number =>
  from + (to - from) * Math.min(1, step / steps);

/** A schedule that never changes. */
export const constantSchedule = (value: number): Schedule => ({
  text: `${value}`,
  at: () => value,
});

/**
 * A schedule from an expression of mathjs over `step` (iterations done, from 0) and `ramp(from, to, n)`, linear over
 * the first n steps. `undefined` where the expression has no finite value at step 0.
 */
export const expressionSchedule = (text: string, expression: string): Schedule | undefined => {
  // mathjs takes a third of a second to load; most files have no expression here.
  const mathjs = createRequire(import.meta.url)("mathjs/number") as Mathjs;
  const at = (step: number): number => {
    const value = code.evaluate({
      step,
      ramp: (from: number, to: number, steps: number) => ramp(from, to, steps, step),
    });
    return typeof value === "number" ? value : Number.NaN;
  };
  let code: ReturnType<Mathjs["compile"]>;
  try {
    code = mathjs.compile(expression);
    return Number.isFinite(at(0)) ? { text, at } : undefined;
  } catch {
    return undefined;
  }
};
