import type { Base } from "./type.ts";

/** What the checker has to know of a distribution family. */
export interface FamilySignature {
  /** As written in the language: "Normal", "Categorical"; lower case (`normal[Z]`) in a net's result. */
  readonly name: string;
  readonly parameters: readonly FamilyParameter[];
  /** Base of a drawn value. */
  readonly support: Base;
  /** The logits' last axis is what a drawn index selects from, not an event axis. */
  readonly categorical: boolean;
  readonly reparameterised: boolean;
}

export interface FamilyParameter {
  readonly name: string;
  readonly base: Base;
}

/** Families by name, given to the checker so that it needs no mathematics. */
export type Families = ReadonlyMap<string, FamilySignature>;
