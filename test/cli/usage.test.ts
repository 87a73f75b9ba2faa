import { describe, expect, test } from "vitest";
import { call, json } from "./call.ts";

const verbs = ["check", "run", "resume", "eval", "sample", "info", "inspect", "explain", "help"];

describe("help", () => {
  test.each(verbs)("of %s shows a worked example first", async (verb) => {
    const { exit, out, err } = await call([verb, "--help"]);
    expect(exit).toBe(0);
    expect(err).toBe("");
    expect(out).toMatch(new RegExp(`^  gtmc ${verb} `, "u"));
    expect(out).toContain("--json");
  });

  test("of gtmc lists the verbs", async () => {
    const { exit, out } = await call(["--help"]);
    expect(exit).toBe(0);
    expect(out.startsWith("  gtmc run ")).toBe(true);
    for (const verb of verbs) expect(out).toMatch(new RegExp(`^  ${verb} \\[`, "mu"));
  });

  test("is what a bare gtmc prints, as a mistake", async () => {
    const { exit, out, err } = await call([]);
    expect([exit, out]).toEqual([2, ""]);
    expect(err).toContain("Usage: gtmc VERB");
  });
});

describe("misuse exits with 2 and names the nearest", () => {
  test.each([
    [["rnu", "m.gtm"], "unknown command `rnu`", "did you mean `run`?"],
    [["rnu", "--help"], "unknown command `rnu`", "did you mean `run`?"],
    [["--help", "rnu"], "unknown command `rnu`", "did you mean `run`?"],
    [["help", "rnu"], "nothing is called `rnu`", "did you mean `run`?"],
    [["run", "m.gtm", "--sed", "1"], "unknown option `--sed`", "did you mean `--se"],
    [
      ["run", "--bakend=tfjs:cpu", "m.gtm"],
      "unknown option `--bakend",
      "did you mean `--backend`?",
    ],
    [["eval", "r", "--particels", "1"], "unknown option", "did you mean `--particles`?"],
    [["run"], "missing required argument `FILE`", "gtmc run --help"],
    [["run", "a.gtm", "b.gtm"], "too many arguments", "gtmc run --help"],
    [["run", "a.gtm", "--seed", "-1"], "`--seed <n>` argument `-1` is invalid", "gtmc run --help"],
    [["run", "a.gtm", "--seed"], "argument missing", "gtmc run --help"],
    [
      ["inspect", "a.gtm", "--stage", "grph"],
      "Allowed choices are ast, ir, graph, loops, code",
      "did you mean `graph`?",
    ],
    [
      ["sample", "r", "--target", "posteriro"],
      "Allowed choices are prior",
      "did you mean `posterior`?",
    ],
    [["inspect", "a.gtm", "--stage", "wasm"], "Allowed choices are ast", "gtmc inspect --help"],
  ])("%j", async (argv, claim, help) => {
    const { exit, out, err } = await call(argv);
    expect([exit, out]).toEqual([2, ""]);
    expect(err).toContain("error[E0811]");
    expect(err).toContain(claim);
    expect(err).toContain(help);
    expect(err).toContain("Usage: gtmc ");
  });

  test("also as JSON on stdout", async () => {
    const called = await call(["run", "m.gtm", "--json", "--sed", "1"]);
    expect([called.exit, called.err]).toEqual([2, ""]);
    expect(json(called)).toMatchObject({ ok: false, exit: 2, diagnostics: [{ code: "E0811" }] });
  });
});
