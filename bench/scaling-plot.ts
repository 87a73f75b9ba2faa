/** Curves on logarithmic axes, a panel for each measure and size, as one picture. */
import { scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { svg } from "../src/report/frame.ts";
import { element, raw, type Markup } from "../src/report/markup.ts";

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The slope on logarithmic axes. */
  readonly exponent: number;
}

export interface Panel {
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
}

const [width, height] = [300, 250];
const margin = { left: 52, right: 22, top: 26, bottom: 44 };
const rows = 2;
const heading = 34;

const style = `
svg { --ink: #1c1e21; --soft: #666c75; --rule: #e4e5e8; --paper: #fdfdfc; --s0: #1f66c9; --s1: #12806a; --s2: #8a4bb3;
  font: 12px system-ui, sans-serif; background: var(--paper) }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e7e8ea; --soft: #9ba1aa; --rule: #2a2e33; --paper: #15171a; --s0: #74abf5; --s1: #55c2a6; --s2: #c595e6 }
}
text { fill: var(--soft) } .title { fill: var(--ink); font-weight: 600 } .grid { stroke: var(--rule) }
.c0 { --c: var(--s0) } .c1 { --c: var(--s1) } .c2 { --c: var(--s2) }
path { fill: none; stroke: var(--c); stroke-width: 2 } circle { fill: var(--c) } .key { fill: var(--c); font-weight: 600 }
`;

/** Panels from top to bottom, then to the right, under a title. */
export const scalingPlot = (panels: readonly Panel[], title: string): string => {
  const columns = Math.ceil(panels.length / rows);
  const drawing = svg(
    columns * width,
    heading + rows * height,
    title,
    element("style", {}, raw(style)),
    element("text", { class: "title", x: 14, y: 22 }, title),
    panels.map((panel, i) => {
      const [x, y] = [Math.floor(i / rows) * width, heading + (i % rows) * height];
      return element("g", { transform: `translate(${x} ${y})` }, drawPanel(panel));
    }),
  );
  return `${drawing.markup}\n`;
};

const extent = (values: readonly number[]): readonly [number, number] => [
  Math.min(...values),
  Math.max(...values),
];

const drawPanel = ({ x: xLabel, y: yLabel, curves }: Panel): readonly Markup[] => {
  const points = curves.flatMap((curve) => curve.points);
  const [left, right] = [margin.left, width - margin.right];
  const [top, bottom] = [margin.top, height - margin.bottom];
  const x = scaleLog(extent(points.map(([a]) => a)), [left, right]);
  const [low, high] = extent(points.map(([, b]) => b));
  // Room for the key, above where curves begin.
  const y = scaleLog([low, 3 * high], [bottom, top]).nice();
  const sizes = [...new Set(points.map(([a]) => a))].sort((a, b) => a - b);
  const shown = sizes.filter((_, i) => (sizes.length - 1 - i) % Math.ceil(sizes.length / 6) === 0);
  const decades = y.ticks().filter((tick) => Number.isInteger(Math.log10(tick)));
  const curve = line<readonly [number, number]>()
    .x(([a]) => x(a))
    .y(([, b]) => y(b));
  return [
    ...decades.map((tick) =>
      element(
        "g",
        {},
        element("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }),
        element("text", { x: left - 7, y: y(tick) + 4, "text-anchor": "end" }, tick),
      ),
    ),
    ...shown.map((tick) =>
      element("text", { x: x(tick), y: bottom + 17, "text-anchor": "middle" }, tick),
    ),
    element("text", { x: (left + right) / 2, y: height - 10, "text-anchor": "middle" }, xLabel),
    element("text", { x: left - 38, y: top - 13 }, yLabel),
    ...curves.map((one, i) =>
      element(
        "g",
        { class: `c${i}` },
        element("path", { d: curve([...one.points]) ?? "" }),
        one.points.map(([a, b]) => element("circle", { cx: x(a), cy: y(b), r: 3 })),
        element(
          "text",
          { class: "key", x: left + 8, y: top + 10 + 15 * i },
          `${one.name}: exponent ${one.exponent.toFixed(2)}`,
        ),
      ),
    ),
  ];
};
