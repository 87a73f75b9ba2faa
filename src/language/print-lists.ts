const maximumColumns = 80;

/** A list on one line, or one element per line where that is too long. */
export const listed = (
  head: string,
  open: string,
  elements: readonly string[],
  close: string,
): string => {
  const line = `${head}${open}${elements.join(", ")}${close}`;
  const length = line.length - (head.lastIndexOf("\n") + 1);
  return length <= maximumColumns || elements.length < 2
    ? line
    : `${head}${open.trimEnd()}\n${elements.map((e) => `  ${e}`).join(",\n")}\n${close.trimStart()}`;
};

const indented = (text: string): string => text.replace(/^(?=.)/gmu, "  ");

/** `head { lines }`, the lines indented. */
export const braces = (head: string, lines: readonly string[]): string =>
  lines.length === 0 ? `${head} {}` : `${head} {\n${indented(lines.join("\n"))}\n}`;

/** A declaration below its doc comment. */
export const withDoc = (doc: string, text: string): string =>
  doc === "" ? text : `${doc.replace(/^(.*)$/gmu, (_, line) => `/// ${line}`.trimEnd())}\n${text}`;

/** Rows of columns, each column as wide as its widest cell; a row that is too long stays as it is. */
export const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  const fits = widths.reduce((sum, width) => sum + width + 1, -1) <= maximumColumns;
  return rows.map((row) =>
    row
      .map((cell, i) => (fits && i < row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell))
      .join(" "),
  );
};
