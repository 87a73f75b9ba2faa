import { join } from "node:path";
import { renderText } from "../diagnostics/render.ts";
import type { Diagnostic, TrainEvent, TrainResult, Verdict } from "../index.ts";
import { exits } from "../cli/exit.ts";
import { concludeRun } from "./conclude.ts";
import type { Io } from "../cli/io.ts";
import { evaluationLine, metricsLine } from "./metrics.ts";
import { concludeProfile } from "../cli/profile.ts";
import { evaluationText, progressLine, type Course } from "../cli/progress.ts";
import type { Session } from "../cli/session.ts";
import { isTemporal } from "./stage.ts";
import { count } from "../cli/text.ts";
import { outcome, wrong, type Ending } from "../cli/verb.ts";
import { describeVerdicts, verifyDraws } from "../cli/verification.ts";

/**
 * Trains to the end, to the first Ctrl-C or to a failure, and leaves the folder in the state that the exit code says:
 * complete with a manifest, or with a checkpoint to go on from.
 */
export const trainInFolder = async (io: Io, session: Session): Promise<Ending> => {
  const { stage, talk, shownFolder } = session;
  const course: Course = {
    steps: stage.program.config.training.steps,
    from: session.state.iteration,
    regions: stage.dataset.regions,
    temporal: isTemporal(stage),
  };
  const { result, warnings } = await follow(io, session, course);
  const told = { ...session, warnings: [...session.warnings, ...warnings] };
  switch (result.reason) {
    case "early":
      talk.say("stopped early: the bound on the validation data no longer rises\n");
      return concludeRun(io, told, result.state);
    case "done":
      return concludeRun(io, told, result.state);
    case "interrupted": {
      const profile = await concludeProfile(io, session);
      talk.note(profile.text);
      talk.say(
        `interrupted ${result.state.iteration === 0 ? "before the first step" : `after step ${count(result.state.iteration)}; a checkpoint was written`}\n` +
          `go on with: gtmc resume ${shownFolder}\n`,
      );
      return outcome(
        profile.text,
        {
          run: shownFolder,
          step: result.state.iteration,
          resume: `gtmc resume ${shownFolder}`,
          ...profile.data,
        },
        { exit: exits.interrupted },
      );
    }
    case "failed": {
      const other = await onNextBackend(session, result);
      return other === undefined ? failed(session, result) : trainInFolder(io, other);
    }
  }
};

/** The same on the next backend, where `auto` chose one that then did not compile or start what the model needs. */
const onNextBackend = async (
  session: Session,
  { diagnostics, state }: TrainResult,
): Promise<Session | undefined> => {
  const { stage, talk, folder } = session;
  const refused = diagnostics.find(({ code }) => code === "E0704" || code === "E0705");
  const begun = state.iteration > session.state.iteration;
  if (refused === undefined || begun || stage.next === undefined) return undefined;
  const next = await stage.next();
  if (!next.ok) return undefined;
  const { runFiles, writeJson } = await import("../index.ts");
  const environment = { ...session.environment, backend: next.value.backend.name };
  writeJson(join(folder, runFiles.environment), environment);
  talk.say(`${refused.message}; going on with the backend ${next.value.backendReason}\n`);
  return { ...session, stage: next.value, environment };
};

interface Followed {
  readonly result: TrainResult;
  /** Of the last evaluation. */
  readonly warnings: readonly Diagnostic[];
}

/** Writes down what training tells. */
const follow = async (io: Io, session: Session, course: Course): Promise<Followed> => {
  const { appendMetrics, measureTestBound, runFiles, train, writeCheckpoint } =
    await import("../index.ts");
  const { stage, folder, talk, state, verifying } = session;
  const { program, dataset, backend, dims } = stage;
  const verdicts: Verdict[] = [];
  const warnings = new Map<string, readonly Diagnostic[]>();
  const failing = (diagnostics: readonly Diagnostic[]): Followed => ({
    result: { reason: "failed", state, diagnostics },
    warnings: [],
  });
  const record = (event: TrainEvent): void => {
    switch (event.kind) {
      case "verification":
        talk.say(describeVerdicts([...event.verdicts, ...verdicts]));
        return;
      case "metrics":
        appendMetrics(folder, metricsLine(event, dataset.regions));
        talk.progress(progressLine(event, course));
        return;
      case "evaluation":
        appendMetrics(folder, evaluationLine(event, dataset.regions));
        talk.say(`${evaluationText(event, course)}\n`);
        warnings.set(event.split, event.warnings);
        return;
      case "checkpoint":
        writeCheckpoint(join(folder, runFiles.checkpoints), event.state);
        return;
      case "failure":
      case "stopped":
        return;
    }
  };
  const request = {
    problem: program.problem,
    dataset,
    backend,
    dims,
    options: program.config.training,
    resumeFrom: state,
    ...(verifying === undefined ? {} : { verify: verifying.training }),
  };
  if (verifying !== undefined) {
    const draws = await verifyDraws(stage, state.parameters, verifying);
    if (!draws.ok) return failing(draws.diagnostics);
    verdicts.push(...draws.value);
  }
  if (state.iteration === 0) {
    const bound = measureTestBound(request, state.parameters);
    if (!bound.ok) return failing(bound.diagnostics);
    const { value, warnings: said } = bound;
    record({
      kind: "evaluation",
      iteration: 0,
      split: "test",
      ...value,
      best: false,
      warnings: said,
    });
  }
  return io.stoppable(async (signal) => {
    const training = train({ ...request, signal });
    for (;;) {
      const next = await training.next();
      if (next.done === true) {
        return { result: next.value, warnings: [...warnings.values()].flat() };
      }
      record(next.value);
    }
  });
};

const failed = (session: Session, { diagnostics, state }: TrainResult): Ending => {
  const { talk, shownFolder, stage } = session;
  const { sources } = stage.program;
  talk.note(renderText(diagnostics, sources, { color: false }));
  if (state.iteration === 0) return wrong(diagnostics, { sources });
  const kept = `the last good state, after step ${count(state.iteration)}, is in ${shownFolder}/checkpoints`;
  const noted = diagnostics.map((one, i) =>
    i === diagnostics.length - 1 ? { ...one, notes: [...one.notes, kept] } : one,
  );
  return wrong(noted, { sources });
};
