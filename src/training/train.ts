/** The training loop: an iterator of events that leaves persisting and printing to its consumer. */
import type { Diagnostic, Result } from "../diagnostics/diagnostic.ts";
import type { HostArray } from "../runtime/backend.ts";
import type { TrainEvent, TrainResult } from "./event.ts";
import { initialState, startingState, type TrainRequest } from "./request.ts";
import { openSession, type TrainingSession } from "./session.ts";
import type { TrainingState } from "./state.ts";

/** Milliseconds after which timers and signals get their turn. */
const noticeable = 50;

/**
 * Trains until `options.steps`, an early stop, an abort or a failure. Iteration i depends on nothing but the
 * parameters before it, the seed and i, so a resumed run equals an uninterrupted one. The last event is `stopped`;
 * before it comes a checkpoint of the last good state, unless one was made at that iteration.
 */
export async function* train(request: TrainRequest): AsyncGenerator<TrainEvent, TrainResult> {
  const opened = open(request);
  if (!opened.ok) {
    const state = request.resumeFrom ?? initialState(request.problem, request.options);
    return yield* fail(state, opened.diagnostics);
  }
  const session = opened.value;
  let turned = performance.now();
  try {
    yield* session.verify();
    for (;;) {
      const reason = session.ending();
      if (reason !== undefined) return yield* session.finish(reason);
      yield* session.iterate();
      if (performance.now() - turned > noticeable) {
        await new Promise((resolve) => setImmediate(resolve));
        turned = performance.now();
      }
    }
  } finally {
    session.dispose();
  }
}

/** The session at its first state, which nothing else holds: it may be large. */
const open = (request: TrainRequest): Result<TrainingSession> => {
  const starting = startingState(request);
  return starting.ok ? openSession(request, starting.value) : starting;
};

/** A run that was asked for wrongly: there is not even a first state. */
export function* refuse(diagnostics: readonly Diagnostic[]): Generator<TrainEvent, TrainResult> {
  const [parameters, slots] = [new Map<string, HostArray>(), new Map<string, HostArray>()];
  const nothing = { iteration: 0, seed: 0, parameters, slots, progress: null };
  return yield* fail(nothing, diagnostics);
}

/** The events of a run that did not begin. */
function* fail(
  state: TrainingState,
  diagnostics: readonly Diagnostic[],
): Generator<TrainEvent, TrainResult> {
  const { iteration } = state;
  yield { kind: "failure", iteration, diagnostics };
  yield { kind: "stopped", reason: "failed", iteration };
  return { reason: "failed", state, diagnostics };
}
