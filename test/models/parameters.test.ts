import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, modelsDirectory } from "../../src/index.ts";

const parameters = (name: string): number => {
  const path = join(modelsDirectory(), `${name}.gtm`);
  const program = compile({ path, text: readFileSync(path, "utf8") });
  if (!program.ok) throw new Error(program.diagnostics.map(({ message }) => message).join("\n"));
  return program.value.info.parameters.reduce((sum, { count }) => sum + count, 0);
};

// Table 1 of Gemici et al. 2017 matches its models by their numbers of parameters: a model with a memory that is better
// than a smaller baseline says nothing about memory.
test.each(["introspective", "dnc_gtmm", "ntm_gtmm", "lru_gtmm", "stochastic_address"])(
  "VRNN has at least as many parameters as %s, and at most 5 percent more",
  (name) => {
    const ratio = parameters("vrnn") / parameters(name);
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThanOrEqual(1.05);
  },
);
