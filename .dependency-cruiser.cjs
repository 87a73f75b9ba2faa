// Each room of src and the rooms that it may import. Anything not listed is an error, and so is a file in no room. ARCHITECTURE.md has
// the same table with what each room is; a test compares them.
const mayImport = {
  diagnostics: [],
  files: ["diagnostics"],
  shape: ["diagnostics"],
  ir: ["shape", "diagnostics"],
  language: ["ir", "shape", "diagnostics"],
  graph: ["diagnostics"],
  distributions: ["ir/library", "ir/type", "graph", "diagnostics"],
  inference: ["ir", "distributions", "graph", "shape", "diagnostics"],
  loops: ["graph", "diagnostics"],
  code: ["loops", "graph", "diagnostics"],
  runtime: ["code", "loops", "graph", "diagnostics"],
  data: ["files", "diagnostics"],
  training: ["inference/graphs", "runtime", "graph", "data", "files", "diagnostics"],
  config: ["language", "inference/spec", "training/options", "data/context", "diagnostics"],
  program: [
    "config",
    "language",
    "inference",
    "distributions",
    "training",
    "runtime",
    "code",
    "loops",
    "graph",
    "data",
    "files",
    "ir",
    "shape",
    "diagnostics",
  ],
  reference: [
    "program/disk",
    "config",
    "language",
    "inference/spec",
    "training/options",
    "data",
    "run",
    "distributions",
    "ir",
    "diagnostics",
  ],
  report: ["diagnostics"],
  run: ["files", "diagnostics"],
  experiment: [
    "program",
    "config/run-config",
    "run",
    "report",
    "training",
    "runtime",
    "data",
    "diagnostics",
  ],
  library: ["experiment", "program", "run", "report", "training", "runtime", "data", "diagnostics"],
  index: [
    "library",
    "experiment",
    "program",
    "config",
    "run",
    "report",
    "training",
    "runtime",
    "data",
    "inference",
    "distributions",
    "language",
    "graph",
    "ir",
    "shape",
    "diagnostics",
  ],
  cli: [
    "reference",
    "index",
    "library/check",
    "experiment/metrics",
    "experiment/words",
    "run/version",
    "diagnostics",
  ],
};

// Each third-party library and the only folder that may import it.
const onlyFrom = {
  chevrotain: "src/language/syntax/",
  "@tensorflow/": "src/runtime/tfjs/",
  koffi: "src/runtime/native/",
  commander: "src/cli/",
  mathjs: "src/config/",
  d3: "src/report/",
  "fast-png": "src/report/",
};

const room = (name) => `^src/${name}(/|\\.ts$)`;
const rooms = Object.keys(mayImport).map(room);
const libraries = Object.keys(onlyFrom).map((library) => `node_modules/${library}`);

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    ...Object.entries(mayImport).map(([name, allowed]) => ({
      name: `room ${name}`,
      severity: "error",
      from: { path: room(name) },
      to: { path: "^src/", pathNot: [name, ...allowed].map(room) },
    })),
    ...[
      { name: "a file in no room imports", from: { path: "^src/", pathNot: rooms }, to: {} },
      { name: "a file in no room is imported", from: {}, to: { path: "^src/", pathNot: rooms } },
      {
        name: "a file in no room",
        from: { orphan: true, path: "^src/", pathNot: rooms },
        to: {},
      },
    ].map((rule) => ({ severity: "error", ...rule })),
    ...Object.entries(onlyFrom).map(([library, folder]) => ({
      name: `${library} only from ${folder}`,
      severity: "error",
      from: { path: "^src/", pathNot: `^${folder}` },
      to: { path: `node_modules/${library}` },
    })),
    {
      name: "a library that no room is named for",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "node_modules/", pathNot: [...libraries, "node_modules/@types/"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
