/** Schedules where they will be used: at the steps of training. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Expr } from "../language/ast.ts";
import type { Schedule } from "../training/options.ts";
import { badSchedule, idleSchedule } from "./errors.ts";

/** A schedule, what it is called, and whether it may be 0 all the time. */
interface Scheduled {
  readonly name: string;
  readonly schedule: Schedule;
  readonly idle: boolean;
}

/** What is wrong with a schedule at some step from 1 to `steps`; one without a place is a default. */
export const checkSchedule = (
  { name, schedule, idle }: Scheduled,
  steps: number,
  span: Span | undefined,
): readonly Diagnostic[] => {
  if (span === undefined) return [];
  const bad = firstWhere(schedule, steps, (value) => !(Number.isFinite(value) && value >= 0));
  if (bad !== undefined) return [badSchedule(name, schedule.text, span, { ...bad, steps })];
  if (idle || firstWhere(schedule, steps, (value) => value > 0) !== undefined) return [];
  return [idleSchedule(name, span)];
};

/** Where the learning rate is given within an optimizer. */
export const learningRateIn = (optimizer: Expr | undefined): Span | undefined => {
  if (optimizer?.kind !== "call") return undefined;
  const given = optimizer.arguments.find(
    ({ name }, i) => (name?.text ?? (i === 0 ? "lr" : "")) === "lr",
  );
  return given?.value.span;
};

/** Iterations that are looked at one by one, and about as many of the rest. */
const looked = 1000;

const firstWhere = (
  schedule: Schedule,
  steps: number,
  holds: (value: number) => boolean,
): { readonly step: number; readonly value: number } | undefined => {
  const stride = Math.max(1, Math.ceil((steps - looked) / looked));
  for (let step = 1; step <= steps; step = following(step, stride, steps)) {
    const value = Math.fround(schedule.at(step));
    if (holds(value)) return { step, value };
  }
  return undefined;
};

const following = (step: number, stride: number, steps: number): number =>
  step < looked || step === steps ? step + 1 : Math.min(steps, step + stride);
