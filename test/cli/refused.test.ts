import { expect, test } from "vitest";
import { exitOf } from "../../src/cli/exit.ts";
import { refusedByMachine } from "../../src/cli/errors.ts";

const refused = (code: string, more: object = { syscall: "write" }): Error =>
  Object.assign(new Error(`${code}: what the system says`), { code, ...more });

test.each([
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "quota"],
  ["EROFS", "only be read"],
  ["EACCES", "may not be used"],
  ["EMFILE", "too many files"],
  ["ENFILE", "too many files"],
  ["ENOENT", "is gone"],
  ["EIO", "could not be written or read"],
  ["ENOTDIR", "could not be written or read"],
])("%s is the machine's refusal, not a bug", (code, claim) => {
  const refusal = refusedByMachine(refused(code));
  expect(refusal?.message).toContain(claim);
  expect(refusal?.notes[0]).toContain("what the system says");
  expect(refusal?.help).not.toEqual([]);
  expect(exitOf(refusal === undefined ? [] : [refusal])).toBe(5);
});

test("other errors stay bugs", () => {
  expect(refusedByMachine(new TypeError("x is not a function"))).toBeUndefined();
  expect(refusedByMachine(refused("ERR_INVALID_ARG_TYPE"))).toBeUndefined();
  expect(refusedByMachine(refused("ENOSPC", {}))).toBeUndefined();
});
