import { expect, test } from "vitest";
import { updateTable } from "./soak-table.ts";

const row = { what: "kills", howMany: "3 kills", minutes: "0.1", result: "passed", last: "now" };

test("a row replaces the row of the same soak and leaves the others and the text", () => {
  const first = updateTable("# Soak\n\nText.\n", [row, { ...row, what: "a | b" }]);
  const second = updateTable(first, [{ ...row, result: "failed" }]);
  expect(second).toBe(
    first.replace("| kills | 3 kills | 0.1 | passed", "| kills | 3 kills | 0.1 | failed"),
  );
  expect(second.split("\n").filter((line) => line.startsWith("|"))).toHaveLength(4);
  expect(second.startsWith("# Soak\n\nText.\n\n| what |")).toBe(true);
});
