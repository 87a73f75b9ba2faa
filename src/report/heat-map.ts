import type { ReadWeights } from "./data.ts";
import { formatNumber } from "./format.ts";
import { regionNames, svg, wholeTicks } from "./frame.ts";
import { element, type Markup } from "./markup.ts";

const LEFT = 58;
const RIGHT = 96;

/** Slots against steps, one map a head; the ink of a cell is the weight, so it reads alike on light and dark paper. */
export const heatMaps = ({ heads, name, regions }: ReadWeights): Markup =>
  element(
    "div",
    { class: "maps" },
    heads.map((weights, head) => heatMap(weights, { regions, name, head, heads: heads.length })),
  );

interface Place {
  readonly regions: ReadWeights["regions"];
  readonly name: string;
  readonly head: number;
  readonly heads: number;
}

const heatMap = (weights: readonly (readonly number[])[], place: Place): Markup => {
  const steps = weights.length;
  const slots = Math.max(0, ...weights.map((row) => row.length));
  const cell = Math.min(48, (860 - LEFT - RIGHT) / steps);
  const tall = Math.min(cell, Math.max(4, 420 / slots), 22);
  const top = place.regions.length > 0 ? 34 : 12;
  const [right, bottom] = [LEFT + cell * steps, top + tall * slots];
  const [width, height] = [right + RIGHT, bottom + 46];
  const title = place.heads > 1 ? `${place.name}, head ${place.head + 1}` : place.name;
  return svg(
    width,
    height,
    `Read weights of ${title}: ${slots} slots by ${steps} frames`,
    regionNames(place.regions, (frame) => LEFT + cell * frame, top - 4),
    weights.flatMap((row, step) =>
      row.map((weight, slot) =>
        element(
          "rect",
          {
            class: "cell",
            x: LEFT + step * cell + 0.5,
            y: top + slot * tall + 0.5,
            width: cell - 1,
            height: tall - 1,
            "fill-opacity": Math.min(1, Math.max(0, weight)),
          },
          weight >= 0.02
            ? element("title", {}, `frame ${step}, slot ${slot}: ${formatNumber(weight)}`)
            : "",
        ),
      ),
    ),
    element("rect", {
      class: "outline",
      x: LEFT,
      y: top,
      width: right - LEFT,
      height: bottom - top,
    }),
    wholeTicks(0, steps - 1, 26).map((tick) =>
      element(
        "text",
        {
          class: "tick",
          x: LEFT + (tick + 0.5) * cell,
          y: bottom + 17,
          "text-anchor": "middle",
        },
        tick,
      ),
    ),
    wholeTicks(0, slots - 1, Math.max(2, Math.floor((bottom - top) / 15))).map((tick) =>
      element(
        "text",
        { class: "tick", x: LEFT - 8, y: top + (tick + 0.5) * tall + 4, "text-anchor": "end" },
        tick,
      ),
    ),
    element(
      "text",
      { class: "axis", x: (LEFT + right) / 2, y: bottom + 37, "text-anchor": "middle" },
      "frame",
    ),
    element(
      "text",
      {
        class: "axis",
        transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)`,
        "text-anchor": "middle",
      },
      place.heads > 1 ? `slot (head ${place.head + 1})` : "slot",
    ),
    ramp(right + 24, top, Math.min(120, bottom - top)),
  );
};

const ramp = (x: number, top: number, height: number): readonly Markup[] => {
  const bands = 12;
  return [
    ...Array.from({ length: bands }, (_, i) =>
      element("rect", {
        class: "cell",
        x,
        y: top + (i * height) / bands,
        width: 10,
        height: height / bands + 0.3,
        "fill-opacity": 1 - i / (bands - 1),
      }),
    ),
    element("rect", { class: "outline", x, y: top, width: 10, height }),
    element("text", { class: "tick", x: x + 16, y: top + 9 }, "1"),
    element("text", { class: "tick", x: x + 16, y: top + height }, "0"),
    element("text", { class: "tick", x: x + 16, y: top + height / 2 + 4 }, "weight"),
  ];
};
