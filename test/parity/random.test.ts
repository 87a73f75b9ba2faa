/** What the product runs of random models, against the reference. The soak goes through thousands of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAll } from "../runtime/opened.ts";
import { isQuestion, questionOf, wrongOn } from "./agree.ts";
import { graphNames, productGraphs } from "./graphs.ts";
import { programOf, randomModel } from "./random-model.ts";

const { available } = await openAll();

const withoutGradient = graphNames.slice(2);

const evaluations = graphNames.filter((name) => name.startsWith("evaluation"));

/**
 * How many dozens of models, and of which of their graphs: as many as compiling allows. Most without gradients: of those, the
 * memories leave no history.
 */
const tried: Readonly<Record<string, { readonly dozens: number; readonly of: readonly string[] }>> =
  {
    wasm: { dozens: 2, of: [...evaluations, ...evaluations, ...graphNames] },
    native: { dozens: 0.25, of: [...evaluations, ...withoutGradient] },
  };

describe.each(available)("random models on $name", ({ name, backend }) => {
  const { dozens, of } = tried[name] ?? { dozens: 1, of: graphNames };
  const seeds = Array.from({ length: Math.ceil(dozens) }, (_, i) => i + 1);
  test.each(seeds)(
    "agree with the reference, seed %i",
    (seed) => {
      const models = Math.min(12, 12 * dozens);
      let refused = 0;
      fc.assert(
        fc.property(randomModel, fc.constantFrom(...of), (model, graph) => {
          for (const built of productGraphs(programOf(model), model.sizes, [graph])) {
            const question = questionOf(built);
            if (!isQuestion(question)) refused += 1;
            else expect(wrongOn(backend, question)).toBeUndefined();
          }
        }),
        { numRuns: models, seed },
      );
      // Of most models, float32 decides as float64 does.
      expect(refused).toBeLessThanOrEqual(models / 4);
    },
    120_000,
  );
});
