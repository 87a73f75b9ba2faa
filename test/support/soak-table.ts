/** The table of docs/soak.md: one row a soak, each with its last result. */

/** One soak and how it went. */
export interface SoakRow {
  readonly what: string;
  readonly howMany: string;
  readonly minutes: string;
  readonly result: string;
  /** "2026-11-30, 1a2b3c4". */
  readonly last: string;
}

const heading = "| what | how many | minutes | result | last |";
const rule = "| --- | --- | --- | --- | --- |";

/** The document with new rows in the place of the rows of the same soaks; the others stay as they were. */
export const updateTable = (document: string, rows: readonly SoakRow[]): string => {
  const lines = document.trimEnd().split("\n");
  const start = lines.indexOf(heading);
  const before = start < 0 ? [...lines, ""] : lines.slice(0, start);
  const kept = start < 0 ? [] : lines.slice(start + 2).filter((line) => line.startsWith("|"));
  const after = start < 0 ? [] : lines.slice(start + 2 + kept.length);
  const table = new Map(kept.map((line) => [line.split(" | ")[0] ?? line, line]));
  for (const row of rows) {
    const cells = [row.what, row.howMany, row.minutes, row.result, row.last].map(escapeCell);
    table.set(`| ${cells[0] ?? ""}`, `| ${cells.join(" | ")} |`);
  }
  const sorted = [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return `${[...before, heading, rule, ...sorted, ...after].join("\n")}\n`;
};

const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
