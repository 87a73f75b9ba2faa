/** What a distribution family is to inference: a signature and graph builders. */
import { invariant } from "../diagnostics/invariant.ts";
import type { Node } from "../graph/op.ts";
import type { Base } from "../ir/type.ts";
import type { FamilySignature } from "../ir/library.ts";

/**
 * Standard noise that a family turns into a sample: N(0, 1), U(0, 1), or Gumbel(0, 1) = -log(-log u), each
 * element independent.
 */
export type NoiseKind = "normal" | "uniform" | "gumbel";

/** Values of a family's parameters, by name. */
export type Arguments = Readonly<Record<string, Node>>;

/**
 * A family of distributions over one event. Parameters and values have shape [lead…, E…] of equal rank, where size
 * 1 broadcasts; a categorical family's logits have one more axis, the last, over the outcomes. Log densities are in
 * nats and elementwise: the caller sums over the event axes E.
 */
export interface Distribution {
  readonly signature: FamilySignature;
  readonly noise: NoiseKind;
  readonly logProb: (parameters: Arguments, value: Node) => Node;
  /** The value that this noise stands for; noise has the value's shape (categorical: the logits'). */
  readonly sample: (parameters: Arguments, noise: Node) => Node;
  /** E[x]; for a categorical family the outcomes' probabilities [lead…, E…, n]. */
  readonly mean: (parameters: Arguments) => Node;
  /** In nats, elementwise; absent where no closed form is in use. */
  readonly entropy?: (parameters: Arguments) => Node;
}

/** A family as its own file states it: the functions see exactly the parameters named. */
export interface Family<P extends string> {
  readonly name: string;
  readonly parameters: Readonly<Record<P, Base>>;
  readonly support: Base;
  readonly categorical?: boolean;
  readonly reparameterised: boolean;
  readonly noise: NoiseKind;
  readonly logProb: (parameters: Readonly<Record<P, Node>>, value: Node) => Node;
  readonly sample: (parameters: Readonly<Record<P, Node>>, noise: Node) => Node;
  readonly mean: (parameters: Readonly<Record<P, Node>>) => Node;
  readonly entropy?: (parameters: Readonly<Record<P, Node>>) => Node;
}

/** The distribution of a family; a call that lacks a parameter is a compiler bug. */
export const distribution = <P extends string>(family: Family<P>): Distribution => {
  const { name, entropy } = family;
  const parameters = Object.entries<Base>(family.parameters).map(([parameter, base]) => ({
    name: parameter,
    base,
  }));
  const complete = (given: Arguments): given is Readonly<Record<P, Node>> =>
    parameters.every((parameter) => given[parameter.name] !== undefined);
  const checked = (given: Arguments): Readonly<Record<P, Node>> => {
    invariant(complete(given), `${name} of ${Object.keys(given).join(", ")}`);
    return given;
  };
  return {
    signature: {
      name,
      parameters,
      support: family.support,
      categorical: family.categorical ?? false,
      reparameterised: family.reparameterised,
    },
    noise: family.noise,
    logProb: (given, value) => family.logProb(checked(given), value),
    sample: (given, noise) => family.sample(checked(given), noise),
    mean: (given) => family.mean(checked(given)),
    ...(entropy === undefined ? {} : { entropy: (given: Arguments) => entropy(checked(given)) }),
  };
};
