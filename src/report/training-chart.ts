import { line } from "d3-shape";
import type { Series, TrainingChart } from "./data.ts";
import { formatCount, formatNumber } from "./format.ts";
import { layOut, svg, xAxis, yAxis, type Plot } from "./frame.ts";
import { element, type Markup } from "./markup.ts";

type Point = readonly [x: number, y: number];

/** A curve over iterations; says how many points lie too far outside to be shown. */
export const trainingChart = (chart: TrainingChart): Markup => {
  const points = chart.series.flatMap((series) => series.points).filter(isFinitePoint);
  const { low, high, cut } = extentOf(points, chart.fromZero);
  const highest = Math.max(low + 1e-6, high, chart.reference?.value ?? -Infinity);
  const plot = layOut({
    width: 424,
    height: 290,
    top: 14,
    right: 18,
    x: [
      points.reduce((low, [x]) => Math.min(low, x), 0),
      points.reduce((high, [x]) => Math.max(high, x), 1),
    ],
    y: [low, highest],
  });
  const clip = `clip-${slug(chart.title)}`;
  const drawing = svg(
    plot.width,
    plot.height,
    chart.title,
    element(
      "clipPath",
      { id: clip },
      element("rect", {
        x: plot.left - 5,
        y: plot.top - 5,
        width: plot.right - plot.left + 10,
        height: plot.bottom - plot.top + (chart.fromZero ? 10 : 5),
      }),
    ),
    yAxis(plot, chart.yLabel),
    xAxis(plot, "iteration", plot.x.ticks(5).filter(Number.isInteger)),
    chart.reference === undefined ? [] : reference(plot, chart.reference),
    element(
      "g",
      { "clip-path": `url(#${clip})` },
      chart.series.map((series, i) =>
        drawSeries(plot, series, colourClasses(chart.series)[i] ?? ""),
      ),
    ),
  );
  return element(
    "figure",
    { class: "small" },
    element("h3", {}, chart.title),
    chart.series.length > 1 ? legend(chart.series) : [],
    drawing,
    cut > 0
      ? element(
          "figcaption",
          {},
          `Not shown: ${formatCount(cut)} ${cut === 1 ? "point" : "points"} far outside.`,
        )
      : [],
  );
};

/** Coloured keys with the names of series. */
export const legend = (
  series: readonly { readonly name: string; readonly faint?: boolean }[],
): Markup =>
  element(
    "p",
    { class: "legend" },
    series.map((one, i) =>
      element("span", { class: colourClasses(series)[i] }, element("i", {}), one.name),
    ),
  );

const isFinitePoint = ([, y]: Point): boolean => Number.isFinite(y);

interface Extent {
  readonly low: number;
  readonly high: number;
  /** Points that lie outside. */
  readonly cut: number;
}

/**
 * What the axis spans. The first iterations are often far off, and so are single batches of a young model: what lies
 * outside the middle of the values by more than that middle spans is cut, since it would flatten all the rest.
 */
const extentOf = (points: readonly Point[], fromZero: boolean): Extent => {
  const sorted = points.map(([, y]) => y).sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
  const [lower, upper] = [fromZero ? 0 : quantile(0.1), quantile(fromZero ? 0.95 : 1)];
  const spread = upper - lower;
  const low = fromZero ? Math.min(0, quantile(0)) : Math.max(quantile(0), lower - 0.5 * spread);
  const high = Math.min(quantile(1), upper + spread);
  return { low, high, cut: sorted.filter((y) => y < low || y > high).length };
};

/** Colours go to what matters, in order; faint series are grey. */
const colourClasses = (series: readonly { readonly faint?: boolean }[]): readonly string[] => {
  const vivid = series.filter((one) => one.faint !== true);
  return series.map((one) =>
    one.faint === true ? "faint" : `series-${(vivid.indexOf(one) % 4) + 1}`,
  );
};

const drawSeries = (plot: Plot, series: Series, colour: string): Markup => {
  const curve = line<Point>()
    .x(([x]) => plot.x(x))
    .y(([, y]) => plot.y(y))
    .defined(isFinitePoint);
  const few = series.faint !== true && series.points.length <= 40;
  return element(
    "g",
    { class: colour },
    element("path", { class: "line", d: curve([...series.points]) ?? "" }),
    few
      ? series.points
          .filter(isFinitePoint)
          .map(([x, y]) =>
            element(
              "circle",
              { class: "dot", cx: plot.x(x), cy: plot.y(y), r: 3.5 },
              element("title", {}, `iteration ${formatCount(x)}: ${formatNumber(y)} nats`),
            ),
          )
      : [],
  );
};

const reference = (plot: Plot, level: { value: number; label: string }): Markup =>
  element(
    "g",
    {},
    element("line", {
      class: "mean",
      x1: plot.left,
      x2: plot.right,
      y1: plot.y(level.value),
      y2: plot.y(level.value),
    }),
    element(
      "text",
      { class: "note", x: plot.right, y: plot.y(level.value) - 6, "text-anchor": "end" },
      level.label,
    ),
  );

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/gu, "-");
