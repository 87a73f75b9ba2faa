/** What is published: which files, how large, on whose terms. It is `dist/` as `npm ci` or `npm run build` made it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { bundledPackages, thirdPartyLicenses } from "../scripts/bundled.ts";

interface Packed {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly unpackedSize: number;
}

const packing = ["pack", "--dry-run", "--json", "--ignore-scripts"];
const [packed] = JSON.parse(execFileSync("npm", packing, { encoding: "utf8" })) as [Packed];
const paths = packed.files.map(({ path }) => path);

test("it has what runs, the models and the digits, and nothing of the sources", () => {
  expect(paths).toEqual(
    expect.arrayContaining([
      "dist/index.js",
      "dist/index.d.ts",
      "dist/cli/main.js",
      "dist/mathjs.cjs",
      "dist/tfjs-backend-wasm.wasm",
      "dist/tfjs-backend-wasm-simd.wasm",
      "digits/images-idx3-ubyte.gz",
      "digits/LICENSE",
      "models/introspective.gtm",
      "CHANGELOG.md",
      "LICENSE",
      "THIRD-PARTY-LICENSES",
    ]),
  );
  expect(paths.filter((path) => /^(src|test|bench|scripts|docs)\//u.test(path))).toEqual([]);
});

test("unpacked it is small", () => {
  expect(packed.unpackedSize).toBeLessThan(9e6);
});

test("a package is bundled or depended on, never both", () => {
  const bundled = bundledPackages("dist");
  expect(bundled).toEqual(expect.arrayContaining(["chevrotain", "commander", "mathjs"]));
  expect(manifest).not.toHaveProperty("dependencies");
  const installed = Object.keys({
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  });
  expect(installed.filter((name) => bundled.includes(name))).toEqual([]);
  expect(manifest.peerDependenciesMeta["@tensorflow/tfjs-node"].optional).toBe(true);
});

test("the terms of everything bundled are the ones that were gathered", () => {
  expect(readFileSync("THIRD-PARTY-LICENSES", "utf8")).toBe(thirdPartyLicenses("dist"));
});

test("publint finds nothing", async () => {
  const files = packed.files.map(({ path }) => ({
    name: `package/${path}`,
    data: readFileSync(path),
  }));
  const { messages } = await publint({ pkgDir: "package", strict: true, pack: { files } });
  expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
});
