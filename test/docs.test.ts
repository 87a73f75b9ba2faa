import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import * as library from "../src/index.ts";
import { verify } from "../src/ir/verify.ts";
import type { Model } from "../src/ir/model.ts";
import { call } from "./cli/call.ts";

// What README.md and docs say can be done: programs compile, commands parse, names are exported, the example runs.

const pages = [
  "README.md",
  ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? `docs/${name}` : [])),
];
const folder = mkdtempSync(join(tmpdir(), "gtmc-docs-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Block {
  readonly where: string;
  readonly kind: "gtm" | "json" | "shell" | "ts";
  readonly text: string;
}

/** A block without a name is a program, or else lines for a shell. */
const kindOf = (tag: string, text: string): Block["kind"] => {
  if (tag === "json" || tag === "ts") return tag;
  if (tag !== "") throw new Error(`no test knows what \`${tag}\` is`);
  return /^model /mu.test(text) ? "gtm" : "shell";
};

const blocks: readonly Block[] = pages.flatMap((page) =>
  [...readFileSync(page, "utf8").matchAll(/^```(\w*)\n(.*?)^```$/gmsu)].map(
    ({ 1: tag = "", 2: text = "", index, input }) => ({
      where: `${page}:${input.slice(0, index).split("\n").length}`,
      kind: kindOf(tag, text),
      text,
    }),
  ),
);

const check: Readonly<Record<Block["kind"], (text: string) => void>> = {
  gtm: (text) => {
    const program = library.compile({ path: "models/page.gtm", text });
    expect(program.ok ? [] : program.diagnostics).toEqual([]);
  },
  json: (text) => {
    verify(JSON.parse(text) as Model);
  },
  shell: (text) => {
    for (const line of text.trim().split("\n")) {
      expect(existsSync(line.split(" ")[0] ?? ""), line).toBe(true);
    }
  },
  ts: (text) => {
    const [, names = ""] = /^import \{(.*)\} from "gtmc";$/mu.exec(text.trim()) ?? [];
    expect(Object.keys(library)).toEqual(
      expect.arrayContaining(names.split(",").map((name) => name.trim())),
    );
  },
};

describe("blocks", () => {
  test("are of every kind", () => {
    expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(Object.keys(check)));
  });
  test.each(blocks)("$where, $kind", ({ kind, text }) => {
    check[kind](text);
  });
});

/** Words as a shell splits them; '…' holds one together. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/gu)].map(([, quoted, plain]) => quoted ?? plain ?? "");

/** A command line for each of the words that `a|b` offers. */
const alternatives = (words: readonly string[]): readonly (readonly string[])[] =>
  words.reduce<readonly (readonly string[])[]>(
    (lines, word) =>
      word
        .replaceAll("\\|", "|")
        .split("|")
        .flatMap((one) => lines.map((line) => [...line, one])),
    [[]],
  );

const commands = pages.flatMap((page) =>
  readFileSync(page, "utf8")
    .split("\n")
    .flatMap((line, i) =>
      [...line.matchAll(/`(?:npx )?gtmc( [^`]+)`|^ {4}(?:.* )?npx gtmc( .*)$/gu)].map(
        ([, quoted, whole]) => [`${page}:${i + 1}`, (quoted ?? whole ?? "").trim()] as const,
      ),
    ),
);

/** What stands for something that a user has. */
const stands: ReadonlyMap<string, string> = new Map([
  ["FILE", "nowhere"],
  ["FILE…", "nowhere"],
  ["RUN", "nowhere"],
  ["CODE", "E0502"],
  ["n", "1"],
]);

/** A command line that computes nothing: a real file's settings are printed, and other files are not there. */
const harmless = ([verb = "", ...rest]: readonly string[]): readonly string[] => {
  const given = rest.map((word) => stands.get(word) ?? word);
  if (verb === "explain" || verb === "help") return [verb, ...given];
  const hasFile = given.some((word) => word === "nowhere" || word.endsWith(".gtm"));
  return [
    verb,
    ...given,
    ...(hasFile ? [] : ["nowhere"]),
    ...(verb === "run" && !given.includes("nowhere") && hasFile ? ["--print-config"] : []),
  ];
};

describe("commands", () => {
  test("are found", () => {
    expect(commands.length).toBeGreaterThan(15);
  });
  test.each(commands)("%s: gtmc %s", async (_, line) => {
    for (const words of alternatives(wordsOf(line))) {
      const argv = harmless(words);
      const { exit, err } = await call(argv);
      if (argv.includes("nowhere")) expect(err).toMatch(/^error\[E081[25]\]/u);
      else expect(exit, err).toBe(0);
    }
  });
});

test("the example runs, but for its number of steps", async () => {
  const source = readFileSync("examples/new-memory.ts", "utf8");
  const short = source
    .replace("steps = 400", "steps = 2\n  batch = 2\n  log_every = 1")
    .replace("evaluate_every = 400", "evaluate_every = 2\n  evaluate_batches = 1")
    .replace("../src/index.ts", resolve("src/index.ts"))
    .replace('"new-memory.svg",', `${JSON.stringify(join(folder, "new-memory.svg"))},`)
    .replace('openBackend("auto")', 'openBackend("reference")');
  expect(short).not.toContain("400");
  const file = join(folder, "example.ts");
  writeFileSync(file, short);
  const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).href);
    expect(said.mock.calls.flat().join("")).toContain("step 2: ");
  } finally {
    said.mockRestore();
  }
  expect(readFileSync(join(folder, "new-memory.svg"), "utf8")).toContain("<polyline");
});
