/** What the executors make of a program's training step, as text. */
import { generate, schedule } from "../code/generate.ts";
import { printModule } from "../code/print.ts";
import { inspectionStep } from "./inspection.ts";
import { printProgram } from "../loops/print.ts";
import type { ExecutedStage, Program } from "./program.ts";

/** For two threads; `code` with vectors of 8 and tiles for 16 registers. */
export const printExecuted = (
  { model, problem, config }: Program,
  stage: ExecutedStage,
  format: "text" | "json",
): string => {
  const graph = inspectionStep(model, problem, config.training);
  const json = format === "json";
  switch (stage) {
    case "loops": {
      const loops = schedule(graph, 2);
      return json ? JSON.stringify(loops, null, 2) : printProgram(loops);
    }
    case "code": {
      const code = generate(graph, { target: { lanes: 8, registers: 16 }, threads: 2 });
      return json ? JSON.stringify(code, null, 2) : printModule(code);
    }
  }
};
