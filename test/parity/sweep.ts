/** Shipped models with each of their sizes in turn at the edges of what vectors and tiles hold. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, modelsDirectory } from "../../src/index.ts";
import type { Program } from "../../src/program/program.ts";
import { need } from "../support/need.ts";
import type { Sizes } from "./graphs.ts";

export const modelFiles: readonly string[] = readdirSync(modelsDirectory()).filter((name) =>
  name.endsWith(".gtm"),
);

/** Below, at and above the numbers of lanes and of rows and columns of tiles. */
export const edges: readonly number[] = [1, 2, 3, 4, 7, 8, 9, 16, 17, 33];

/** A model with all sizes small but one. */
export interface Point {
  readonly program: Program;
  readonly sizes: Sizes;
  readonly name: string;
}

const small: Readonly<Record<string, number>> = {
  X: 5,
  Z: 3,
  H: 4,
  L: 4,
  N: 4,
  E: 3,
  R: 2,
  S: 4,
  batch: 2,
  particles: 2,
  steps: 3,
};

/** What of a model may have another size: its dimensions that depend on no other, and those of a batch. */
export const sizesOf = (file: string): readonly string[] => {
  const dims = [...textOf(file).matchAll(/^dim (\w+)(?: +=(.*?))?\s*(?:\/\/.*)?$/gmu)].flatMap(
    ([, name = "", value]) => (value === undefined || /^\s*\d+\s*$/u.test(value) ? [name] : []),
  );
  const isTemporal = textOf(file).includes("[t]");
  return [...dims, "batch", "particles", ...(isTemporal ? ["steps"] : [])];
};

const textOf = (file: string): string => readFileSync(join(modelsDirectory(), file), "utf8");

export const pointOf = (file: string, which: string, size: number, ragged: boolean): Point => {
  const path = join(modelsDirectory(), file);
  const of = (name: string): number => {
    if (name === which) return size;
    // Later, slots that were never written are sorted by differences that float32 does not see.
    return name === "steps" && which === "N" ? 2 : (small[name] ?? 2);
  };
  const names = sizesOf(file);
  const isGiven = new RegExp(`^dim (${names.join("|")}) +=`, "gmu");
  const given = [...textOf(file).matchAll(isGiven)].map(([, name = ""]) => `${name}=${of(name)}`);
  const program = need(compile({ path, text: textOf(file) }, { set: given }));
  const isDiscrete = program.model.sites.some(
    ({ role, type }) => role === "latent" && type.base === "index",
  );
  const isTemporal = names.includes("steps");
  return {
    program,
    name: `${file}, ${which} = ${size}${ragged ? ", ragged" : ""}`,
    sizes: {
      batch: of("batch"),
      // The estimator of discrete sites leaves one out.
      particles: Math.max(of("particles"), isDiscrete ? 2 : 1),
      ...(isTemporal ? { steps: of("steps"), prefix: Math.floor(of("steps") / 2) } : {}),
      ragged: ragged && isTemporal,
      dims: Object.fromEntries(
        Object.entries(program.model.dims).flatMap(([name, value]) =>
          value === null ? [[name, of(name)]] : [],
        ),
      ),
    },
  };
};
