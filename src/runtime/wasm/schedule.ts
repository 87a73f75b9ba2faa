/** The order in which kernels run, as a WebAssembly function of the thread's number. */
import type { Kernel, ScheduleStep } from "../../code/code.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import {
  constant,
  define,
  finish,
  get,
  newBody,
  op,
  opWith,
  placeOf,
  set,
  type FunctionBody,
} from "./body.ts";
import type { Bytes } from "./bytes.ts";
import { control, i32, noResult } from "./opcodes.ts";

/** The index of the function that is the barrier. */
const barrier = 0;

type Kernels = ReadonlyMap<string, { readonly kernel: Kernel; readonly index: number }>;

/** Returns when all threads have run everything. */
export const encodeSchedule = (
  schedule: readonly ScheduleStep[],
  kernels: Kernels,
  threads: number,
): Bytes => {
  const body = newBody(1);
  emitSteps(body, schedule, kernels);
  if (threads > 1 && schedule.at(-1)?.kind !== "barrier") {
    emitSteps(body, [{ kind: "barrier" }], kernels);
  }
  return finish(body);
};

const emitSteps = (body: FunctionBody, steps: readonly ScheduleStep[], kernels: Kernels): void => {
  for (const step of steps) {
    switch (step.kind) {
      case "barrier":
        get(body, 0);
        opWith(body, control.call, barrier);
        break;
      case "run":
        emitRun(body, step.kernel, kernels);
        break;
      case "loop":
        emitLoop(body, step, kernels);
    }
  }
};

const emitRun = (body: FunctionBody, name: string, kernels: Kernels): void => {
  const found = kernels.get(name);
  invariant(found !== undefined, `no kernel ${name}`);
  const { kernel, index } = found;
  if (kernel.alone) {
    get(body, 0);
    op(body, i32.eqz);
    op(body, control.if);
    body.code.push(noResult);
  }
  get(body, 0);
  for (const time of kernel.times) get(body, placeOf(body, time).index);
  opWith(body, control.call, index);
  if (kernel.alone) op(body, control.end);
};

const emitLoop = (
  body: FunctionBody,
  { variable, length, reverse, body: steps }: Extract<ScheduleStep, { kind: "loop" }>,
  kernels: Kernels,
): void => {
  if (length === 0) return;
  const index = define(body, variable, { scalar: "i32", lanes: 1 });
  constant(body, reverse ? length - 1 : 0);
  set(body, index);
  op(body, control.loop);
  body.code.push(noResult);
  emitSteps(body, steps, kernels);
  get(body, index);
  constant(body, reverse ? -1 : 1);
  op(body, i32.add);
  opWith(body, control.localTee, index);
  constant(body, reverse ? 0 : length);
  op(body, reverse ? i32.ge : i32.lt);
  opWith(body, control.brIf, 0);
  op(body, control.end);
};
