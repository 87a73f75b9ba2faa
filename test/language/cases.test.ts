import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { position } from "../../src/diagnostics/span.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { showTree } from "./tree.ts";

// A case file holds cases: `# title`, the source, `==>`, and what parsing gives: one line for each import and item,
// and `//! line:column code message` for each error. `vitest -u` writes the results anew; read the difference.

const folder = "test/language/cases";

const resultOf = (source: string): string => {
  const { file, diagnostics } = parse(source, "case.gtm");
  const errors = diagnostics.map(({ code, message, primary }) => {
    const { line, column } = position(source, primary?.span.start ?? 0);
    return `//! ${line}:${column} ${code} ${message}`;
  });
  const doc = file.doc === "" ? [] : [`doc: ${file.doc}`];
  return [...doc, ...file.imports.map(showTree), ...file.items.map(showTree), ...errors].join("\n");
};

const files = readdirSync(folder).filter((file) => file.endsWith(".txt"));

test.each(files)("%s", async (file) => {
  const text = readFileSync(`${folder}/${file}`, "utf8");
  const cases = text.split(/^(?=# )/mu).filter((part) => part.trim() !== "");
  const rendered = cases.map((part) => {
    const [, title = "", rest = ""] = /^# (.*)\n([^]*)$/u.exec(part) ?? [];
    const source = rest.split(/^==>$/mu)[0]?.trimEnd() ?? "";
    return `# ${title}\n${source}\n==>\n${resultOf(source)}\n`;
  });
  expect(cases.length).toBeGreaterThan(0);
  await expect(rendered.join("\n")).toMatchFileSnapshot(`cases/${file}`);
});
