/** What instructions cost, roughly. */
import type { Instruction } from "../program.ts";

const slow: ReadonlySet<string> = new Set(["exp", "log", "tanh", "sigmoid", "softplus", "pow"]);

/** Whether it takes as long as some ten additions. */
export const isSlow = (instruction: Instruction): boolean =>
  "name" in instruction && slow.has(instruction.name);
