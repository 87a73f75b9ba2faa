/** Programs to start from: all that are shipped and all that the tests have, at sizes that a step is quick at. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folders = [
  "models",
  "models/memory",
  "models/prelude",
  "test/language/fixtures",
  "test/language/errors",
  "test/language/print",
];

/** Every size of a network or dimension as one of these. */
const small = (text: string): string =>
  text
    .replace(/\b(dim \w+ *= *)(\d{2,})/gu, (_, head: string, size: string) => {
      return head + `${2 + (Number(size) % 4)}`;
    })
    .replace(/\b((?:mlp|dense)\()([\d, ]+)/gu, (_, head: string, sizes: string) => {
      return head + sizes.replace(/\d+/gu, "3");
    })
    .replace(/\b(batch *= *)\d+/gu, "$12");

const read = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".gtm"))
    .map((name) => small(readFileSync(join(folder, name), "utf8")));

export const corpus: readonly string[] = folders.flatMap(read);
