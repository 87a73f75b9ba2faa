import type { Span } from "../diagnostics/span.ts";
import type { Dim } from "../shape/dim.ts";
import type { Type } from "./type.ts";
import type { Value, ValueId } from "./value.ts";

export type { Base, Type } from "./type.ts";

/**
 * What a model says, free of syntax: memories, networks and functions are inlined, axes are positional, every
 * expression is a value in single-assignment form. It is plain data: `JSON.stringify` writes it, embedders and
 * tests may build it by hand, `verify` checks it.
 *
 * There is one set of values and no schedule. A site's drawn value is a leaf (`{ op: "site" }`); the reader of the
 * model decides where it comes from: *generate* draws latents from priors and observations from their
 * distributions, *infer* takes observations from data and draws latents from guides. Any order that computes
 * operands first is right, and acyclicity in both readings was checked (E0401, E0402).
 */
export interface Model {
  readonly name: string;
  /** Names that shapes use. `null`: bound by data, may differ between calls; no parameter's shape depends on it. */
  readonly dims: Readonly<Record<string, number | null>>;
  readonly parameters: readonly Parameter[];
  readonly data: readonly DataField[];
  /** Values by id: `values[i].id === i`, operands before their users. */
  readonly values: readonly Value[];
  /** What is carried from step t-1 to step t. Empty in a model without time. */
  readonly carries: readonly Carry[];
  /** In the order of generation; latents before the observations that need them. */
  readonly sites: readonly Site[];
  /** Values that tools show: addresses, read words, memory contents. */
  readonly watches: readonly Watch[];
}

export interface Parameter {
  /** Dotted by owner: "prior.0.weight", "rnn.gates.bias", "e_p". */
  readonly name: string;
  /** The net, memory instance or model that owns it, for summaries. */
  readonly owner: string;
  readonly shape: readonly Dim[];
  readonly init: Initializer;
  /** Serves the guide only ("q"), the generative model only ("p"), or both. */
  readonly role: "p" | "q" | "both";
  /** The net, or the declaration of the parameter itself. */
  readonly span?: Span;
}

export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  /** One number for each block of the last axis, in order: biases of a head with several outputs. */
  | {
      readonly kind: "blocks";
      readonly blocks: readonly { readonly size: Dim; readonly value: number }[];
    }
  /** Normal with this standard deviation. */
  | { readonly kind: "normal"; readonly scale: number }
  /** Uniform in ±sqrt(6 / (fanIn + fanOut)) (Glorot & Bengio 2010), times `gain`. */
  | { readonly kind: "glorot"; readonly fanIn: Dim; readonly fanOut: Dim; readonly gain: number };

export interface DataField {
  readonly name: string;
  readonly type: Type;
  /** "step": one value per time step (data [B, T, …]); "sequence": one per sequence [B, …]; "shared": one per batch […]. */
  readonly per: "step" | "sequence" | "shared";
  /** The target of a site, or only looked at. */
  readonly role: "observed" | "given";
  readonly span?: Span;
}

/** A recurrent quantity. `{ op: "carry", name }` is its value at t-1 (at t+1 for a backward one). */
export interface Carry {
  /** "mem.M", "rnn.h", "z" for a site or equation read at t-1. "z@2" for the value at t-2. */
  readonly name: string;
  readonly type: Type;
  /** A static value. */
  readonly initial: ValueId;
  /** A step value: what the carry is at t. */
  readonly next: ValueId;
  /** Of a reversed memory: `initial` comes after the last step, and only data and other backward carries feed it. */
  readonly backward?: true;
}

export interface Site {
  readonly name: string;
  readonly role: "latent" | "observed";
  /** "step": drawn at every t; "static": once per sequence. */
  readonly when: "step" | "static";
  readonly type: Type;
  readonly prior: DistributionCall;
  /** Absent for observations. Equal to the prior where the file says `guide prior`. */
  readonly guide?: DistributionCall;
  readonly span?: Span;
}

/** A distribution over one event of the site's type; its log density sums over all event axes. */
export interface DistributionCall {
  readonly family: string;
  /** By the family's parameter names; each has the site's event axes (categorical: one more, the last). */
  readonly arguments: Readonly<Record<string, ValueId>>;
  readonly span?: Span;
}

export interface Watch {
  /** "mem.read", "mem.write", "mem.M", "a". */
  readonly name: string;
  readonly kind: "address" | "read" | "state";
  readonly value: ValueId;
}

/** Whether something is drawn or observed at every step. */
export const hasTime = ({ sites }: Pick<Model, "sites">): boolean =>
  sites.some(({ when }) => when === "step");
