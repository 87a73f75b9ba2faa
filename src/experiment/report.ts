import { basename } from "node:path";
import type { Origin } from "../config/run-config.ts";
import type { Program } from "../program/program.ts";
import type {
  AddressUse,
  Headline,
  ReadWeights,
  Region,
  ReportData,
  Series,
  Table,
  TrainingChart,
} from "../report/data.ts";
import type { Environment } from "../run/index.ts";

import {
  curve,
  klPerFrame,
  perStep,
  recallRatio,
  regionName,
  seriesOf,
  type MetricsLine,
  type MeasuredTerms as Measurements,
} from "./metrics.ts";
import { count, number, printCall, printOrigin, roleNames, unit } from "./words.ts";

/** What a report is told from. */
export interface StorySource {
  readonly program: Program;
  readonly environment: Environment;
  readonly backendReason: string;
  readonly regions: readonly Region[];
  /** Whether the model has time. */
  readonly temporal: boolean;
  /** Sizes of all dimensions, those included that data binds. */
  readonly dims: Readonly<Record<string, number>>;
  /** Of all iterations, also of those before a resume. */
  readonly lines: readonly MetricsLine[];
  readonly pictures: Pictures;
}

/** The parts of a report that need draws from the model. */
export interface Pictures extends Pick<ReportData, "reconstructions" | "continuations"> {
  readonly reads: readonly ReadWeights[];
  readonly addresses: readonly AddressUse[];
}

/** A run as a report. */
export const tellStory = (source: StorySource): ReportData => {
  const { program, environment, lines, pictures, regions } = source;
  const { config, info } = program;
  const iterations = Math.max(0, ...lines.map(({ step }) => (typeof step === "number" ? step : 0)));
  const data = config.data === null ? "data" : printCall(config.data);
  const curves = frameCurves(lastTest(lines));
  return {
    title: info.model,
    subtitle: [
      data,
      `${count(iterations)} iterations`,
      `seed ${config.training.seed}`,
      environment.started.slice(0, 10),
    ].join(" · "),
    headlines: headlines(source),
    ...(curves.length > 0 ? { frames: { regions, sites: curves } } : {}),
    training: charts(source),
    ...pictures,
    tables: tables(source),
  };
};

/** What the last evaluation measured. */
const lastTest = (lines: readonly MetricsLine[]): Measurements =>
  seriesOf(lines.findLast(({ split }) => split === "test"));

const frameCurves = ({
  terms,
  present,
}: Measurements): readonly { readonly name: string; readonly kl: readonly number[] }[] =>
  [...terms]
    .filter(([name, values]) => name.startsWith("kl.") && values.length > 1)
    .map(([name, kl]) => ({ name: name.slice("kl.".length), kl: perStep(kl, present) }));

/** The bound that people compare: per frame where there are frames, else per sequence. */
export const boundKey = (temporal: boolean): string => (temporal ? "bound_per_step" : "bound");

const headlines = ({ lines, regions, temporal }: StorySource): readonly Headline[] => {
  const tests = lines.filter(({ split }) => split === "test");
  const bounds = curve(tests, "test", boundKey(temporal));
  const [first, last] = [bounds[0], bounds.at(-1)];
  const line = tests.at(-1);
  if (first === undefined || last === undefined || line === undefined) return [];
  const value = (key: string): string | undefined => {
    const found = line[key];
    return typeof found === "number" ? `${number(found)} nats` : undefined;
  };
  const ratio = recallRatio(seriesOf(line), regions);
  const [before, recall] = (["presented", "recalled"] as const).map((kind) =>
    value(`kl.${regionName(regions, kind) ?? ""}`),
  );
  return [
    {
      label: `Test bound, ${temporal ? "nats per frame" : "nats"}`,
      value: minus(number(last[1])),
      ...(first[0] < last[0]
        ? {
            note: `${minus(number(first[1]))} ${first[0] === 0 ? "before training" : `at ${count(first[0])}`}`,
          }
        : {}),
    },
    ...(before === undefined
      ? []
      : [{ label: "KL before recall", value: before, note: "a frame" }]),
    ...(recall === undefined ? [] : [{ label: "KL at recall", value: recall, note: "a frame" }]),
    ...(ratio === undefined
      ? staticDivergences(line)
      : [{ label: "Recall ratio", value: number(ratio), note: "0 is perfect, 1 is no memory" }]),
  ];
};

/** With U+2212, which is as wide as a plus. */
const minus = (text: string): string => text.replaceAll("-", "−");

const staticDivergences = (line: MetricsLine): readonly Headline[] =>
  [...seriesOf(line).terms]
    .filter(([name, values]) => name.startsWith("kl.") && values.length === 1)
    .map(([name, [value = 0]]) => ({
      label: `KL of ${name.slice("kl.".length)}`,
      value: `${number(value)} nats`,
    }));

const charts = (source: StorySource): readonly TrainingChart[] => {
  const { temporal } = source;
  const bound: TrainingChart = {
    title: "Bound",
    yLabel: `bound (${unit(temporal).replace("/", " a ")})`,
    fromZero: false,
    series: bothSplits(source.lines, boundKey(temporal)),
  };
  const measured = lastTest(source.lines);
  const ofFrames: readonly TrainingChart[] =
    klPerFrame(measured) === undefined
      ? []
      : [
          {
            title: "KL of the last frame",
            yLabel: "KL (nats)",
            fromZero: true,
            series: bothSplits(source.lines, "kl.last"),
          },
        ];
  const still = [...measured.terms]
    .filter(([name, values]) => name.startsWith("kl.") && values.length === 1)
    .map(([name]) => divergenceChart(name, source));
  return [bound, ...ofFrames, ...still].filter(({ series }) => series.length > 0);
};

const divergenceChart = (name: string, { program, dims, lines }: StorySource): TrainingChart => {
  const site = name.slice("kl.".length);
  const slots = slotsOf(program, site, dims);
  return {
    title: `KL of ${site}`,
    yLabel: "KL (nats)",
    fromZero: true,
    series: bothSplits(lines, name),
    ...(slots === undefined
      ? {}
      : { reference: { value: Math.log(slots), label: `log ${slots}` } }),
  };
};

/** How many values a discrete site has: S of its type `index[S]`. */
export const slotsOf = (
  { info }: Program,
  site: string,
  dims: Readonly<Record<string, number>>,
): number | undefined => {
  const type = info.sites.find(({ name }) => name === site)?.type ?? "";
  const dim = /^index\[(\w+)\]/u.exec(type)?.[1];
  if (dim === undefined) return undefined;
  return /^\d+$/u.test(dim) ? Number(dim) : dims[dim];
};

const bothSplits = (lines: readonly MetricsLine[], key: string): readonly Series[] =>
  [
    { name: "training batches", faint: true, points: curve(lines, "train", key) },
    { name: "test", points: curve(lines, "test", key) },
  ].filter(({ points }) => points.length > 0);

const tables = ({ program, environment, backendReason }: StorySource): readonly Table[] => {
  const { info, config } = program;
  const total = info.parameters.reduce((sum, one) => sum + one.count, 0);
  return [
    {
      title: "Sites",
      columns: ["site", "type", "prior", "guide", "estimator"],
      rows: info.sites.map(({ name, type, prior, guide, estimator, why }) => [
        name,
        type,
        prior,
        guide ?? "observed",
        [estimator, why].filter((part) => part !== undefined).join(": "),
      ]),
    },
    {
      title: "Parameters",
      columns: ["owner", "count", "part of"],
      numeric: [1],
      rows: [
        ...info.parameters.map((one) => [one.owner, count(one.count), roleNames[one.role]]),
        ["total", count(total), ""],
      ],
    },
    {
      title: "Settings",
      columns: ["path", "value", "from"],
      rows: config.settings.map(({ path, value, origin }) => [path, value, briefOrigin(origin)]),
    },
    {
      title: "Environment",
      columns: ["", ""],
      rows: environmentRows(environment, backendReason),
    },
  ];
};

/** Without folders: the table has no room for them, and config.json has them. */
const briefOrigin = (origin: Origin): string =>
  printOrigin("file" in origin ? { ...origin, file: basename(origin.file) } : origin);

const environmentRows = (
  environment: Environment,
  backendReason: string,
): readonly (readonly string[])[] => [
  ["backend", backendReason],
  ["gtmc", environment.gtmc],
  ["node", `${environment.node} on ${environment.platform}`],
  ["processor", `${environment.cpu}, ${count(environment.cores)} cores`],
  ...Object.entries(environment.libraries),
  ...(environment.git === undefined ? [] : [["git", environment.git.commit.slice(0, 12)]]),
  ["started", environment.started],
];
