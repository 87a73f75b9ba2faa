/** What the built package has of others, and on which terms. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly version: string;
  readonly license: string;
}

const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.c?js$/u.test(name))
    .map((name) => join(folder, name));

/** The names of the packages whose code is in a folder: the bundler says where each piece comes from. */
export const bundledPackages = (folder: string): readonly string[] => {
  const names = files(folder).flatMap((file) =>
    [
      ...readFileSync(file, "utf8").matchAll(
        /^\/\/#region (?:\S*\/)?node_modules\/((?:@[^/]+\/)?[^/\s]+)/gmu,
      ),
    ].map(([, name = ""]) => name),
  );
  return [...new Set(names)].sort();
};

const read = (name: string, file: string): string =>
  readFileSync(join("node_modules", name, file), "utf8").trim();

/** What a package says in a file of its own. */
const ownTexts = (name: string): readonly string[] =>
  readdirSync(join("node_modules", name))
    .filter((file) => /^(licen[cs]e|notice|copying)/iu.test(file))
    .sort()
    .map((file) => read(name, file));

/** Packages that have no such file. */
const elsewhere: Readonly<Record<string, () => readonly string[]>> = {
  seedrandom: () => [read("seedrandom", "README.md").replace(/^[^]*\nLICENSE \(MIT\)\n-+\n/u, "")],
  ...Object.fromEntries(
    ["core", "backend-cpu", "backend-wasm"].map((part) => [
      `@tensorflow/tfjs-${part}`,
      () => [
        "Copyright Google LLC. All Rights Reserved.",
        ...(part === "backend-wasm"
          ? [readFileSync("scripts/licenses-of-binaries.txt", "utf8").trim()]
          : []),
        read("chevrotain", "LICENSE.txt"),
      ],
    ]),
  ),
};

const section = (name: string): string => {
  const { version, license } = JSON.parse(read(name, "package.json")) as Manifest;
  const texts = elsewhere[name]?.() ?? ownTexts(name);
  if (texts.length === 0) throw new Error(`${name} says nowhere on which terms it may be used`);
  return [`${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}`, ...texts].join(
    "\n\n",
  );
};

/** The text of THIRD-PARTY-LICENSES. */
export const thirdPartyLicenses = (folder: string): string =>
  [
    "gtmc contains code of the packages below, each on the terms that follow its name.\ndigits/LICENSE has those of the images in digits/.",
    ...bundledPackages(folder).map(section),
  ].join("\n\n") + "\n";
