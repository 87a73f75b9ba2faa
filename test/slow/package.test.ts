/** The package as users get it: packed, installed into an empty project, run, and imported with types. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const project = mkdtempSync(join(tmpdir(), "gtmc-package-"));
const installed = join(project, "node_modules/gtmc");
const own = (path: string): string => resolve("node_modules", path);

const call = (command: string, words: readonly string[], cwd: string = project): string =>
  execFileSync(command, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const gtmc = (...words: readonly string[]): string => call("npx", ["--no", "gtmc", ...words]);

beforeAll(() => {
  call("npm", ["pack", "--silent", "--pack-destination", project], ".");
  const [tarball = ""] = readdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  call("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${tarball}`]);
}, 600_000);
afterAll(() => {
  rmSync(project, { recursive: true });
});

test("a plain install takes less than 40 MB, without native TensorFlow", () => {
  const folder = join(project, "node_modules");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeLessThan(40e6);
  expect(existsSync(join(folder, "@tensorflow"))).toBe(false);
});

test.each(["auto", "tfjs:wasm"])("the demo trains on %s and draws what it recalls", (backend) => {
  const out = join(project, `run-${backend.replace(":", "-")}`);
  const few = ["train.steps=2", "train.lr=1e-3 * 0.5^(step / 10)", "train.evaluate_batches=1"];
  const set = few.flatMap((setting) => ["--set", setting]);
  const model = "node_modules/gtmc/models/introspective.gtm";
  gtmc("run", model, "--backend", backend, "--out", out, ...set);
  expect(readFileSync(join(out, "report.html"), "utf8")).toContain("data:image/png;base64,");
});

test.each([
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
])("its types serve a strict program, module %s", (module, moduleResolution) => {
  const folder = join(project, module);
  mkdirSync(folder);
  const use = `import { compile } from "gtmc";
const program = compile({ path: "m.gtm", text: "" });
if (program.ok) console.log(program.value.info.model.toUpperCase());
// @ts-expect-error: a number is no source
compile(3);
`;
  writeFileSync(join(folder, "use.ts"), use);
  for (const name of readdirSync("examples")) {
    const text = readFileSync(join("examples", name), "utf8").replace("../src/index.ts", "gtmc");
    writeFileSync(join(folder, name), text);
  }
  const compilerOptions = {
    ...{ module, moduleResolution, target: "es2023", lib: ["es2023"], strict: true, noEmit: true },
    ...{ types: ["node"], typeRoots: [own("@types")], exactOptionalPropertyTypes: true },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  call(process.execPath, [own("typescript/bin/tsc"), "-p", folder]);
});

test("the example of a run folder runs on it", () => {
  const file = join(installed, "experiment.ts");
  const text = readFileSync("examples/experiment.ts", "utf8")
    .replace("../src/index.ts", "gtmc")
    .replaceAll("60", "2")
    .replaceAll("120", "4")
    .replaceAll("30", "2");
  writeFileSync(file, text);
  const tsx = pathToFileURL(own("tsx/dist/loader.mjs")).href;
  expect(call(process.execPath, ["--import", tsx, file], installed)).toContain("nats per frame");
});
