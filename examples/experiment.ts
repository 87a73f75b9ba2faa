/** Trains into a run folder, goes on with it, and bounds its test data: npx tsx examples/experiment.ts */
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  compile,
  evaluateExperiment,
  openExperiment,
  renderText,
  resumeExperiment,
  runExperiment,
  startExperiment,
  type Result,
} from "../src/index.ts";

const need = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Error(renderText(result.diagnostics));
};

const path = "models/introspective.gtm";
const set = ["train.steps=60", "train.evaluate_every=30"];
const program = need(compile({ path, text: readFileSync(path, "utf8") }, { set }));
const folder = join(mkdtempSync("gtmc-example-"), "run");

need(await runExperiment(need(await startExperiment(program, { folder }))));
const longer = need(await resumeExperiment(folder, { set: ["train.steps=120"] }));
const end = need(
  await runExperiment(longer, {
    on: (event) => {
      if (event.kind === "evaluation") console.log(`test bound ${event.boundPerStep.toFixed(2)}`);
    },
  }),
);
const bound = need(await evaluateExperiment(need(await openExperiment(folder)), { particles: 20 }));
console.log(
  `${bound.boundPerStep.toFixed(2)} nats per frame`,
  end.reason === "interrupted" ? "" : end.report,
);
