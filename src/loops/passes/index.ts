/** The passes over loop programs in their order. Every one keeps results equal up to rounding. */
import type { LoopProgram } from "../program.ts";
import { coalesce } from "./coalesce.ts";
import { dead } from "./dead.ts";
import { epilogue } from "./epilogue.ts";
import { forward } from "./forward.ts";
import { fuse } from "./fuse.ts";
import { inPlace } from "./in-place.ts";
import { partial } from "./partial.ts";
import { terms } from "./terms.ts";

export type LoopPass = (program: LoopProgram) => LoopProgram;

/** In order. Axes are coalesced again when fewer accesses stand against it. */
export const loopPasses: ReadonlyMap<string, LoopPass> = new Map([
  ["forward", forward],
  ["dead", dead],
  ["coalesce", coalesce],
  ["epilogue", epilogue],
  ["dead sums", dead],
  ["terms", terms],
  ["fuse", fuse],
  ["dead again", dead],
  ["coalesce again", coalesce],
  ["partial", partial],
  ["in place", inPlace],
]);

/** The program made fast: fewer statements, which access less memory. */
export const optimiseLoops = (program: LoopProgram): LoopProgram =>
  [...loopPasses.values()].reduce((current, pass) => pass(current), program);
