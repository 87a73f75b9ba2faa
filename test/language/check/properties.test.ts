import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printModel } from "../../../src/ir/print.ts";
import type { File, Item } from "../../../src/language/ast.ts";
import { families } from "../../../src/distributions/index.ts";
import { analyse } from "../../../src/language/language.ts";
import { loadModules, resolvePath } from "../../../src/language/modules.ts";
import { success } from "../../../src/diagnostics/diagnostic.ts";

const folder = "models";
const models = readdirSync(folder).filter((name) => name.endsWith(".gtm"));
const prelude = readdirSync(`${folder}/prelude`).map((name) => ({
  path: `prelude/${name}`,
  text: readFileSync(`${folder}/prelude/${name}`, "utf8"),
}));
const load = (from: string, path: string): string | undefined => {
  const resolved = resolvePath(from, path);
  return existsSync(resolved) ? readFileSync(resolved, "utf8") : undefined;
};

const printed = (file: string, edit: (file: File) => File): string => {
  const path = `${folder}/${file}`;
  // Imported memories are written into the file, so that their lines are shuffled too.
  const text = readFileSync(path, "utf8").replace(/^import .* "(.*)"$/mu, (_, imported: string) =>
    readFileSync(resolvePath(path, imported), "utf8"),
  );
  const source = { path, text };
  const modules = loadModules(source, load, prelude, (parsed) => success(edit(parsed)));
  if (!modules.ok) throw new Error(modules.diagnostics.map(({ message }) => message).join("\n"));
  const result = analyse(modules.value, families);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result.value.models.map(printModel).join("\n");
};

/** Everything whose order the language says is free: items of a file, members of a model, lines of operations. */
const shuffled = (file: File, keys: readonly number[]): File => {
  let next = 0;
  const shuffle = <T>(list: readonly T[]): readonly T[] =>
    list
      .map((value) => ({ value, key: keys[next++ % keys.length] ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
  const item = (one: Item): Item => {
    if (one.kind === "model") return { ...one, members: shuffle(one.members) };
    if (one.kind !== "memory") return one;
    const operations = one.operations.map((operation) => {
      const { body } = operation;
      if (body.kind !== "block") return operation;
      return { ...operation, body: { ...body, statements: shuffle(body.statements) } };
    });
    return { ...one, states: shuffle(one.states), operations: shuffle(operations) };
  };
  return { ...file, items: shuffle(file.items.map(item)) };
};

const resized = (file: File, sizes: readonly number[]): File => ({
  ...file,
  items: file.items.map((item, i) => {
    if (item.kind !== "dim" || item.value?.kind !== "number") return item;
    const value = sizes[i % sizes.length] ?? 1;
    return { ...item, value: { ...item.value, value, text: `${value}` } };
  }),
});

test("whatever a user writes gives errors or a model that holds", () => {
  const texts = models.map((file) => readFileSync(`${folder}/${file}`, "utf8"));
  const words = (text: string): readonly string[] =>
    text.match(/\/\/.*|\s+|[\p{L}_]\w*|[\d.]+|./gu) ?? [];
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 });
  let wrong = 0;
  fc.assert(
    fc.property(fc.constantFrom(...texts), edits, (text, places) => {
      const tokens = [...words(text)];
      const names = tokens.flatMap((token, i) => (/^\w/u.test(token) ? [i] : []));
      for (const [at, from] of places) {
        const [target, source] = [names[at % names.length] ?? 0, names[from % names.length] ?? 0];
        tokens[target] = tokens[source] ?? "";
      }
      const source = { path: `${folder}/edited.gtm`, text: tokens.join("") };
      const modules = loadModules(source, load, prelude);
      if (modules.ok && !analyse(modules.value, families).ok) wrong++;
    }),
    { numRuns: 120, seed: 4 },
  );
  expect(wrong).toBeGreaterThan(20);
});

describe.each(models)("%s", (file) => {
  const original = printed(file, (parsed) => parsed);

  test("the order of lines does not change the model", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 30, maxLength: 60 }), (keys) => {
        expect(printed(file, (parsed) => shuffled(parsed, keys))).toBe(original);
      }),
      { numRuns: 4, seed: 1 },
    );
  });

  test("other sizes keep it right, and change only the table of sizes", () => {
    const withoutSizes = (text: string): string => text.replace(/^ {2}\w+ = \d+$/gmu, "");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 7 }), (sizes) => {
        const text = printed(file, (parsed) => resized(parsed, sizes));
        expect(withoutSizes(text)).toBe(withoutSizes(original));
      }),
      { numRuns: 4, seed: 2 },
    );
  });
});
