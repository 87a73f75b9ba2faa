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

  test("draws a million slots or frames as a few marks, slots by the largest, frames by the mean", () => {
    const many = (at: number): readonly number[] =>
      Array.from({ length: 1e6 }, (_, i) => (i === at ? 0.5 : 0));
    const html = renderReport({
      ...temporal,
      addresses: [{ site: "a", shares: many(654_321) }],
      frames: { regions: [], sites: [{ name: "z", kl: many(123_456) }] },
    });
    expect(html.length).toBeLessThan(1e6);
    const titles = [...html.matchAll(/<title>((?:slots|mean of frames) \d[^<]*)/gu)].map(
      ([, title = ""]) => title,
    );
    expect(
      titles.filter((title) => !title.includes(": 0.000 nats") && !title.endsWith(" 0.000")),
    ).toEqual([
      "mean of frames 123000 to 123999: 5.0e−4 nats",
      "slots 653464 to 655130: at most 0.500",
    ]);
    expect(unbalanced(html)).toEqual([]);
  });

  test("is well-formed and escapes what it is given", () => {
    expect(unbalanced(page)).toEqual([]);
    expect(page).toContain("<h1>Recall &lt;GTMM&gt;</h1>");
    expect(page).not.toMatch(/NaN|undefined|\[object/u);
  });

  test("of a user whose every text is markup has the elements of any other", () => {
    const hostile = `\u001b[31m\0\u0085'"></title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>`;
    const replaced = (value: unknown, text: string): unknown => {
      if (typeof value === "string") return value + text;
      if (Array.isArray(value)) return value.map((one: unknown) => replaced(one, text));
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, replaced(one, text)]),
      );
    };
    const elements = (html: string): readonly string[] =>
      [...html.matchAll(/<\/?[a-zA-Z0-9]+/gu)].map(([tag]) => tag);
    for (const data of [temporal, still]) {
      const render = (text: string): string =>
        renderReport(replaced(data, text) as typeof temporal);
      const html = render(hostile);
      expect(elements(html)).toEqual(elements(render("x".repeat(hostile.length))));
      expect(html).not.toMatch(/[^\t\n\r\P{Cc}]/u);
      expect(html).toContain("&lt;script&gt;");
    }
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
