import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exits } from "../../src/cli/exit.ts";
import { main } from "../../src/cli/cli.ts";
import { runFiles } from "../../src/run/folder.ts";

const page = readFileSync("docs/runs.md", "utf8");

test("exit codes are those of the page", () => {
  const printed = [...page.matchAll(/^\| (\d+) \|/gmu)].map(([, code]) => Number(code));
  expect(printed).toEqual(Object.values(exits));
});

test("every file and every field of metrics that a run leaves is on the page", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gtmc-runs-"));
  try {
    cpSync("test/transcripts/sound", folder, { recursive: true });
    let said = "";
    const say = (text: string): void => {
      said += text;
    };
    const exit = await main(["run", "rows.gtm", "--out", "run", "--backend", "reference"], {
      stdout: say,
      stderr: say,
      stdin: () => Promise.resolve(""),
      env: {},
      cwd: folder,
      stoppable: (act) => act(new AbortController().signal),
    });
    expect(exit, said).toBe(0);
    const run = join(folder, "run");
    const files = [...readdirSync(run), ...readdirSync(join(run, "checkpoints", "000001"))];
    const names = [...files, "latest", ...Object.values(runFiles)];
    expect(
      names.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}/\``)),
    ).toEqual([]);
    const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
    const fields = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line) as object)));
    expect(fields.size).toBeGreaterThan(10);
    expect([...fields].filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
