import { addressChart } from "./address-chart.ts";
import type { Continuations, ReportData, Table } from "./data.ts";
import { frameChart } from "./frame-chart.ts";
import { heatMaps } from "./heat-map.ts";
import { continuationFigure, reconstructionFigure } from "./image-figure.ts";
import { element, raw, voidElement, type Markup } from "./markup.ts";
import { style } from "./style.ts";
import { legend, trainingChart } from "./training-chart.ts";

/** A page that needs nothing but itself: no network, no script. */
export const renderReport = (data: ReportData): string => {
  const page = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      voidElement("meta", { charset: "utf-8" }),
      voidElement("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      // Should text of a user's ever become markup, it still loads and runs nothing.
      voidElement("meta", {
        "http-equiv": "Content-Security-Policy",
        content: "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
      }),
      element("title", {}, `${data.title} – gtmc`),
      element("style", {}, raw(style)),
    ),
    element("body", {}, heading(data), sections(data)),
  );
  return `<!doctype html>\n${page.markup}\n`;
};

const heading = ({ title, subtitle, headlines }: ReportData): Markup =>
  element(
    "header",
    {},
    element("h1", {}, title),
    element("p", { class: "lead" }, subtitle),
    headlines.length === 0
      ? []
      : element(
          "dl",
          { class: "headlines" },
          headlines.map(({ label, value, note }) =>
            element(
              "div",
              {},
              element("dt", {}, label),
              element("dd", {}, value, note === undefined ? "" : element("small", {}, note)),
            ),
          ),
        ),
  );

const sections = (data: ReportData): readonly Markup[] => {
  const { frames, training, addresses, reconstructions, continuations, reads, tables } = data;
  return [
    frames === undefined || frames.sites.length === 0
      ? []
      : section(
          "KL per frame",
          "Information that a frame brings and the memory did not have, mean over test sequences. A frame that is recalled costs nothing.",
          frames.sites.length > 1 ? legend(frames.sites) : [],
          frameChart(frames),
        ),
    training.length === 0
      ? []
      : section(
          "Training",
          "The reported bound is never weighted.",
          element("div", { class: "pair" }, training.map(trainingChart)),
        ),
    addresses.map((use) =>
      section(
        "Addresses",
        "How often the guide chose each slot, over test data.",
        addressChart(use),
      ),
    ),
    reconstructions === undefined
      ? []
      : section(
          "Reconstructions",
          "Test data above the means of the model under latents of the guide.",
          reconstructionFigure(reconstructions),
        ),
    continuations === undefined
      ? []
      : section(
          "Continuations",
          continuationText(continuations),
          continuationFigure(continuations),
        ),
    reads.map((read) =>
      section("Read weights", `Where ${read.name} looks at each frame.`, heatMaps(read)),
    ),
    tables.length === 0
      ? []
      : element(
          "section",
          { class: "tables" },
          element("h2", {}, "What was run"),
          tables.map(printTable),
        ),
  ].flat();
};

const continuationText = ({ particles }: Continuations): string => {
  const chosen =
    particles === undefined
      ? "seen through the guide, unweighted"
      : `seen through one of ${particles} particles of the guide, which each sample chose by importance`;
  return `The first frames are given and ${chosen}; the rest is drawn from the model alone.`;
};

const section = (
  title: string,
  says: string,
  ...body: readonly (Markup | readonly Markup[])[]
): Markup =>
  element("section", {}, element("h2", {}, title), element("p", { class: "say" }, says), body);

const printTable = ({ title, columns, rows, numeric = [] }: Table): Markup => {
  const flush = (column: number): string | undefined =>
    numeric.includes(column) ? "number" : undefined;
  return element(
    "div",
    { class: "wide" },
    element("h3", {}, title),
    element(
      "table",
      {},
      columns.every((name) => name === "")
        ? []
        : element(
            "thead",
            {},
            element(
              "tr",
              {},
              columns.map((name, i) => element("th", { class: flush(i) }, name)),
            ),
          ),
      element(
        "tbody",
        {},
        rows.map((row) =>
          element(
            "tr",
            {},
            row.map((cell, i) => element("td", { class: flush(i) }, cell)),
          ),
        ),
      ),
    ),
  );
};
