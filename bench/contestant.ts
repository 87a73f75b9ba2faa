/**
 * A contestant is a process of its own, stopped but when it is its turn: what it does after its steps, such as collecting garbage
 * or spinning, is not for the others to pay.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Command {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a contestant reports of some steps of training. */
export interface Steps {
  readonly ms: readonly number[];
  /** In nats; nothing where the contestant does not compute the workload. */
  readonly loss: readonly number[];
  /** Largest resident memory so far, in bytes. */
  readonly peak: number;
}

export interface Contestant {
  readonly name: string;
  /** Of what computes, for the record. */
  readonly version: string;
  readonly run: (steps: number) => Promise<Steps>;
  readonly close: () => Promise<void>;
}

export type Started = Contestant | { readonly name: string; readonly skip: string };

/** A stopped process does not notice that its input has ended. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/** Its first line says that it is ready, or why it never will be; then it answers a line with a line. */
export const start = async ({ name, command, env }: Command): Promise<Started> => {
  const [program = "", ...rest] = command;
  const child = spawn(program, rest, { env: { ...process.env, ...env } });
  const ended = once(child, "exit").catch((error: unknown) => [error]);
  let errors = "";
  child.stderr.on("data", (text: Buffer) => {
    errors = `${errors}${text.toString()}`.slice(-4000);
  });
  const lines: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  const answer = async (): Promise<unknown> => {
    const { value } = await lines.next();
    if (value !== undefined) return JSON.parse(value);
    const [cause] = (await ended) as readonly unknown[];
    const last = errors.trim().split("\n").at(-1) ?? "";
    return { skip: cause instanceof Error ? cause.message : last || `exit code ${String(cause)}` };
  };
  const first = (await answer()) as { readonly version: string } | { readonly skip: string };
  if ("skip" in first) return { name, skip: first.skip };
  alive.add(child);
  child.kill("SIGSTOP");
  return {
    name,
    version: first.version,
    run: async (steps) => {
      child.kill("SIGCONT");
      child.stdin.write(`${steps}\n`);
      const message = (await answer()) as Steps | { readonly skip: string };
      child.kill("SIGSTOP");
      if ("skip" in message) throw new Error(`${name} broke off: ${message.skip}`);
      return message;
    },
    close: async () => {
      child.kill("SIGCONT");
      child.stdin.end();
      await ended;
      alive.delete(child);
    },
  };
};
