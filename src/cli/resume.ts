import { setTwice } from "./errors.ts";
import { count } from "../experiment/words.ts";
import { placesOf, withComputeOptions, type ComputeOptions } from "./compute.ts";
import { pathOf, wrongOfRun } from "./source.ts";
import { trainInFolder } from "./training.ts";
import { withVerification, type VerificationOptions } from "./verification.ts";
import type { Io } from "./io.ts";
import { startTalk } from "./talk.ts";

import { repeated, verb } from "./usage.ts";
import { outcome, wrong, type Common, type Ending, type Verb } from "./verb.ts";

interface ResumeOptions extends Common, ComputeOptions, VerificationOptions {
  readonly set?: readonly string[];
}

/** `gtmc resume`: goes on from the last whole checkpoint as if the run had never stopped. */
export const resume = (): Verb => {
  const command = withVerification(
    withComputeOptions(
      verb("resume", "Continue a run from its last checkpoint, in the same folder.", example),
    ),
  )
    .option("--set <path=value>", "change a setting, such as train.steps (repeatable)", repeated)
    .argument("<RUN>", "a run folder");
  return {
    command,
    act: (io) => resumeRun(io, command.args[0] ?? "", command.opts<ResumeOptions>()),
  };
};

const example = `  gtmc resume runs/vrnn-2026-08-22T10-31-07-s1 --set train.steps=40000
`;

const resumeRun = async (io: Io, path: string, options: ResumeOptions): Promise<Ending> => {
  const twice = setTwice(options.set ?? []);
  if (twice !== undefined) return wrong([twice]);
  const { appendLog, resumeExperiment } = await import("../index.ts");
  const { set, verify, quiet } = options;
  const resumed = await resumeExperiment(pathOf(io, path), {
    ...placesOf(io, options),
    ...(set === undefined ? {} : { set }),
  });
  if (!resumed.ok) return wrongOfRun(io, path, resumed.diagnostics);
  const experiment = resumed.value;
  try {
    const { program, state, folder, shownFolder, finished } = experiment;
    const { steps } = program.config.training;
    if (finished) {
      return outcome(
        `${shownFolder} is finished: ${count(state.iteration)} steps are done\n` +
          `to go on, add steps: gtmc resume ${shownFolder} --set train.steps=${2 * state.iteration}\n`,
        { run: shownFolder, finished: true, steps: state.iteration },
        { warnings: resumed.warnings, sources: program.sources },
      );
    }
    const talk = startTalk(io, quiet === true);
    talk.logTo((text) => {
      appendLog(folder, text);
    });
    talk.say(describeStart(shownFolder, state.iteration, steps));
    return await trainInFolder(io, {
      experiment,
      talk,
      ...(verify === undefined ? {} : { verify }),
      warnings: resumed.warnings,
    });
  } finally {
    experiment.release();
  }
};

const describeStart = (folder: string, iteration: number, steps: number): string => {
  if (iteration >= steps) return `concluding ${folder}: all ${count(steps)} steps are done\n`;
  return iteration === 0
    ? `resuming ${folder} from its first values, as it was stopped before its first checkpoint\n`
    : `resuming ${folder} after step ${count(iteration)} of ${count(steps)}\n`;
};
