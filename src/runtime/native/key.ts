/** By what compiled code is found before any is generated. */
import { createHash } from "node:crypto";
import type { Graph } from "../../graph/op.ts";
import { printGraphJson } from "../../graph/print.ts";
import { toolchainKey } from "./cache.ts";
import type { Toolchain } from "./toolchain.ts";

/** Equal only for graphs of which this version of the compiler makes the same code. */
export const keyOf = (
  graph: Graph,
  threads: number,
  version: string,
  toolchain: Toolchain,
): string => {
  const hash = createHash("sha256");
  // The order of outputs is that of arguments, which JSON objects need not keep.
  const names = JSON.stringify([[...graph.outputs.keys()], [...(graph.donated ?? [])]]);
  const { target } = toolchain;
  const parts = [printGraphJson(graph), names, JSON.stringify({ threads, target, version })];
  for (const part of [...parts, ...toolchainKey(toolchain)]) hash.update(part).update("\0");
  return hash.digest("hex");
};
