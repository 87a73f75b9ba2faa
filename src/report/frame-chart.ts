import { line } from "d3-shape";
import type { FrameCurves } from "./data.ts";
import { formatNumber } from "./format.ts";
import { isAccented, layOut, regionBands, svg, wholeTicks, xAxis, yAxis } from "./frame.ts";
import { element, type Markup } from "./markup.ts";

/**
 * KL at each frame with the regions of the task behind it and the mean of each region as a rule, so that the ratio of
 * recall to pre-recall is seen and read off.
 */
export const frameChart = ({ regions, sites }: FrameCurves): Markup => {
  const steps = Math.max(...sites.map((site) => site.kl.length));
  const highest = Math.max(1e-3, ...sites.flatMap((site) => site.kl.filter(Number.isFinite)));
  const plot = layOut({
    width: 860,
    height: 340,
    top: regions.length > 0 ? 34 : 12,
    x: [-0.5, steps - 0.5],
    y: [0, highest * 1.08],
  });
  const curve = line<number>()
    .x((_, frame) => plot.x(frame))
    .y((kl) => plot.y(kl))
    .defined(Number.isFinite);

  const curves = sites.map((site, i) => {
    const slot = `series-${(i % 4) + 1}`;
    return element(
      "g",
      { class: slot },
      element("path", { class: "line", d: curve([...site.kl]) ?? "" }),
      site.kl.map((kl, frame) =>
        Number.isFinite(kl)
          ? element(
              "circle",
              { class: "dot", cx: plot.x(frame), cy: plot.y(kl), r: 4 },
              element("title", {}, `frame ${frame}: ${formatNumber(kl)} nats`),
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

const means = (
  kl: readonly number[],
  { regions, plot }: { regions: FrameCurves["regions"]; plot: ReturnType<typeof layOut> },
): readonly Markup[] =>
  regions.flatMap((region) => {
    const inside = kl.slice(region.from, region.to);
    if (inside.length === 0 || !inside.every(Number.isFinite)) return [];
    const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
    const [from, to] = [plot.x(region.from - 0.5), plot.x(region.to - 0.5)];
    const above = plot.y(mean) - plot.top > 40;
    return [
      element("line", {
        class: "mean",
        x1: from + 6,
        x2: to - 6,
        y1: plot.y(mean),
        y2: plot.y(mean),
      }),
      element(
        "text",
        {
          class: `note${isAccented(region) ? " accent" : ""}`,
          x: (from + to) / 2,
          y: plot.y(mean) + (above ? -22 : 28),
          "text-anchor": "middle",
        },
        `mean ${formatNumber(mean)} nats`,
      ),
    ];
  });
