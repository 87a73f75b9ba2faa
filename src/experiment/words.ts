/** Numbers and settings in words, as reports and terminals show them. */
import { relative } from "node:path";
import type { Origin, RunConfig } from "../config/run-config.ts";
import type { ProgramInfo } from "../program/program.ts";

/** A number of nats, or the like, for a terminal: four significant digits. */
export const number = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : `${value}`;
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(1);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
};

/** A whole number with commas between thousands; the locale's own printer takes longer to load than all else of a command. */
export const count = (value: number): string => `${value}`.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");

/** What a bound is measured in: per frame where the model has time, else per sequence. */
export const unit = (temporal: boolean): string => (temporal ? "nats/frame" : "nats");

/** Where a value came from, in words. */
export const printOrigin = (origin: Origin): string => {
  switch (origin.kind) {
    case "default":
      return "default";
    case "file":
      return `${origin.file}:${origin.line}`;
    case "data":
      return "bound by the data";
    case "derived":
      return `derived: ${origin.formula}, ${origin.file}:${origin.line}`;
    case "config":
      return `${origin.file}:${origin.line}`;
    case "set":
      return origin.text.startsWith("--") ? origin.text : `--set ${origin.text}`;
  }
};

/** Which side of the bound parameters serve, in words. */
export const roleNames: { readonly [R in ProgramInfo["parameters"][number]["role"]]: string } = {
  p: "model",
  q: "guide",
  both: "model and guide",
};

/** A call as the file writes it. */
export const printCall = ({ name, arguments: given }: NonNullable<RunConfig["data"]>): string => {
  const list = Object.entries(given).map(([key, value]) => `${key} = ${value}`);
  return list.length === 0 ? name : `${name}(${list.join(", ")})`;
};

/** A path as messages show it, and as the process can open it: from where the process is, if it is below. */
export const shownPath = (absolute: string): string => {
  const path = relative(process.cwd(), absolute) || ".";
  return path.startsWith("..") ? absolute : path;
};
