/** The families that the language knows. A new one is one file and one entry here. */
import { invariant } from "../diagnostics/invariant.ts";
import type { Families } from "../ir/library.ts";
import { bernoulli } from "./bernoulli.ts";
import { categorical } from "./categorical.ts";
import type { Distribution } from "./distribution.ts";
import { exponential } from "./exponential.ts";
import { laplace } from "./laplace.ts";
import { logNormal } from "./log-normal.ts";
import { logistic } from "./logistic.ts";
import { normal } from "./normal.ts";
import { poisson } from "./poisson.ts";
import { uniform } from "./uniform.ts";

/** The families' names, as models write them. */
export type FamilyName =
  | "Normal"
  | "LogNormal"
  | "Laplace"
  | "Logistic"
  | "Exponential"
  | "Uniform"
  | "Poisson"
  | "Bernoulli"
  | "Categorical";

const table: Readonly<Record<FamilyName, Distribution>> = {
  Normal: normal,
  LogNormal: logNormal,
  Laplace: laplace,
  Logistic: logistic,
  Exponential: exponential,
  Uniform: uniform,
  Poisson: poisson,
  Bernoulli: bernoulli,
  Categorical: categorical,
};

/** Every distribution by its family's name. */
export const distributions: ReadonlyMap<string, Distribution> = new Map(Object.entries(table));

/** The families as the checker sees them. */
export const families: Families = new Map(
  [...distributions].map(([name, { signature }]) => [name, signature]),
);

/** The distribution of a family that the checker has accepted. */
export const distributionOf = (family: string): Distribution => {
  const found = distributions.get(family);
  invariant(found !== undefined, `unknown family ${family}`);
  return found;
};
