/** Where the formulas are, the tests that hold them, and their mutants. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Job } from "./job.ts";
import { mutantsOf, type Kind, type Mutant } from "./mutate.ts";

const root = join(import.meta.dirname, "../../..");

interface Formulas {
  readonly files: readonly string[];
  /** Test files, those that fail soonest first. */
  readonly tests: readonly string[];
}

const inference = [
  "test/inference/bounds.test.ts",
  "test/inference/estimator.test.ts",
  "test/inference/sites.test.ts",
  "test/inference/enumeration.test.ts",
  "test/inference/enumeration-mixed.test.ts",
  "test/inference/enumeration-chain.test.ts",
  "test/inference/temporal.test.ts",
  "test/inference/state-space.test.ts",
  "test/inference/models.test.ts",
];

/** Everything whose sign or factor decides what is learnt. */
const formulas: readonly Formulas[] = [
  {
    files: [
      ...["normal", "laplace", "log-normal", "logistic", "exponential", "uniform", "poisson"],
      ...["bernoulli", "categorical", "weighted", "kl"],
    ].map((name) => `src/distributions/${name}.ts`),
    tests: ["densities", "kl", "impossible"].map((name) => `test/distributions/${name}.test.ts`),
  },
  {
    files: ["estimator", "terms", "objective"].map((name) => `src/inference/${name}.ts`),
    tests: [
      ...inference,
      "test/training/averages.test.ts",
      "test/distributions/impossible.test.ts",
    ],
  },
  {
    files: ["vjp", "accumulate", "gradient", "scan"].map((name) => `src/graph/${name}.ts`),
    tests: [
      "test/graph/vjp.test.ts",
      "test/graph/gradient.test.ts",
      "test/graph/edges.test.ts",
      "test/graph/blocks.test.ts",
      "test/distributions/impossible.test.ts",
    ],
  },
  {
    files: ["src/graph/gamma.ts"],
    tests: ["test/numerics/backends.test.ts", "test/graph/vjp.test.ts", "test/graph/edges.test.ts"],
  },
  {
    files: ["composites", "emit"].map((name) => `src/inference/${name}.ts`),
    tests: [
      "test/inference/emit.test.ts",
      "test/inference/simplex.test.ts",
      "test/inference/precision.test.ts",
    ],
  },
  {
    files: ["optimizer", "step", "log-sum", "tally", "estimate"].map(
      (name) => `src/training/${name}.ts`,
    ),
    tests: ["optimizer", "evaluate", "averages", "train", "padding"].map(
      (name) => `test/training/${name}.test.ts`,
    ),
  },
];

/** The mutants of the files whose path contains one of the names, with the tests of each. */
export const formulaMutants = (names: readonly string[] = []): Job["todo"] => {
  const wanted = (file: string): boolean =>
    names.length === 0 || names.some((name) => file.includes(name));
  const files = formulas.flatMap((group) => group.files).filter(wanted);
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    {
      strict: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      noEmit: true,
      noUncheckedIndexedAccess: true,
      types: ["node"],
    },
  );
  const kindOf = kindsOf(program.getTypeChecker());
  return formulas.flatMap(({ files, tests }) => {
    const held = tests.map(textOf).join("\n");
    return files.filter(wanted).flatMap((file) => {
      const source = program.getSourceFile(join(root, file));
      if (source === undefined) throw new Error(`no ${file}`);
      const keyOf = (mutant: Mutant): string =>
        createHash("sha1")
          .update(source.text)
          .update(held)
          .update(JSON.stringify(mutant))
          .digest("hex");
      return mutantsOf(source, file, kindOf).map((mutant) => ({
        key: keyOf(mutant),
        mutant,
        tests,
      }));
    });
  });
};

const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

const kindsOf =
  (checker: ts.TypeChecker) =>
  (expression: ts.Expression): Kind => {
    const type = checker.getTypeAtLocation(expression);
    if (isNode(type)) return "node";
    const isNumber = (type.flags & ts.TypeFlags.NumberLike) !== 0;
    return isNumber && !/\.length|\baxis\b|\brank\b|\bsteps\b/u.test(expression.getText())
      ? "number"
      : "other";
  };

const nodeNames = new Set(["Node", "NodeOf"]);

const isNode = (type: ts.Type): boolean =>
  nodeNames.has((type.aliasSymbol ?? type.getSymbol())?.name ?? "") ||
  (type.isUnion() && type.types.length > 0 && type.types.every(isNode));
