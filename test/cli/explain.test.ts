import { expect, test } from "vitest";
import { call, json } from "./call.ts";

test.each(["E0502", "e0502", "502", "0502"])("%s is explained", async (word) => {
  const { exit, out, err } = await call(["explain", word]);
  expect([exit, err]).toEqual([0, ""]);
  expect(out).toMatch(
    /^E0502: VIMCO .*\.\n\n[^]*\n\nWrong:\n\n {4}model [^]*\n\nRight:\n\n {4}model /u,
  );
  expect(out).toMatch(/The exit code is 1\.\n$/u);
});

test("a warning says that it is one", async () => {
  expect((await call(["explain", "E0506"])).out).toContain("E0506 is a warning.");
});

test("a code is explained to programs", async () => {
  const called = await call(["explain", "E0603", "--json"]);
  expect(called.exit).toBe(0);
  expect(json(called)).toMatchObject({ code: "E0603", fault: "data", exitCode: 3, ok: true });
});

test.each([
  ["E0592", "did you mean `E0502`?"],
  ["toString", "a code is the letter E and four digits"],
])("%s is no code", async (word, help) => {
  const { exit, out, err } = await call(["explain", word]);
  expect([exit, out]).toEqual([2, ""]);
  expect(err).toContain(`error[E0811]: there is no code \`${word}\``);
  expect(err).toContain(help);
});
