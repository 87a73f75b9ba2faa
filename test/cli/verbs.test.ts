import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, json, recallModel, type Called, type World } from "./call.ts";

const cwd = mkdtempSync(join(tmpdir(), "gtmc-verbs-"));
const gtmc = (argv: readonly string[], world: World = {}): Promise<Called> =>
  call(argv, { cwd, ...world });
const broken = recallModel.replace("guide post(x[t], psi[t])", "guide pots(x[t], psi[t])");

beforeAll(() => {
  writeFileSync(join(cwd, "recall.gtm"), recallModel);
  writeFileSync(join(cwd, "broken.gtm"), broken);
  writeFileSync(join(cwd, "small.json"), '{"Z": 3, "train.batch": 2}');
  writeFileSync(join(cwd, "list.json"), "[1]");
  writeFileSync(join(cwd, "unknown.json"), '{"Q": 3}');
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe("check", () => {
  test("of sound files says so, also of standard input", async () => {
    const { exit, out, err } = await gtmc(["check", "recall.gtm", "-"], { stdin: recallModel });
    expect([exit, err]).toEqual([0, ""]);
    expect(out).toMatch(/^recall\.gtm: Recall is well-formed.*\n-: Recall is well-formed/u);
  });

  test("shows every error where it is, and exits with 1", async () => {
    const { exit, err } = await gtmc(["check", "recall.gtm", "broken.gtm"]);
    expect(exit).toBe(1);
    expect(err).toContain("pots(x[t], psi[t])");
    expect(err).toContain("did you mean `post`?");
  });

  test("as JSON, with places", async () => {
    const called = await gtmc(["check", "--json", "recall.gtm", "broken.gtm"]);
    expect([called.exit, called.err]).toEqual([1, ""]);
    expect(json(called)).toMatchObject({
      ok: false,
      files: [
        { file: "recall.gtm", ok: true },
        { ok: false, diagnostics: [{ code: "E0301", primary: { start: { line: 27 } } }] },
      ],
    });
  });
});

describe("a verb that needs a sound model", () => {
  test.each(["run", "info", "inspect"])("%s exits with 1 where it is not", async (verb) => {
    const { exit, out, err } = await gtmc([verb, "broken.gtm"]);
    expect([exit, out]).toEqual([1, ""]);
    expect(err).toContain("broken.gtm:27:");
    expect(readdirSync(cwd)).not.toContain("runs");
  });

  test("names a file that is not there", async () => {
    const { exit, err } = await gtmc(["info", "nowhere.gtm"]);
    expect([exit, err]).toEqual([2, expect.stringContaining("there is no such file")]);
  });
});

describe("overrides", () => {
  const settings = async (...argv: readonly string[]): Promise<Record<string, string>> => {
    const called = await gtmc(["run", "recall.gtm", "--print-config", ...argv]);
    expect(called.exit, called.err).toBe(0);
    const lines = called.out.trimEnd().split("\n");
    return Object.fromEntries(
      lines.map((line) => {
        const [path = "", value, ...origin] = line.split(/ {2,}/u);
        return [path, `${value} from ${origin.join(" ")}`];
      }),
    );
  };

  test("come from the file, the config or a flag, and say so", async () => {
    const given = ["--config", "small.json", "--set", "Z=4", "--seed", "9", "--steps", "11"];
    const all = await settings(...given);
    expect(all["Z"]).toBe("4 from --set Z=4");
    expect(all["train.batch"]).toMatch(/^2 from .*small\.json:1$/u);
    expect(all["train.seed"]).toBe("9 from --set train.seed=9");
    expect(all["train.steps"]).toBe("11 from --set train.steps=11");
    expect(all["H"]).toMatch(/^8 from .*recall\.gtm:4$/u);
    expect(all["train.clip"]).toMatch(/ from default$/u);
    expect(readdirSync(cwd)).not.toContain("runs");
  });

  test.each([
    [["--set", "Z=6.4"], "--set Z=6.4"],
    [["--set", "Q=3"], "Q"],
    [["--set", "train.steps"], "train.steps"],
    [["--set", "train.setps=3"], "did you mean"],
    [["--config", "nowhere.json"], "no such file"],
    [["--config", "list.json"], "holds no object"],
    [["--config", "unknown.json"], "Q"],
    [["--backend", "abacus"], "abacus"],
  ])("%j are the command line's fault: 2", async (argv, claim) => {
    const { exit, out, err } = await gtmc(["run", "recall.gtm", ...argv]);
    expect([exit, out], err).toEqual([2, ""]);
    expect(err).toContain(claim);
  });
});

describe("exit codes of running", () => {
  const run = (...argv: readonly string[]): Promise<Called> =>
    gtmc(["run", "recall.gtm", "--backend", "tfjs:cpu", ...argv]);

  test("3: data are missing, or do not fit the declarations", async () => {
    const missing = await run("--set", "train.data=perfect_recall(images = nowhere)");
    expect([missing.exit, missing.err]).toEqual([3, expect.stringContaining("nowhere")]);
    const misfit = await run("--set", "X=49");
    expect(misfit.exit).toBe(3);
    expect(misfit.err).toContain("expected [49]");
    expect(misfit.err).toContain("found    [16]");
    const none = await gtmc(["run", "-"], { stdin: recallModel.replace(/^ *data +=.*$/mu, "") });
    expect([none.exit, none.err]).toEqual([3, expect.stringContaining("names no data")]);
  });

  test("3: a data directory is taken from GTMC_DATA, the flag first", async () => {
    const argv = ["run", "recall.gtm", "--set", "train.data=perfect_recall(images = digits8)"];
    const variable = await gtmc(argv, { env: { GTMC_DATA: "/from-variable" } });
    expect([variable.exit, variable.err]).toEqual([3, expect.stringContaining("/from-variable")]);
    const flag = await gtmc([...argv, "--data-dir", "/from-flag"], {
      env: { GTMC_DATA: "/from-variable" },
    });
    expect(flag.err).toContain("/from-flag");
    expect(flag.err).not.toContain("/from-variable");
  });

  test("4: a number is not finite; the last good state is kept", async () => {
    const { exit, err } = await run("--set", "train.optimizer=sgd(lr = 1e38)", "--out", "blown");
    expect(exit).toBe(4);
    expect(err).toContain("E0710");
    expect(err).toMatch(/the last good state, after step \d, is in/u);
    const files = readdirSync(join(cwd, "blown"));
    expect(files).not.toContain("manifest.json");
    expect(readFileSync(join(cwd, "blown", "log.txt"), "utf8")).toContain("E0710");
  });

  test("70: a bug of ours, with a reproduction", async () => {
    const { exit, err } = await gtmc(["info", "recall.gtm"], {
      stdout: () => {
        throw new Error("the printer is on fire");
      },
    });
    expect(exit).toBe(70);
    expect(err).toContain("this is a bug in gtmc");
    expect(err).toContain("the printer is on fire");
    const path = /A reproduction was written to (\S+)/u.exec(err)?.[1] ?? "";
    const reproduction: unknown = JSON.parse(readFileSync(path, "utf8"));
    rmSync(path);
    expect(reproduction).toMatchObject({
      arguments: ["info", "recall.gtm"],
      files: { "recall.gtm": recallModel },
    });
  });
});

describe("info", () => {
  test("tells all the compiler knows", async () => {
    const { exit, out } = await gtmc(["info", "recall.gtm"]);
    expect(exit).toBe(0);
    const titles = [...out.matchAll(/^(\S.*)$/gmu)].map(([line]) => line);
    expect(titles).toEqual(
      expect.arrayContaining(["Recall", "dimensions", "data", "sites", "parameters", "schedules"]),
    );
    expect(out).toMatch(/^ {2}infer +.*z.*mem$/mu);
    expect(out).toMatch(/^ {2}post +[\d,]+ {2}guide$/mu);
  });

  test("as JSON", async () => {
    const called = await gtmc(["info", "--json", "recall.gtm"]);
    expect(json(called)).toMatchObject({
      info: { model: "Recall", dims: { X: 16, Z: 2 }, sites: [{ name: "z" }, { name: "x" }] },
    });
  });
});

describe("inspect", () => {
  test.each(["ast", "ir", "graph", "loops", "code"])(
    "prints the %s as text and as JSON",
    async (stage) => {
      const text = await gtmc(["inspect", "recall.gtm", "--stage", stage]);
      expect([text.exit, text.err]).toEqual([0, ""]);
      expect(text.out.split("\n").length).toBeGreaterThan(10);
      const data = json(await gtmc(["inspect", "recall.gtm", "--stage", stage, "--json"]));
      expect(data).toMatchObject({ ok: true, stage });
      expect(data[stage]).toBeTypeOf("object");
    },
  );
});

test("a terminal gets one live line, in its width; NO_COLOR is heard", async () => {
  const argv = ["run", "recall.gtm", "--backend", "tfjs:cpu", "--out", "live", "--steps", "4"];
  const live = await gtmc(argv, { columns: 40 });
  expect(live.exit, live.err).toBe(0);
  const lines = live.err.split("\r").filter((line) => line.startsWith("step "));
  expect(lines.length).toBe(2);
  for (const line of lines) expect(line.split("\u001b")[0]?.length).toBeLessThan(40);
  const colored = await gtmc(["info", "broken.gtm"], { columns: 80 });
  expect(colored.err).toContain("\u001b[1;31m");
  const plain = await gtmc(["info", "broken.gtm"], { columns: 80, env: { NO_COLOR: "1" } });
  expect(plain.err).not.toContain("\u001b");
});
