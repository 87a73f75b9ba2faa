/**
 * Prints how many milliseconds a backend takes to open, and then from source text to the end of the first step of
 * W1 but for drawing its data, in a fresh process that is set up as the command is: `first-step.ts BACKEND`.
 */
import { optimiseLater } from "../src/cli/engine.ts";
import { openBackend } from "../src/index.ts";
import { createStepper } from "../src/training/run-step.ts";
import { feedOf, startOf, workloads } from "./workloads.ts";

optimiseLater();
const begun = performance.now();
const opened = await openBackend(process.argv[2] ?? "");
if (!opened.ok) throw new Error(opened.diagnostics.map(({ message }) => message).join("; "));
const started = performance.now();
const { program, objective, state } = startOf(workloads.w1);
const drawing = performance.now();
const feed = feedOf(objective);
const fed = performance.now();
const { backend } = opened.value;
const stepper = createStepper(backend, objective, program.config.training, state);
if (!stepper.ok) throw new Error(stepper.diagnostics.map(({ message }) => message).join("; "));
stepper.value.step(1, feed);
const first = performance.now() - started - (fed - drawing);
process.stdout.write(`${JSON.stringify({ open: started - begun, first })}\n`);
process.exit(0);
