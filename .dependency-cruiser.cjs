// Each layer and the layers it may import. Anything not listed is an error. ARCHITECTURE.md says why.
const mayImport = {
  diagnostics: [],
  files: [],
  shape: ["diagnostics"],
  ir: ["shape", "diagnostics"],
  language: ["ir", "shape", "diagnostics"],
  graph: ["shape", "diagnostics"],
  distributions: ["graph", "ir/library", "ir/type", "shape", "diagnostics"],
  inference: ["ir", "distributions", "graph", "shape", "diagnostics"],
  loops: ["graph", "diagnostics"],
  code: ["loops", "graph", "diagnostics"],
  runtime: ["code", "loops", "graph", "shape", "diagnostics"],
  data: ["files", "diagnostics"],
  training: ["runtime", "graph", "data", "files", "diagnostics"],
  report: ["diagnostics"],
  cli: ["index", "diagnostics"],
};
const layerRules = Object.entries(mayImport).map(([layer, allowed]) => ({
  name: `${layer}-layer`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: {
    path: "^src/",
    pathNot: [`^src/${layer}/`, ...allowed.map((name) => `^src/${name}(/|\\.ts$)`)],
  },
}));

const compileRule = {
  name: "compile-sequences-the-compiler",
  severity: "error",
  from: { path: "^src/compile\\.ts$" },
  to: { path: "^src/(cli|run|report)/" },
};

// Each third-party library and the only folder that may import it.
const onlyFrom = {
  chevrotain: "src/language/",
  "@tensorflow/": "src/runtime/tfjs/",
  koffi: "src/runtime/native/",
  commander: "src/cli/",
  mathjs: "src/config/",
};
const libraryRules = Object.entries(onlyFrom).map(([library, folder]) => ({
  name: `${library}-only-in-${folder}`,
  severity: "error",
  from: { path: "^src/", pathNot: `^${folder}` },
  to: { path: `node_modules/${library}` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    compileRule,
    ...layerRules,
    ...libraryRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
