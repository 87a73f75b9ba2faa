import { codes, type ErrorCode } from "../diagnostics/codes.ts";
import { unknownCode } from "./errors.ts";
import { exitOfFault } from "./exit.ts";
import { verb } from "./usage.ts";
import { outcome, wrong, type Verb } from "./verb.ts";

/** `gtmc explain`: what the code of an error means. */
export const explain = (): Verb => {
  const command = verb("explain", "Say what the code of an error means.", example).argument(
    "<CODE>",
    "a code, such as E0502 or 502",
  );
  return {
    command,
    act: async () => {
      const word = command.args[0] ?? "";
      const wanted = /^\d{1,4}$/u.test(word) ? `E${word.padStart(4, "0")}` : word.toUpperCase();
      const isCode = (text: string): text is ErrorCode => Object.hasOwn(codes, text);
      if (!isCode(wanted)) return wrong([unknownCode(word, wanted, Object.keys(codes))]);
      const { explain: explained, printExplained } = await import("../diagnostics/explain.ts");
      const entry = explained(wanted);
      const exit = entry.fault === "warning" ? undefined : exitOfFault[entry.fault];
      const text = `${wanted}: ${printExplained(entry, exit)}\n`;
      return outcome(text, { ...entry, exitCode: exit ?? null });
    },
  };
};

const example = `  gtmc explain E0502
`;
