/**
 * Measures every function and density against right values on every backend, and writes the table at the end of
 * `docs/numerics.md`:
 *
 *     npx tsx scripts/numerics-table.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { evaluate } from "../src/runtime/reference.ts";
import { measure, type Measured } from "../test/numerics/measure.ts";
import { openAll } from "../test/runtime/opened.ts";
import { runGraph } from "../test/runtime/run-graph.ts";

const document = new URL("../docs/numerics.md", import.meta.url);
const heading = "## Measured errors\n";

const cell = (error: number): string => (error < 0.05 ? "0" : error.toFixed(1));

/** One row a function: its value, and the worst of its slopes that were measured. */
const rowsOf = (columns: readonly (readonly Measured[])[]): readonly string[] => {
  const names = (columns[0] ?? []).map(({ name }) => name).filter((name) => !name.includes(" by "));
  return names.map((name) => {
    const cells = columns.map((measured) => {
      const value = measured.find((one) => one.name === name)?.error ?? NaN;
      const slopes = measured
        .filter((one) => one.name.startsWith(`${name} by `) && /\d$/u.test(one.name))
        .map(({ error }) => error);
      return slopes.length === 0 ? cell(value) : `${cell(value)} / ${cell(Math.max(...slopes))}`;
    });
    return `| ${name} | ${cells.join(" | ")} |`;
  });
};

const main = async (): Promise<void> => {
  const { available } = await openAll();
  const columns = [measure(evaluate)];
  for (const { backend } of available) {
    columns.push(measure((graph, given) => runGraph(backend, graph, given)));
    backend.dispose();
  }
  const names = ["reference", ...available.map(({ name }) => name)];
  const table = [
    `| | ${names.join(" | ")} |`,
    `| --- | ${names.map(() => "---").join(" | ")} |`,
    ...rowsOf(columns),
  ].join("\n");
  const place = `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`;
  const [before = ""] = readFileSync(document, "utf8").split(heading);
  writeFileSync(
    document,
    `${before}${heading}\n\`npx tsx scripts/numerics-table.ts\`, ${place}. Value / slope; of the slopes of\nother functions it is only tested that they are numbers.\n\n${table}\n`,
  );
};

void main();
