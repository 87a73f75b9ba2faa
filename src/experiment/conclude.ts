import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TrainingState } from "../index.ts";
import type { Io } from "../cli/io.ts";
import { curve, klOfRegions, recallRatio, seriesOf, type MetricsLine } from "./metrics.ts";
import { knownDims, takePictures } from "./pictures.ts";
import { concludeProfile } from "../cli/profile.ts";
import { unit } from "../cli/progress.ts";
import type { Session } from "../cli/session.ts";
import { isTemporal } from "./stage.ts";
import { boundKey, tellStory, type Pictures } from "./report.ts";
import { columns, number } from "../cli/text.ts";
import { exitOf } from "../cli/exit.ts";
import { outcome, type Ending } from "../cli/verb.ts";
import { sure } from "../cli/sure.ts";

/**
 * After the last iteration: profile, pictures, report, manifest, and the numbers that matter. What cannot be drawn is an
 * error of a run that is whole all the same.
 */
export const concludeRun = async (
  io: Io,
  session: Session,
  state: TrainingState,
): Promise<Ending> => {
  const { readMetrics, renderReport, runFiles, writeManifest, writeWhole } =
    await import("../index.ts");
  const { stage, folder, environment, warnings } = session;
  const { program, dataset, dims, backendReason } = stage;
  const lines = readMetrics(folder);
  const profile = await concludeProfile(io, session);
  const { pictures, warnings: undrawn } = await takePictures(stage, state.parameters);
  await savePictures(folder, pictures);
  const report = tellStory({
    program,
    environment,
    backendReason,
    regions: dataset.regions,
    temporal: isTemporal(stage),
    dims: { ...knownDims(program.info.dims), ...dims },
    lines,
    pictures,
  });
  writeWhole(join(folder, runFiles.report), sure(renderReport(report)));
  const summary = summarise(session, lines);
  const text = summary.text + profile.text;
  session.talk.note(text);
  writeManifest(folder, new Date());
  return outcome(
    text,
    { ...summary.data, ...profile.data },
    {
      warnings: [...warnings, ...undrawn],
      exit: exitOf(undrawn),
      sources: program.sources,
    },
  );
};

/** Image grids of the report as files; `samples/` numbers them, since a resumed run makes new ones. */
const savePictures = async (
  folder: string,
  { reconstructions, continuations }: Pictures,
): Promise<void> => {
  const { continuationsPng, reconstructionsPng, runFiles, takeSampleName, writeWhole } =
    await import("../index.ts");
  const save = (target: string, png: Uint8Array): void => {
    const { name, release } = takeSampleName(folder, target);
    try {
      writeWhole(join(folder, runFiles.samples, `${name}.png`), png);
    } finally {
      release();
    }
  };
  if (reconstructions !== undefined) save("reconstruct", sure(reconstructionsPng(reconstructions)));
  if (continuations !== undefined) save("predict", sure(continuationsPng(continuations)));
};

interface Summary {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const summarise = (
  { stage, folder, shownFolder }: Session,
  lines: readonly MetricsLine[],
): Summary => {
  const temporal = isTemporal(stage);
  const { regions } = stage.dataset;
  const bounds = curve(lines, "test", boundKey(temporal));
  const [before, after] = [bounds[0]?.[1], bounds.at(-1)?.[1]];
  const measured = seriesOf(lines.findLast(({ split }) => split === "test"));
  const ratio = recallRatio(measured, regions);
  const report = join(folder, "report.html");
  const rows: readonly (readonly string[])[] = [
    ...(before === undefined || after === undefined
      ? []
      : [["test bound", `${number(before)} -> ${number(after)} ${unit(temporal)}`]]),
    ...klOfRegions(measured, regions).map(([name, kl]) => [
      `KL ${name}`,
      `${number(kl)} nats/frame`,
    ]),
    ...(ratio === undefined
      ? []
      : [["recall ratio", `${number(ratio)} (0 is perfect recall, 1 is no memory)`]]),
    ["run", shownFolder],
    ["report", pathToFileURL(report).href],
  ];
  return {
    text: `\n${columns(rows)}`,
    data: {
      run: shownFolder,
      report,
      steps: bounds.at(-1)?.[0] ?? 0,
      bound: { before: before ?? null, after: after ?? null, unit: unit(temporal) },
      kl: Object.fromEntries(
        klOfRegions(measured, regions).filter(([, kl]) => Number.isFinite(kl)),
      ),
      recallRatio: ratio ?? null,
    },
  };
};
