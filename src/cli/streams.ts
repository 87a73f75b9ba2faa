/** Standard output and error that end before the program does. */
import { plainly, refusedByMachine } from "./errors.ts";
import { exits } from "./exit.ts";

/** What a shell shows of a program that wrote to a closed pipe: 128 and the number of SIGPIPE. */
const brokenPipe = 141;

const codeOf = (error: Error): unknown => ("code" in error ? error.code : undefined);

/**
 * A closed pipe behind standard output ends the program without a word, as it does any other: results come last, so nothing is
 * cut off but them. Behind standard error, or where the terminal is gone, it goes on unheard: a run is in its folder. A full
 * disk is an error.
 */
export const guardStreams = (): void => {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: Error) => {
    const code = codeOf(error);
    if (code === "EPIPE") process.exit(brokenPipe);
    const refusal = refusedByMachine(error);
    if (refusal === undefined) throw error;
    const message = `standard output could not be written: ${error.message}`;
    process.stderr.write(plainly({ ...refusal, message, notes: [], help: [] }));
    process.exit(exits.environment);
  });
};
