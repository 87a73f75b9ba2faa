/** A process that ends without disposing of its threads. */
import { kernelOf, machineOf, moduleOf, run } from "./run.ts";

const machine = machineOf(2, false);
const module = moduleOf(
  [],
  [kernelOf("nothing", [])],
  [{ kind: "run", kernel: "nothing" }, { kind: "barrier" }],
  { threads: 2 },
);
run(machine, module, []);
console.log("done");
