import { printOrigin } from "./facts.ts";
import type { Io } from "./io.ts";
import { reopen } from "../experiment/reopen.ts";
import { pathOf } from "./source.ts";
import { withComputeOptions, type ComputeOptions } from "../experiment/stage.ts";
import { startTalk } from "./talk.ts";
import { setTwice } from "./errors.ts";
import { count } from "./text.ts";
import { trainInFolder } from "../experiment/train.ts";
import { repeated, verb } from "./usage.ts";
import { outcome, wrong, type Common, type Ending, type Verb } from "./verb.ts";
import { verifying, withVerification, type VerificationOptions } from "./verification.ts";

interface ResumeOptions extends Common, ComputeOptions, VerificationOptions {
  readonly set?: readonly string[];
}

/** `gtmc resume`: goes on from the last whole checkpoint as if the run had never stopped. */
export const resume = (): Verb => {
  const command = withVerification(
    withComputeOptions(
      verb("resume", "Go on with a run from its last checkpoint, in the same folder.", example),
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
  const { lockRun, openRun } = await import("../index.ts");
  const shown = pathOf(io, path);
  const opened = openRun(shown);
  if (!opened.ok) return wrong(opened.diagnostics);
  const lock = lockRun(opened.value.path, shown, "resume");
  if (!lock.ok) return wrong(lock.diagnostics);
  try {
    return await resumeLocked(io, path, options);
  } finally {
    lock.value.release();
  }
};

const resumeLocked = async (io: Io, path: string, options: ResumeOptions): Promise<Ending> => {
  const reopened = await reopen(io, path, { ...options, checkpoint: "latest", orFirst: true });
  if ("kind" in reopened) return reopened;
  const { run, stage, state, set, warnings } = reopened;
  const { config } = stage.program;
  const { steps } = config.training;
  const shownFolder = pathOf(io, run.path);
  if (run.finished && state.iteration >= steps) {
    return outcome(
      `${shownFolder} is finished: ${count(state.iteration)} steps are done\n` +
        `to go on, add steps: gtmc resume ${shownFolder} --set train.steps=${2 * state.iteration}\n`,
      { run: shownFolder, finished: true, steps: state.iteration },
      { warnings, sources: stage.program.sources },
    );
  }
  const { appendLog, removeManifest, removePartial, rewindMetrics, updateRun } =
    await import("../index.ts");
  removePartial(run.path);
  removeManifest(run.path);
  rewindMetrics(run.path, state.iteration);
  updateRun(run.path, {
    overrides: { ...run.overrides, set },
    settings: config.settings.map(({ path: setting, value, origin }) => ({
      path: setting,
      value,
      origin: printOrigin(origin),
    })),
  });
  const talk = startTalk(io, options.quiet === true);
  talk.logTo((text) => {
    appendLog(run.path, text);
  });
  talk.say(describeStart(shownFolder, state.iteration, steps));
  const toVerify = verifying(options);
  return trainInFolder(io, {
    stage,
    folder: run.path,
    shownFolder,
    environment: run.environment,
    talk,
    state,
    ...(toVerify === undefined ? {} : { verifying: toVerify }),
    warnings,
  });
};

const describeStart = (folder: string, iteration: number, steps: number): string => {
  if (iteration >= steps) return `concluding ${folder}: all ${count(steps)} steps are done\n`;
  return iteration === 0
    ? `resuming ${folder} from its first values, as it was stopped before its first checkpoint\n`
    : `resuming ${folder} after step ${count(iteration)} of ${count(steps)}\n`;
};
