import { describe, expect, test } from "vitest";
import { success } from "../../src/diagnostics/diagnostic.ts";
import { invariant } from "../../src/diagnostics/invariant.ts";
import type { LoadFile, Modules } from "../../src/language/modules.ts";
import { loadModules, resolvePath } from "../../src/language/modules.ts";

/** Files by their path from the root; a load is resolved as the language resolves it. */
const among =
  (files: Readonly<Record<string, string>>): LoadFile =>
  (from, path) =>
    files[resolvePath(from, path)];

const prelude = [
  {
    path: "prelude/lstm.gtm",
    text: "memory LSTM(H) { state h: real[H] = 0 step(x: real[_]) { h' = cell(x) } }",
  },
  { path: "prelude/cell.gtm", text: "fn cell(x: real) -> real = x\nmodel Hidden { }" },
];

const load = (text: string, files: Readonly<Record<string, string>> = {}): Modules => {
  const result = loadModules({ path: "models/m.gtm", text }, among(files), prelude);
  invariant(result.ok, result.ok ? "" : result.diagnostics.map((d) => d.message).join("\n"));
  return result.value;
};

const messages = (
  text: string,
  files: Readonly<Record<string, string>> = {},
): readonly string[] => {
  const result = loadModules({ path: "models/m.gtm", text }, among(files), prelude);
  return result.ok ? [] : result.diagnostics.map(({ code, message }) => `${code} ${message}`);
};

const visible = (modules: Modules, file: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...(modules.scopes.get(file) ?? [])].map(([name, item]) => [name, item.name.span.file]),
  );

describe("what a file sees", () => {
  test("its own declarations and the prelude", () => {
    expect(visible(load("dim X = 3\nmodel M { }"), "models/m.gtm")).toEqual({
      LSTM: "prelude/lstm.gtm",
      cell: "prelude/cell.gtm",
      Hidden: "prelude/cell.gtm",
      X: "models/m.gtm",
      M: "models/m.gtm",
    });
  });

  test("what it imports, with the scope of the file that declares it", () => {
    const modules = load('import { DNC } from "./memory/dnc.gtm"', {
      "models/memory/dnc.gtm": 'import { help } from "../help.gtm"\nmemory DNC(N) { }\ndim N = 3',
      "models/help.gtm": "fn help(x: real) -> real = x",
    });
    expect(visible(modules, "models/m.gtm")["DNC"]).toBe("models/memory/dnc.gtm");
    expect(visible(modules, "models/m.gtm")).not.toHaveProperty("help");
    const inside = visible(modules, "models/memory/dnc.gtm");
    expect(inside).toMatchObject({ N: "models/memory/dnc.gtm", help: "models/help.gtm" });
    expect([...modules.sources.keys()].sort()).toEqual([...modules.files.keys()].sort());
  });

  test("prelude files see each other, not the entry", () => {
    const inside = visible(load("dim X = 3"), "prelude/lstm.gtm");
    expect(inside["cell"]).toBe("prelude/cell.gtm");
    expect(inside).not.toHaveProperty("X");
  });

  test("its own declaration before the prelude's, only for itself", () => {
    const modules = load("fn cell(x: real) -> real = 2 * x");
    expect(visible(modules, "models/m.gtm")["cell"]).toBe("models/m.gtm");
    expect(visible(modules, "prelude/lstm.gtm")["cell"]).toBe("prelude/cell.gtm");
  });

  test("a file that two others import is read once", () => {
    const read: string[] = [];
    const files: Readonly<Record<string, string>> = {
      "models/a.gtm": 'import { C } from "./c.gtm"\ndim A = C',
      "models/b.gtm": 'import { C } from "../models/./c.gtm"\ndim B = C',
      "models/c.gtm": "dim C = 1",
    };
    const text = 'import { A } from "./a.gtm"\nimport { B } from "b.gtm"';
    const counting: LoadFile = (from, path) => {
      read.push(resolvePath(from, path));
      return files[resolvePath(from, path)];
    };
    const result = loadModules({ path: "./models/m.gtm", text }, counting, []);
    expect(result.ok).toBe(true);
    expect(read).toEqual(["models/a.gtm", "models/c.gtm", "models/b.gtm"]);
  });
});

describe("what is refused", () => {
  test("a cycle, also through the entry file under another spelling", () => {
    const files = { "models/a.gtm": 'import { M } from "../models/m.gtm"\ndim A = 1' };
    expect(messages('import { A } from "./a.gtm"\ndim M = 1', files)).toEqual([
      "E0202 files import each other in a cycle",
    ]);
    expect(messages('import { M } from "./m.gtm"\ndim M = 1')).toHaveLength(1);
  });

  test("errors of all files come together, the entry's first", () => {
    const files = { "models/a.gtm": "dim A = \ndim A = 3 3" };
    expect(
      messages('import { A } from "a.gtm"\ndim X 3\nimport { B } from "b.gtm"', files),
    ).toEqual([
      "E0110 After `dim X` I expected `=` and a size, or the next declaration",
      'E0201 there is no file "b.gtm"',
      "E0110 After `dim A =` I expected a value: a number, a name, a call, `(…)` or `[…]`",
      "E0204 `A` is declared twice",
      "E0110 After `3` I expected a declaration: `import`, `dim`, `net`, `arch`, `fn`, `memory`, `model` or `train`",
    ]);
  });

  test("a name is not missed in a file that could not be read", () => {
    expect(messages('import { B } from "a.gtm"', { "models/a.gtm": "dim = 3" })).toHaveLength(1);
  });

  test("what an imported file imports is not declared there", () => {
    const files = {
      "models/a.gtm": 'import { B } from "./b.gtm"\ndim A = B',
      "models/b.gtm": "dim B = 1",
    };
    expect(messages('import { B } from "./a.gtm"', files)).toEqual([
      'E0203 "./a.gtm" does not declare `B`',
    ]);
  });
});

test("an edit changes the entry file before names are looked at", () => {
  const result = loadModules(
    { path: "m.gtm", text: "dim X = 3\ndim Y = 4" },
    among({}),
    [],
    (file) => success({ ...file, items: file.items.slice(1) }),
  );
  expect(result.ok && [...(result.value.scopes.get("m.gtm")?.keys() ?? [])]).toEqual(["Y"]);
  expect(result.ok && result.value.entry.items).toHaveLength(1);
});

test.each([
  ["m.gtm", "./a.gtm", "a.gtm"],
  ["models/m.gtm", "a.gtm", "models/a.gtm"],
  ["models/m.gtm", "../a.gtm", "a.gtm"],
  ["m.gtm", "../a.gtm", "../a.gtm"],
  ["../x/m.gtm", "../../a.gtm", "../../a.gtm"],
  ["/x/m.gtm", "./y//z/../a.gtm", "/x/y/a.gtm"],
  ["models/m.gtm", "/b/a.gtm", "/b/a.gtm"],
  ["C:\\models\\m.gtm", "./a.gtm", "C:/models/a.gtm"],
])("from %s, %s is %s", (from, path, resolved) => {
  expect(resolvePath(from, path)).toBe(resolved);
});
