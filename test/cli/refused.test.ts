import { expect, test } from "vitest";
import { exitOf } from "../../src/cli/exit.ts";
import { refusedByMachine } from "../../src/cli/problems.ts";

test("a full disk is the machine's refusal, not a bug", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
  });
  const refusal = refusedByMachine(full);
  expect(refusal?.code).toBe("E0816");
  expect(refusal?.notes[0]).toContain("no space left");
  expect(exitOf(refusal === undefined ? [] : [refusal])).toBe(2);
});

test("other errors stay bugs", () => {
  expect(refusedByMachine(new TypeError("x is not a function"))).toBeUndefined();
  expect(refusedByMachine(Object.assign(new Error(), { code: "ERR_ASSERTION" }))).toBeUndefined();
});
