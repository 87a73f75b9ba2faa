import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  entry: { index: "src/index.ts", "cli/main": "src/cli/main.ts" },
  format: "esm",
  platform: "node",
  target: "node20",
  // Optional, with a binary of its own.
  external: ["koffi"],
  // package.json names .js files.
  fixedExtension: false,
  // Libraries of many small modules: bundled, a cold `gtmc check` takes a third of the time.
  inlineOnly: false,
  noExternal: [
    /^@?chevrotain/u,
    "lodash-es",
    /^d3-/u,
    "internmap",
    "csv-parse",
    "commander",
    "fflate",
    /^fast-png/u,
    "iobuffer",
  ],
  dts: true,
  clean: true,
});
export default config;
