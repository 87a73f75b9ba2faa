/** Everything of the language that has a name. */
import { familyEntry, familyTexts } from "./distributions.ts";
import { entry, fact, printExample, type Entry } from "./entry.ts";
import type { FunctionText } from "./function-text.ts";
import { functionsAlongAxes } from "./functions-along-axes.ts";
import { functionsOfElements } from "./functions-of-elements.ts";
import { activationEntries, initialiserEntries, layerEntries } from "./nets.ts";
import { shippedEntries } from "./shipped.ts";
import { dataEntries, guideEntries, operatorEntries, roleEntries, typeEntries } from "./words.ts";
import type { FamilyName } from "../distributions/index.ts";

const functionEntries = (texts: Readonly<Record<string, FunctionText>>): readonly Entry[] =>
  Object.entries(texts).map(([name, { usage, meaning, gradient, examples }]) =>
    entry("function", name, {
      usage,
      meaning,
      facts: fact("Gradient", gradient),
      examples: examples.map(printExample),
    }),
  );

/** Entries by the parts of the page on the language. */
export const languageEntries = (): Readonly<Record<LanguagePart, readonly Entry[]>> => {
  const shipped = shippedEntries();
  return {
    types: typeEntries,
    operators: operatorEntries,
    "functions of elements": functionEntries(functionsOfElements),
    "functions along axes": functionEntries(functionsAlongAxes),
    distributions: (Object.keys(familyTexts) as FamilyName[]).map(familyEntry),
    layers: layerEntries,
    activations: activationEntries,
    architectures: shipped.filter(({ kind }) => kind === "architecture"),
    initialisers: initialiserEntries,
    memories: shipped.filter(({ kind }) => kind === "memory"),
    roles: roleEntries,
    data: dataEntries,
    guides: guideEntries,
  };
};

export type LanguagePart =
  | "types"
  | "operators"
  | "functions of elements"
  | "functions along axes"
  | "distributions"
  | "layers"
  | "activations"
  | "architectures"
  | "initialisers"
  | "memories"
  | "roles"
  | "data"
  | "guides";
