import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { updateTable, type SoakRow } from "./soak-table.ts";

/** Writes how each soak that ran has ended into the table of docs/soak.md. */
export default class SoakReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const root = join(import.meta.dirname, "../..");
    const document = join(root, "docs/soak.md");
    const last = `${new Date().toISOString().slice(0, 10)}, ${commitOf(root)}`;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const rows = tests
      .filter((test) => ["passed", "failed"].includes(test.result().state))
      .map((test): SoakRow => ({ ...describeTest(test), last }));
    if (rows.length === 0) return;
    writeFileSync(document, updateTable(readFileSync(document, "utf8"), rows));
  }
}

const describeTest = (test: TestCase): Omit<SoakRow, "last"> => ({
  what: test.fullName,
  howMany: test.meta().howMany ?? "1",
  minutes: ((test.diagnostic()?.duration ?? 0) / 60_000).toFixed(1),
  result: test.result().state,
});

/** "1a2b3c4", with a plus where the working tree differs from it. */
const commitOf = (root: string): string => {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", ":!docs/soak.md");
  return `${git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : "+"}`;
};
