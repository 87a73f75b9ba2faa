import { renderText } from "../diagnostics/render.ts";
import type { TrainEvent, Trained, TrainOptions, Verdict } from "../index.ts";
import { count } from "../experiment/words.ts";
import { concludeRun } from "./conclusion.ts";
import { exits } from "./exit.ts";
import type { Io } from "./io.ts";
import { concludeProfile } from "./profile.ts";
import { evaluationText, progressLine, type Course } from "./progress.ts";
import type { CliSession } from "./session.ts";
import { outcome, wrong, type Ending } from "./verb.ts";
import { describeVerdicts } from "./verification.ts";

/**
 * Trains to the end, to the first Ctrl-C or to a failure, and leaves the folder in the state that the exit code says:
 * complete with a manifest, or with a checkpoint to go on from.
 */
export const trainInFolder = async (io: Io, session: CliSession): Promise<Ending> => {
  const { experiment, talk } = session;
  const { shownFolder } = experiment;
  const trained = await follow(io, session);
  const told = { ...session, warnings: [...session.warnings, ...trained.warnings] };
  switch (trained.reason) {
    case "early":
      talk.say("stopped early: the bound on the validation data no longer rises\n");
      return concludeRun(io, told, trained.state);
    case "done":
      return concludeRun(io, told, trained.state);
    case "interrupted": {
      const profile = await concludeProfile(io, experiment);
      const step = trained.state.iteration;
      talk.note(profile.text);
      talk.say(
        `interrupted ${step === 0 ? "before the first step" : `after step ${count(step)}; a checkpoint was written`}\n` +
          `go on with: gtmc resume ${shownFolder}\n`,
      );
      return outcome(
        profile.text,
        { run: shownFolder, step, resume: `gtmc resume ${shownFolder}`, ...profile.data },
        { exit: exits.interrupted },
      );
    }
    case "failed": {
      const { onNextBackend } = await import("../index.ts");
      const next = await onNextBackend(experiment, trained);
      if (next === undefined) return failed(session, trained);
      talk.say(`${next.reason}; going on with the backend ${next.experiment.backendReason}\n`);
      return trainInFolder(io, { ...session, experiment: next.experiment });
    }
  }
};

/** Says what training tells. */
const follow = async (io: Io, { experiment, talk, verify }: CliSession): Promise<Trained> => {
  const { prepareTraining, trainExperiment } = await import("../index.ts");
  const { program, dataset, state } = experiment;
  const course: Course = {
    steps: program.config.training.steps,
    from: state.iteration,
    regions: dataset.regions,
    temporal: dataset.steps !== undefined,
  };
  let drawn: readonly Verdict[] = [];
  const on = (event: TrainEvent): void => {
    if (event.kind === "verification") talk.say(describeVerdicts([...event.verdicts, ...drawn]));
    if (event.kind === "metrics") talk.progress(progressLine(event, course));
    if (event.kind === "evaluation") talk.say(`${evaluationText(event, course)}\n`);
  };
  const options: TrainOptions = { on, ...(verify === undefined ? {} : { verify }) };
  const prepared = await prepareTraining(experiment, options);
  if (!prepared.ok) return { ...prepared, reason: "failed", state, warnings: [] };
  drawn = prepared.value;
  return io.stoppable((signal) => trainExperiment(experiment, { ...options, signal }));
};

const failed = ({ experiment, talk }: CliSession, { diagnostics, state }: Trained): Ending => {
  const { program, shownFolder } = experiment;
  const { sources } = program;
  talk.note(renderText(diagnostics, sources, { color: false }));
  if (state.iteration === 0) return wrong(diagnostics, { sources });
  const kept = `the last good state, after step ${count(state.iteration)}, is in ${shownFolder}/checkpoints`;
  const noted = diagnostics.map((one, i) =>
    i === diagnostics.length - 1 ? { ...one, notes: [...one.notes, kept] } : one,
  );
  return wrong(noted, { sources });
};
