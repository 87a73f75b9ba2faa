import { pathToFileURL } from "node:url";
import { number, unit } from "../experiment/words.ts";
import type { Conclusion, TrainingState } from "../index.ts";
import { exitOf } from "./exit.ts";
import type { Io } from "./io.ts";
import { concludeProfile } from "./profile.ts";
import { columns } from "./text.ts";
import type { CliSession } from "./session.ts";
import { outcome, type Ending } from "./verb.ts";

/**
 * After the last iteration: profile, pictures, report, manifest, and the numbers that matter. What cannot be drawn is an
 * error of a run that is whole all the same.
 */
export const concludeRun = async (
  io: Io,
  { experiment, talk, warnings }: CliSession,
  state: TrainingState,
): Promise<Ending> => {
  const { concludeExperiment } = await import("../index.ts");
  const { dataset, program, shownFolder } = experiment;
  const profile = await concludeProfile(io, experiment);
  const measured = unit(dataset.steps !== undefined);
  const textOf = (conclusion: Conclusion): string =>
    summarise(conclusion, measured, shownFolder) + profile.text;
  const { conclusion, warnings: undrawn } = await concludeExperiment(experiment, state, (found) => {
    talk.note(textOf(found));
  });
  const { steps, bound, kl, recallRatio, report } = conclusion;
  return outcome(
    textOf(conclusion),
    {
      run: shownFolder,
      report,
      steps,
      bound: { before: bound.before ?? null, after: bound.after ?? null, unit: measured },
      kl: Object.fromEntries(kl.filter(([, value]) => Number.isFinite(value))),
      recallRatio: recallRatio ?? null,
      ...profile.data,
    },
    { warnings: [...warnings, ...undrawn], exit: exitOf(undrawn), sources: program.sources },
  );
};

const summarise = (
  { bound, kl, recallRatio, report }: Conclusion,
  measured: string,
  run: string,
): string => {
  const { before, after } = bound;
  const rows: readonly (readonly string[])[] = [
    ...(before === undefined || after === undefined
      ? []
      : [["test bound", `${number(before)} -> ${number(after)} ${measured}`]]),
    ...kl.map(([name, value]) => [`KL ${name}`, `${number(value)} nats/frame`]),
    ...(recallRatio === undefined
      ? []
      : [["recall ratio", `${number(recallRatio)} (0 is perfect recall, 1 is no memory)`]]),
    ["run", run],
    ["report", pathToFileURL(report).href],
  ];
  return `\n${columns(rows)}`;
};
