/** The world of a command: everything it reads and writes that is not a file. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** All of standard input. */
  readonly stdin: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Does something that stops at the first Ctrl-C, which aborts the signal; at other times Ctrl-C ends the process. */
  readonly stoppable: <T>(act: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Columns that the terminal has now that stderr is, 0 where it does not say; absent when it is a file or a pipe. */
  readonly columns?: () => number;
}

/** Whether to colour what goes to stderr (https://no-color.org). */
export const colors = (io: Io): boolean =>
  io.columns !== undefined && (io.env["NO_COLOR"] ?? "") === "";
