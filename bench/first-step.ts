/** Prints the milliseconds from source text to the end of the first step of W1 on `tfjs:wasm`, in a fresh process. */
import { openBackend } from "../src/index.ts";
import { compileW1, feedW1, stepperW1 } from "./w1.ts";

const opened = await openBackend("tfjs:wasm");
if (!opened.ok) throw new Error("tfjs:wasm cannot be opened");
const started = performance.now();
const program = compileW1();
const stepper = stepperW1(program, opened.value.backend);
const compiled = performance.now();
const feed = feedW1(program);
const fed = performance.now();
stepper.step(1, feed);
process.stdout.write(`${compiled - started + (performance.now() - fed)}\n`);
process.exit(0);
