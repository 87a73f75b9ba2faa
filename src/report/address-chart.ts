import type { AddressUse } from "./data.ts";
import { formatNumber } from "./format.ts";
import { layOut, svg, wholeTicks, xAxis, yAxis } from "./frame.ts";
import { element, type Markup } from "./markup.ts";

/** Share of the draws that chose each slot, with the share of a uniform address as a rule. */
export const addressChart = ({ site, shares }: AddressUse): Markup => {
  const slots = shares.length;
  const plot = layOut({
    width: 860,
    height: 220,
    right: 104,
    x: [-0.5, slots - 0.5],
    y: [0, Math.max(...shares, 1 / slots) * 1.08],
  });
  const step = plot.x(1) - plot.x(0);
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
      shares.map((share, slot) =>
        element(
          "rect",
          {
            class: "bar",
            x: plot.x(slot - 0.5) + gap / 2,
            y: plot.y(share),
            width: step - gap,
            height: plot.bottom - plot.y(share),
          },
          element("title", {}, `slot ${slot}: ${formatNumber(share)}`),
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
