import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { defineConfig, type UserConfig } from "tsdown";

const require = createRequire(import.meta.url);

/** What TensorFlow.js reads at run time. Threads, which its third binary is for, it has in browsers only. */
const binaries = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

const shared: UserConfig = {
  platform: "node",
  target: "node20",
  // package.json names .js files.
  fixedExtension: false,
  // Everything is bundled: of large libraries only what is used, and a few large files load faster than many small ones.
  // But koffi is optional and has a binary of its own, and node-fetch is for a Node that has no fetch.
  external: ["koffi", "node-fetch"],
  inlineOnly: false,
  noExternal: [/./u],
  inputOptions: { resolve: { mainFields: ["module", "main"] } },
  // Emscripten's code asks for `__dirname`.
  shims: true,
};

/** The command and the library. */
export const program: UserConfig = {
  ...shared,
  entry: { index: "src/index.ts", "cli/main": "src/cli/main.ts" },
  format: "esm",
  dts: true,
  // All but the other build's.
  clean: ["dist/**/*.js", "dist/**/*.d.ts"],
  hooks: {
    "build:done": ({ options: { outDir } }) => {
      for (const name of binaries) {
        copyFileSync(
          require.resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`),
          join(outDir, name),
        );
      }
    },
  },
};

/** Apart and in the format that can be loaded when it is needed, without waiting. */
export const mathjs: UserConfig = {
  ...shared,
  entry: { mathjs: "src/config/mathjs.ts" },
  format: "cjs",
  dts: false,
  clean: false,
};

const config: readonly UserConfig[] = defineConfig([program, mathjs]);
export default config;
