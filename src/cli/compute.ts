import type { Command } from "commander";
import type { Io } from "./io.ts";

/** Options of the verbs that open data. */
export interface DataOptions {
  readonly dataDir?: string;
}

/** Options of the verbs that compute. */
export interface ComputeOptions extends DataOptions {
  readonly backend?: string;
}

export const withDataOption = (command: Command): Command =>
  command.option(
    "--data-dir <folder>",
    "folder of the data sets (default: the variable GTMC_DATA)",
  );

export const withComputeOptions = (command: Command): Command =>
  withDataOption(
    command.option(
      "--backend <name>",
      "native, wasm, tensorflow, tfjs:wasm, tfjs:node, tfjs:cpu, reference or auto (default: auto, or the run's)",
    ),
  );

/** Where to compute, and where data lie: the flag, or the variable GTMC_DATA. */
export const placesOf = (
  io: Io,
  { backend, dataDir }: ComputeOptions,
): { readonly backend?: string; readonly dataDirectory?: string } => {
  const directory = dataDir ?? io.env["GTMC_DATA"];
  return {
    ...(backend === undefined ? {} : { backend }),
    ...(directory === undefined || directory === "" ? {} : { dataDirectory: directory }),
  };
};
