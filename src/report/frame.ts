import { scaleLinear, type ScaleLinear } from "d3-scale";
import type { Region } from "./data.ts";
import { formatTicks } from "./format.ts";
import { element, type Markup } from "./markup.ts";

/** The area of a chart: where its axes cross, and its scales. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Space above the plot for the names of regions. */
  readonly top?: number;
  readonly right?: number;
}

const LEFT = 58;
const BOTTOM = 46;

/** A plot with a nice y axis; the x axis spans exactly what is asked for. */
export const layOut = (options: PlotOptions): Plot => {
  const { width, height, top = 12 } = options;
  const right = width - (options.right ?? 14);
  const bottom = height - BOTTOM;
  return {
    width,
    height,
    left: LEFT,
    right,
    top,
    bottom,
    x: scaleLinear(options.x, [LEFT, right]),
    y: scaleLinear(options.y, [bottom, top]).nice(5),
  };
};

/** Neighbours that are drawn as one. */
export interface DrawnGroup {
  readonly from: number;
  readonly size: number;
  readonly value: number;
}

/** At most `most` groups of neighbours, each with one value; where there are no more values than that, each is alone. */
export const grouped = (
  values: readonly number[],
  most: number,
  valueOf: (group: readonly number[]) => number,
): readonly DrawnGroup[] => {
  const by = Math.max(1, Math.ceil(values.length / most));
  return Array.from({ length: Math.ceil(values.length / by) }, (_, i) => {
    const group = values.slice(i * by, (i + 1) * by);
    return { from: i * by, size: group.length, value: valueOf(group) };
  });
};

/** Whole numbers from `from` to `to`, thinned to at most `count`. */
export const wholeTicks = (from: number, to: number, count: number): readonly number[] => {
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].find((s) => (to - from) / s < count);
  const by = step ?? Math.ceil((to - from) / count);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);
};

/** Horizontal grid lines with their numbers, and the name of the axis. */
export const yAxis = (plot: Plot, label: string): Markup => {
  const ticks = plot.y.ticks(5);
  const labels = formatTicks(ticks);
  const middle = (plot.top + plot.bottom) / 2;
  return element(
    "g",
    {},
    ticks.map((tick, i) => [
      element("line", {
        class: "grid",
        x1: plot.left,
        x2: plot.right,
        y1: plot.y(tick),
        y2: plot.y(tick),
      }),
      element(
        "text",
        { class: "tick", x: plot.left - 8, y: plot.y(tick) + 4, "text-anchor": "end" },
        labels[i] ?? "",
      ),
    ]),
    element(
      "text",
      { class: "axis", transform: `translate(14 ${middle}) rotate(-90)`, "text-anchor": "middle" },
      label,
    ),
  );
};

export const xAxis = (plot: Plot, label: string, ticks: readonly number[]): Markup => {
  const labels = formatTicks(ticks);
  return element(
    "g",
    {},
    element("line", {
      class: "base",
      x1: plot.left,
      x2: plot.right,
      y1: plot.bottom,
      y2: plot.bottom,
    }),
    ticks.map((tick, i) =>
      element(
        "text",
        { class: "tick", x: plot.x(tick), y: plot.bottom + 17, "text-anchor": "middle" },
        labels[i] ?? "",
      ),
    ),
    element(
      "text",
      {
        class: "axis",
        x: (plot.left + plot.right) / 2,
        y: plot.bottom + 37,
        "text-anchor": "middle",
      },
      label,
    ),
  );
};

/** Whether a region is the one that a reader should see first. */
export const isAccented = (region: Region): boolean => region.kind === "recalled";

/** Brackets with names above a plot whose x axis counts frames; `x` is a frame's left edge. */
export const regionNames = (
  regions: readonly Region[],
  x: (frame: number) => number,
  top: number,
): Markup =>
  element(
    "g",
    {},
    regions.map((region) => {
      const [from, to] = [x(region.from), x(region.to)];
      const accent = isAccented(region) ? " accent" : "";
      return [
        element("line", { class: `span${accent}`, x1: from + 1, x2: to - 1, y1: top, y2: top }),
        element(
          "text",
          { class: `span-name${accent}`, x: (from + to) / 2, y: top - 7, "text-anchor": "middle" },
          region.name,
        ),
      ];
    }),
  );

/** Bands behind a plot, with their names above. */
export const regionBands = (
  regions: readonly Region[],
  x: (frame: number) => number,
  top: number,
  bottom: number,
): readonly Markup[] => [
  ...regions.map((region) =>
    element("rect", {
      class: `band${isAccented(region) ? " accent" : ""}`,
      x: x(region.from),
      y: top,
      width: x(region.to) - x(region.from),
      height: bottom - top,
    }),
  ),
  regionNames(regions, x, top),
];

/** An inline image of this size, described for those who cannot see it. */
export const svg = (
  width: number,
  height: number,
  description: string,
  ...children: readonly (Markup | readonly Markup[])[]
): Markup =>
  element(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      xmlns: "http://www.w3.org/2000/svg",
    },
    element("title", {}, description),
    children,
  );
