/** What the product runs of the shipped models, some training steps among it, on every backend against the reference, each at a size where tiles and vectors end. */
import { describe, expect, test } from "vitest";
import { openAll } from "../runtime/opened.ts";
import { isQuestion, questionOf, wrongOn } from "./agree.ts";
import { productGraphs } from "./graphs.ts";
import { modelFiles, pointOf } from "./sweep.ts";

const { available, unavailable } = await openAll();
/** Where graphs are interpreted, so that compiling costs nothing. */
const interpreting = ["tensorflow", "tfjs:wasm", "tfjs:node", "tfjs:cpu"];

/** What is large in a model, how large, and what is drawn of it; all else is small. The soak goes through all. */
const points: Readonly<Record<string, readonly [string, number, string]>> = {
  "deep_kalman.gtm": ["X", 33, "predict"],
  "dnc_gtmm.gtm": ["N", 8, "prior"],
  "introspective.gtm": ["L", 9, "reconstruct"],
  "linear_gaussian.gtm": ["particles", 17, "predict"],
  "lru_gtmm.gtm": ["N", 17, "posterior"],
  "ntm_gtmm.gtm": ["N", 9, "predict"],
  "stochastic_address.gtm": ["steps", 7, "predict"],
  "vae.gtm": ["batch", 33, "reconstruct"],
  "vma.gtm": ["S", 16, "posterior"],
  "vrnn.gtm": ["H", 16, "prior"],
};

/** Whose slots, at such a size, are read in the reverse of their loop too. */
const differentiated: ReadonlySet<string> = new Set(["dnc_gtmm.gtm", "ntm_gtmm.gtm"]);

describe.each(modelFiles)("%s", (file) => {
  const [which, size, drawn] = points[file] ?? ["batch", 3, "predict"];
  const place = modelFiles.indexOf(file);
  const ragged = place % 2 === 0;
  const { program, sizes } = pointOf(file, which, size, ragged);
  // What is compiled for one of the two is compiled for the other, all but the number of lanes; a C compiler takes longer.
  const compiling = place % 5 === 0 ? "native" : "wasm";
  const tried = [
    { name: "evaluation of one particle", on: [compiling] },
    { name: "evaluation", on: ["wasm", ...interpreting] },
    { name: drawn, on: ["wasm", ...interpreting] },
    ...(which === "steps" ? [{ name: "training step in blocks", on: ["wasm"] }] : []),
    ...(differentiated.has(file) ? [{ name: "training step", on: ["wasm"] }] : []),
  ];
  describe.each(tried)(`$name, ${which} = ${size}${ragged ? ", ragged" : ""}`, ({ name, on }) => {
    const [built] = productGraphs(program, sizes, [name]);
    if (built === undefined) throw new Error(`${file} has no ${name}`);
    const question = questionOf(built);
    test("has numbers on which float32 decides as float64 does", () => {
      expect(isQuestion(question) || question).toBe(true);
    });
    const used = available.filter((one) => on.includes(one.name));
    test.each(used)("on $name", ({ backend }) => {
      if (isQuestion(question)) expect(wrongOn(backend, question)).toBeUndefined();
    });
  });
  for (const { name, reason } of unavailable) test.skip(`on ${name}: ${reason}`, () => undefined);
});
