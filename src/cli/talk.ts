import { printable } from "../diagnostics/printable.ts";
import type { Io } from "./io.ts";

/** What a long command says while it works: on stderr, and in the run's log once there is one. */
export interface Talk {
  readonly say: (text: string) => void;
  /** A line that the next one replaces; where stderr is no terminal, one now and then. */
  readonly progress: (line: string) => void;
  /** Only for the log: what is printed elsewhere. */
  readonly note: (text: string) => void;
  /** From now on everything said is also given to `log`, and so is what was said before. */
  readonly logTo: (log: (text: string) => void) => void;
}

/** Seconds between lines of progress where they pile up. */
const PATIENCE = 5;

export const startTalk = (io: Io, quiet: boolean): Talk => {
  const early: string[] = [];
  let log = (text: string): void => {
    early.push(text);
  };
  let live = false;
  let lastLogged = -Infinity;
  const print = (text: string): void => {
    if (quiet) return;
    io.stderr(live ? `\r\u001b[K${text}` : text);
    live = false;
  };
  return {
    say: (said) => {
      const text = printable(said);
      print(text);
      log(text);
    },
    progress: (told) => {
      const line = printable(told);
      const now = performance.now() / 1000;
      const due = now - lastLogged >= PATIENCE;
      if (due) {
        log(`${line}\n`);
        lastLogged = now;
      }
      if (quiet) return;
      const columns = io.columns?.();
      if (columns === undefined) {
        if (due) io.stderr(`${line}\n`);
        return;
      }
      io.stderr(`\r${columns > 0 ? line.slice(0, columns - 1) : line}\u001b[K`);
      live = true;
    },
    note: (text) => {
      log(printable(text));
    },
    logTo: (next) => {
      log = next;
      for (const text of early.splice(0)) next(text);
    },
  };
};
