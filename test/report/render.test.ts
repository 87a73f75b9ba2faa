import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/render.ts";
import { still, temporal } from "./sample.ts";

const page = renderReport(temporal);

/** Names of elements left open or closed twice; the page has no other kind of mistake to make. */
const unbalanced = (markup: string): readonly string[] => {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name] of markup.matchAll(/<(\/?)([a-zA-Z0-9]+)[^>]*>/gu)) {
    if (name === undefined || name === "meta") continue;
    if (slash === "") open.push(name);
    else if (open.at(-1) === name) open.pop();
    else wrong.push(name);
  }
  return [...wrong, ...open];
};

const headings = (html: string): readonly (string | undefined)[] =>
  [...html.matchAll(/<h2>([^<]*)<\/h2>/gu)].map(([, title]) => title);

describe("a report", () => {
  test("tells its story in order", () => {
    expect(headings(page)).toEqual([
      "KL per frame",
      "Training",
      "Reconstructions",
      "Continuations",
      "Read weights",
      "What was run",
    ]);
  });

  test("leaves out what a model does not have", () => {
    const html = renderReport(still);
    expect(headings(html)).toEqual(["Training", "Addresses"]);
    expect(html).toContain("log 32");
    expect(unbalanced(html)).toEqual([]);
  });

  test("is well-formed and escapes what it is given", () => {
    expect(unbalanced(page)).toEqual([]);
    expect(page).toContain("<h1>Recall &lt;GTMM&gt;</h1>");
    expect(page).not.toMatch(/NaN|undefined|\[object/u);
  });

  test("needs nothing from elsewhere", () => {
    const addresses = [...page.matchAll(/(?:href|src|url)\s*[=(]\s*["']?([^"')\s]*)/gu)].map(
      ([, address]) => address ?? "",
    );
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((a) => !a.startsWith("data:") && !a.startsWith("#"))).toEqual([]);
    expect(page).not.toMatch(/<script|@import|<link/u);
  });

  test("marks recall and says its mean", () => {
    expect(page).toContain("mean 1.50 nats");
    expect(page).toContain("mean 12.0 nats");
    expect(page).toMatch(/class="span-name accent"[^>]*>recall</u);
  });

  test("says what it cuts off a curve", () => {
    expect(page).toMatch(/Not shown: \d+ points far outside/u);
  });

  test("survives a run that failed at once", () => {
    const html = renderReport({
      ...still,
      frames: { regions: [], sites: [{ name: "z", kl: [NaN, NaN] }] },
      training: [{ title: "Bound", yLabel: "bound (nats)", fromZero: false, series: [] }],
      addresses: [],
    });
    expect(html).not.toContain("NaN");
    expect(unbalanced(html)).toEqual([]);
  });
});
