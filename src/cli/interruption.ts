/** Signals that ask the process to end. */
import { exits } from "./exit.ts";
import type { Io } from "./io.ts";

/** Signals that come together, such as of a key held down, are one. */
const together = 1000;

/**
 * While something runs that stops when asked, the first signal asks it to; a second one ends the process. At all other times
 * signals do what they do to any program, which needs no turn of the event loop: they end also what computes without a pause.
 */
export const stoppable = (): Io["stoppable"] => {
  const interruption = new AbortController();
  let first: number | undefined;
  const listen = (): void => {
    first ??= performance.now();
    if (performance.now() - first > together) process.exit(exits.interrupted);
    interruption.abort();
  };
  return async (act) => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, listen);
    try {
      return await act(interruption.signal);
    } finally {
      for (const signal of signals) process.off(signal, listen);
    }
  };
};
