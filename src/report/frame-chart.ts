import { line } from "d3-shape";
import type { FrameCurves } from "./data.ts";
import { formatNumber } from "./format.ts";
import {
  grouped,
  isAccented,
  layOut,
  regionBands,
  svg,
  wholeTicks,
  xAxis,
  yAxis,
  type DrawnGroup,
} from "./frame.ts";
import { element, type Markup } from "./markup.ts";

/** More dots than this would hide one another. */
const mostDots = 1000;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * KL at each frame with the regions of the task behind it and the mean of each region as a rule, so that the ratio of
 * recall to pre-recall is seen and read off. Of more frames than there are dots, a dot is the mean of its neighbours.
 */
export const frameChart = ({ regions, sites }: FrameCurves): Markup => {
  const steps = Math.max(...sites.map((site) => site.kl.length));
  const dots = sites.map((site) => grouped(site.kl, mostDots, mean));
  const highest = dots
    .flat()
    .reduce((most, { value }) => (Number.isFinite(value) ? Math.max(most, value) : most), 1e-3);
  const plot = layOut({
    width: 860,
    height: 340,
    top: regions.length > 0 ? 34 : 12,
    x: [-0.5, steps - 0.5],
    y: [0, highest * 1.08],
  });
  const middle = ({ from, size }: DrawnGroup): number => plot.x(from + (size - 1) / 2);
  const curve = line<DrawnGroup>()
    .x(middle)
    .y(({ value }) => plot.y(value))
    .defined(({ value }) => Number.isFinite(value));

  const curves = dots.map((groups, i) => {
    const slot = `series-${(i % 4) + 1}`;
    return element(
      "g",
      { class: slot },
      element("path", { class: "line", d: curve([...groups]) ?? "" }),
      groups.map((group) =>
        Number.isFinite(group.value)
          ? element(
              "circle",
              { class: "dot", cx: middle(group), cy: plot.y(group.value), r: 4 },
              element("title", {}, `${framesOf(group)}: ${formatNumber(group.value)} nats`),
            )
          : "",
      ),
    );
  });
  return svg(
    plot.width,
    plot.height,
    `KL in nats at each of ${steps} frames`,
    regionBands(regions, (frame) => plot.x(frame - 0.5), plot.top, plot.bottom),
    yAxis(plot, "KL (nats per frame)"),
    xAxis(plot, "frame", wholeTicks(0, steps - 1, 26)),
    sites.length === 1 ? means(sites[0]?.kl ?? [], { regions, plot }) : [],
    curves,
  );
};

const framesOf = ({ from, size }: DrawnGroup): string =>
  size === 1 ? `frame ${from}` : `mean of frames ${from} to ${from + size - 1}`;

const means = (
  kl: readonly number[],
  { regions, plot }: { regions: FrameCurves["regions"]; plot: ReturnType<typeof layOut> },
): readonly Markup[] =>
  regions.flatMap((region) => {
    const inside = kl.slice(region.from, region.to);
    if (inside.length === 0 || !inside.every(Number.isFinite)) return [];
    const level = mean(inside);
    const [from, to] = [plot.x(region.from - 0.5), plot.x(region.to - 0.5)];
    const above = plot.y(level) - plot.top > 40;
    return [
      element("line", {
        class: "mean",
        x1: from + 6,
        x2: to - 6,
        y1: plot.y(level),
        y2: plot.y(level),
      }),
      element(
        "text",
        {
          class: `note${isAccented(region) ? " accent" : ""}`,
          x: (from + to) / 2,
          y: plot.y(level) + (above ? -22 : 28),
          "text-anchor": "middle",
        },
        `mean ${formatNumber(level)} nats`,
      ),
    ];
  });
