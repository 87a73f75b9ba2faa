import type { AddressUse } from "./data.ts";
import { formatNumber } from "./format.ts";
import { grouped, layOut, svg, wholeTicks, xAxis, yAxis } from "./frame.ts";
import { element, type Markup } from "./markup.ts";

/** More bars than this would be narrower than a pixel. */
const mostBars = 600;

/**
 * Share of the draws that chose each slot, with the share of a uniform address as a rule. Of more slots than there are
 * bars, a bar shows the largest share of its neighbours, so that a peak is never lost.
 */
export const addressChart = ({ site, shares }: AddressUse): Markup => {
  const slots = shares.length;
  const bars = grouped(shares, mostBars, (group) => Math.max(...group));
  const plot = layOut({
    width: 860,
    height: 220,
    right: 104,
    x: [-0.5, slots - 0.5],
    y: [0, Math.max(...bars.map(({ value }) => value), 1 / slots) * 1.08],
  });
  const step = plot.x(bars[0]?.size ?? 1) - plot.x(0);
  const gap = step > 6 ? 2 : step > 2 ? 0.5 : 0;
  return svg(
    plot.width,
    plot.height,
    `Share of draws of ${site} at each of ${slots} slots`,
    yAxis(plot, "share of draws"),
    xAxis(plot, `slot (${site})`, wholeTicks(0, slots - 1, 17)),
    element(
      "g",
      { class: "series-1" },
      bars.map(({ from, size, value }) =>
        element(
          "rect",
          {
            class: "bar",
            x: plot.x(from - 0.5) + gap / 2,
            y: plot.y(value),
            width: plot.x(from + size) - plot.x(from) - gap,
            height: plot.bottom - plot.y(value),
          },
          element(
            "title",
            {},
            size === 1
              ? `slot ${from}: ${formatNumber(value)}`
              : `slots ${from} to ${from + size - 1}: at most ${formatNumber(value)}`,
          ),
        ),
      ),
    ),
    element("line", {
      class: "mean",
      x1: plot.left,
      x2: plot.right,
      y1: plot.y(1 / slots),
      y2: plot.y(1 / slots),
    }),
    element(
      "text",
      { class: "note", x: plot.right + 8, y: plot.y(1 / slots) + 4 },
      `uniform: ${formatNumber(1 / slots)}`,
    ),
  );
};
