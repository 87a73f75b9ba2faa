/** The C compiler of this machine, and what it says about the processor. */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, isAbsolute } from "node:path";
import type { CodeTarget } from "../../code/code.ts";
import { failure, success, type Result } from "../../diagnostics/diagnostic.ts";
import { compilerFailed } from "../errors.ts";
import { childEnvironment, findProgram } from "./program-path.ts";

export interface Toolchain {
  readonly command: string;
  /** For this very processor; the same for all that is compiled. */
  readonly flags: readonly string[];
  readonly target: CodeTarget;
  /** All that the compiled code depends on besides source and flags. */
  readonly identity: string;
}

/** Environment variables, such as `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/**
 * No `-ffast-math`: NaN and infinity mean what they mean, and sums keep their order. Products and sums are
 * fused where the code says so and nowhere else, so that x·x − y·y is never negative for x = y. GCC's predictive
 * commoning delays stores over iterations, and where a loop is too short it stores back what it loaded before (seen with GCC
 * 12.2): into elements that another thread has stored meanwhile.
 */
const semantics = [
  "-fno-math-errno",
  "-fno-trapping-math",
  "-ffp-contract=off",
  "-fno-predictive-commoning",
];

/** Tried in this order: some compilers for ARM know only the second. */
const processorFlags: readonly (readonly string[])[] = [["-march=native"], ["-mcpu=native"], []];

/** $CC alone if it is set, else the first of cc, gcc and clang that runs. */
export const findToolchain = (environment: EnvironmentVariables): Toolchain => {
  const chosen = environment["CC"];
  const commands = chosen === undefined || chosen === "" ? ["cc", "gcc", "clang"] : [chosen];
  for (const command of commands) {
    for (const processor of processorFlags) {
      const macros = predefined(command, processor);
      if (macros === undefined) continue;
      return {
        command,
        flags: [...processor, ...semantics],
        target: targetOf(macros),
        identity: `${command}\n${cpus()[0]?.model ?? ""}\n${macros}`,
      };
    }
  }
  throw new Error(
    chosen === undefined || chosen === ""
      ? "no C compiler was found (cc, gcc or clang)"
      : `the C compiler $CC = ${chosen} does not run`,
  );
};

/** The macros that the compiler defines by itself: its version and the processor's features among them. */
const predefined = (command: string, flags: readonly string[]): string | undefined => {
  const [program, ...words] = wordsOf(command);
  if (program === undefined) return undefined;
  const { status, stdout } = spawnSync(program, [...words, ...flags, "-dM", "-E", "-x", "c", "-"], {
    input: "",
    encoding: "utf8",
    timeout: 10_000,
    env: childEnvironment(),
  });
  return status === 0 ? stdout : undefined;
};

/** A command's words, the first as an absolute path, which may have blanks in it alone; none where there is no such program. */
const wordsOf = (command: string): readonly string[] => {
  if (isAbsolute(command) && findProgram(command, undefined) !== undefined) return [command];
  const [name = "", ...words] = command.trim().split(/\s+/u);
  const program = findProgram(name, process.env["PATH"]);
  return program === undefined ? [] : [program, ...words];
};

const targetOf = (macros: string): CodeTarget => {
  const has = (name: string): boolean => macros.includes(`#define ${name} `);
  if (has("__AVX512F__")) return { lanes: 16, registers: 32 };
  if (has("__AVX2__") && has("__FMA__")) return { lanes: 8, registers: 16 };
  if (has("__ARM_NEON")) return { lanes: 4, registers: 32 };
  return { lanes: 4, registers: 16 };
};

/**
 * What a shared object is made with, besides the toolchain's flags. It stays loaded as long as the process: one that ends in the
 * middle of something, as on a full disk, closes its libraries while threads of theirs still look for work.
 */
export const sharedFlags: readonly string[] = [
  ...["-O2", "-w", "-fPIC", "-shared", "-pthread"],
  ...(process.platform === "linux" ? ["-Wl,-z,nodelete"] : []),
];

/** Compiles the parts of a text (`PrintOptions.parts`) at once and links them; by `sh`, as all waits for it. */
const inParts = `source=$1; output=$2; parts=$3; shift 3
pids=; status=; part=0
trap 'kill $pids' TERM
while [ $part -lt $parts ]; do
  "$@" -DPART=$part -c -x c "$source" -o "$output.$part.o" &
  pids="$pids $!"; part=$((part + 1))
done
for pid in $pids; do wait $pid || status=$?; done
while [ $part -gt 0 ]; do
  part=$((part - 1)); set -- "$@" "$output.$part.o"
done
[ -z "$status" ] && { "$@" -o "$output" -lm || status=$?; }
while [ $part -lt $parts ]; do
  rm -f "$output.$part.o"; part=$((part + 1))
done
exit \${status:-0}`;

/** Compiles a text of this many parts in this many seconds. */
export const compileC = (
  { command, flags: always }: Toolchain,
  source: string,
  flags: readonly string[],
  output: string,
  { parts = 1, seconds = 60 }: { readonly parts?: number; readonly seconds?: number } = {},
): Result<void> => {
  const compiler = wordsOf(command);
  if (compiler.length === 0) return failure(compilerFailed(command, "is not there any more", []));
  const file = `${output}.c`;
  writeFileSync(file, source, { flag: "wx" });
  const words = [...compiler, ...always, ...flags, "-std=gnu11"];
  const [program = "", ...args] =
    parts === 1
      ? [...words, "-x", "c", file, "-o", output, "-lm"]
      : [
          findProgram("sh", process.env["PATH"]) ?? "/bin/sh",
          "-c",
          inParts,
          "sh",
          file,
          output,
          String(parts),
          ...words,
        ];
  const { status, signal, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: seconds * 1000,
    maxBuffer: 1 << 26,
    // What it writes on its way lies where nobody else can write either.
    env: { ...childEnvironment(), TMPDIR: dirname(output) },
  });
  rmSync(file, { force: true });
  if (status === 0) return success(undefined);
  if (error !== undefined) {
    const late = "code" in error && error.code === "ETIMEDOUT";
    const outcome = late ? `took more than ${seconds} s` : `does not run (${error.message})`;
    return failure(compilerFailed(command, outcome, []));
  }
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const outcome =
    status === null ? `was ended by ${signal ?? "a signal"}` : `exited with ${status}`;
  return failure(compilerFailed(command, outcome, lines.slice(0, 5)));
};
