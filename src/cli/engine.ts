/** Settings of the JavaScript engine: for a process of our own, never for one that embeds the library. */
import { setFlagsFromString } from "node:v8";

/**
 * Has the engine wait for longer, six times as long as by default, before it optimises a function. Hardly any function of a
 * compiler runs often enough to pay for it, and meanwhile the threads that optimise take processors from the one that compiles.
 * Engines from Node 22 (V8 12) on wait by themselves.
 */
export const optimiseLater = (): void => {
  if (Number.parseInt(process.versions.v8) < 12) setFlagsFromString("--interrupt-budget=400000");
};
