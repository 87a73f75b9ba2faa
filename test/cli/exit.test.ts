import { expect, test } from "vitest";
import { exitOf } from "../../src/cli/exit.ts";
import type { ErrorCode } from "../../src/diagnostics/codes.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";

const diagnostic = (code: ErrorCode, file?: string): Diagnostic => ({
  code,
  severity: "error",
  message: "",
  secondary: [],
  notes: [],
  help: [],
  ...(file === undefined ? {} : { primary: { span: { file, start: 0, end: 1 }, text: "" } }),
});

test.each([
  [[], 0],
  [[{ ...diagnostic("E0310", "m.gtm"), severity: "warning" }], 0],
  [[diagnostic("E0101", "m.gtm")], 1],
  [[diagnostic("E0804", "m.gtm")], 1],
  [[diagnostic("E0805")], 2],
  [[diagnostic("E0811")], 2],
  [[diagnostic("E0701")], 2],
  [[diagnostic("E0310", "--set Z=6.4")], 2],
  [[diagnostic("E0804", "small.json")], 2],
  [[diagnostic("E0605")], 3],
  [[diagnostic("E0842")], 3],
  [[diagnostic("E0843")], 3],
  [[diagnostic("E0702")], 5],
  [[diagnostic("E0704")], 5],
  [[diagnostic("E0705")], 5],
  [[diagnostic("E0816")], 5],
  [[diagnostic("E0841")], 5],
  [[diagnostic("E0821")], 3],
  [[diagnostic("E0710")], 4],
  [[diagnostic("E0605"), diagnostic("E0310", "m.gtm")], 1],
] as const)("%j exits with %i", (diagnostics, exit) => {
  expect(exitOf(diagnostics, "small.json")).toBe(exit);
});
