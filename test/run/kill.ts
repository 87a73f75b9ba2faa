/**
 * Kills of a process at a chosen operation on the disk, within the process: what was to be written last is written by half, and
 * nothing is changed after. Files that use it mock "node:fs" by `deadlyFs`.
 */
import type * as nodeFs from "node:fs";

/** How many operations are left to a process, and how many it has done. */
export interface Life {
  left: number;
  done: number;
}

type Operation = (...args: never[]) => unknown;

/** All that changes something on the disk. */
const deadly = [
  "appendFileSync",
  "linkSync",
  "mkdirSync",
  "mkdtempSync",
  "openSync",
  "renameSync",
  "rmSync",
  "writeFileSync",
] as const;

/** The module with operations that end at the end of a life. */
export const deadlyFs = (fs: typeof nodeFs, life: Life): typeof nodeFs => {
  const half = (name: string, args: readonly unknown[]): void => {
    const [path, content] = args;
    const isText = typeof content === "string";
    if ((name !== "writeFileSync" && name !== "appendFileSync") || content === undefined) return;
    const bytes = isText ? Buffer.from(content) : (content as Uint8Array);
    fs[name](path as string, bytes.subarray(0, bytes.length >> 1));
  };
  const wrapped = Object.fromEntries(
    deadly.map((name) => {
      const operate = fs[name] as Operation;
      return [
        name,
        (...args: never[]): unknown => {
          if (life.left <= 0) throw new Error("killed");
          life.left -= 1;
          if (life.left === 0) {
            half(name, args);
            throw new Error("killed");
          }
          life.done += 1;
          return operate(...args);
        },
      ];
    }),
  );
  // A killed process leaves to the system what it has written; flushing is for when the machine stops.
  const all = { ...fs, ...wrapped, fsyncSync: () => undefined };
  return { ...all, default: all } as unknown as typeof nodeFs;
};
