import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../src/cli/cli.ts";

/** `-- NAME --` begins a file, `> …` is done before, what `$ …` says is the transcript. */
type Step =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "before" | "shown"; readonly words: readonly string[] };

const isMarker = (line: string): boolean => /^(?:-- .* --|[>$] .*)$/u.test(line);

/** Words as a shell splits them; '…' holds one together. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/gu)].map(([, quoted, plain]) => quoted ?? plain ?? "");

/** The steps of a case; lines before the first marker say what it is about. */
const parse = (text: string): readonly Step[] => {
  const lines = text.split("\n");
  return lines.flatMap((line, i): readonly Step[] => {
    if (!isMarker(line)) return [];
    if (!line.startsWith("-- ")) {
      const kind = line.startsWith(">") ? "before" : "shown";
      return [{ kind, words: wordsOf(line.slice(2)) }];
    }
    const rest = lines.slice(i + 1);
    const end = rest.findIndex(isMarker);
    const content = (end < 0 ? rest : rest.slice(0, end)).join("\n");
    return [{ kind: "file", name: line.slice(3, -3), text: `${content.trimEnd()}\n` }];
  });
};

/** Without what differs from run to run: the folder, times and speeds, memory, Node's words on JSON. */
const canonicalise = (text: string, folder: string): string =>
  text
    .replaceAll(`${folder}/`, "")
    .replaceAll(folder, ".")
    .replace(/\d[\d.,]* (s|ms|steps\/s)\b/gu, "… $1")
    .replace(/about \d+ MB/gu, "about … MB")
    .replace(/this machine has [\d.,]+ GB/gu, "this machine has … GB")
    .replace(/-?\d+\.\d+ -> -?\d+\.\d+/gu, "… -> …")
    .replace(/(in JSON at position \d+) \(.*\)/gu, "$1");

/** A model without fault and its data, which every case finds in its folder. */
const sound = join(import.meta.dirname, "sound");

/** Acts out a case in a folder of its own; the transcript is all that a user reads, and the exit code. */
export const play = async (text: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "gtmc-transcript-"));
  const gtmc = async (argv: readonly string[]): Promise<string> => {
    let said = "";
    const say = (output: string): void => {
      said += output;
    };
    const exit = await main(argv, {
      stdout: say,
      stderr: say,
      stdin: () => Promise.resolve(""),
      env: {},
      cwd: folder,
      stoppable: (act) => act(new AbortController().signal),
    });
    return `${said}exit ${exit}\n`;
  };
  let transcript = "";
  try {
    cpSync(sound, folder, { recursive: true });
    for (const step of parse(text)) {
      if (step.kind === "file") {
        const path = join(folder, step.name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, step.text);
        continue;
      }
      const [command, ...argv] = step.words;
      if (command === "rm") {
        for (const path of argv) rmSync(join(folder, path), { recursive: true });
        continue;
      }
      const said = await gtmc(argv);
      if (step.kind === "shown") {
        const line = step.words.map((word) => (word.includes(" ") ? `'${word}'` : word)).join(" ");
        transcript += `$ ${line}\n${said}`;
      } else if (!said.endsWith("exit 0\n")) throw new Error(`${step.words.join(" ")}\n${said}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return canonicalise(transcript, folder);
};
