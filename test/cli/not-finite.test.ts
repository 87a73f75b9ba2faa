/** What programs read holds numbers where numbers belong: infinite terms are named by a warning, and left out. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../../src/cli/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "gtmc-not-finite-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The guide draws what the prior excludes, at every step or once. */
const model = (at: string): string => `dim C = 2
model Chain {
  data x[t]: real
  data T: simplex[C] shared
  param q: real[C] = 0
  z${at} ~ Categorical(logits = log(T))
    guide Categorical(logits = q)
  w[t] ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = x[t], scale = 1)
  x[t] ~ Normal(loc = w[t] + sum(onehot(z${at}, C) * q), scale = 1)
}
train {
  data      = sequences(file = "chain.json", shared = "T")
  objective = iwae(K = 24)
  batch     = 1
  steps     = 1
}
`;

const call = async (...argv: readonly string[]): Promise<{ exit: number; said: unknown }> => {
  let out = "";
  const exit = await main([...argv, "--json", "--quiet"], {
    stdout: (text) => (out += text),
    stderr: () => undefined,
    stdin: () => Promise.resolve(""),
    env: {},
    cwd: folder,
    stoppable: (act) => act(new AbortController().signal),
  });
  return { exit, said: JSON.parse(out) };
};

/** Paths of what is not a number although it stands for one. */
const holes = (value: unknown, path = ""): readonly string[] => {
  if (value === "Infinity" || value === "-Infinity" || value === "NaN") return [path];
  // These may be absent: of one sequence, of a model without time, of a task without recall.
  const absent = [".standardError", ".boundPerStep", ".recallRatio", ".stored"];
  if (value === null) return absent.includes(path) ? [] : [path];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
    holes(one, `${path}.${name}`),
  );
};

test.each(["[t]", ""])("z%s", async (at) => {
  writeFileSync(join(folder, "chain.json"), '{ "x": [[1, 2], [3, 4], [2, 2]], "T": [0, 1] }');
  writeFileSync(join(folder, "chain.gtm"), model(at));
  const run = `run${at.length}`;
  for (const argv of [
    ["run", "chain.gtm", "--backend", "reference", "--out", run],
    ["eval", run],
  ]) {
    const { exit, said } = await call(...argv);
    expect(exit).toBe(0);
    expect(holes(said)).toEqual([]);
    expect(said).toMatchObject({ diagnostics: [{ code: "E0722", severity: "warning" }] });
  }
});
