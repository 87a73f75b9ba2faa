/** What the reference says of one name: the pages of `docs/` and `gtmc help` print the same entries. */

/** What a name can be. */
export type Kind =
  | "activation"
  | "architecture"
  | "data source"
  | "distribution"
  | "function"
  | "initialiser"
  | "kind of data"
  | "layer"
  | "memory"
  | "operator"
  | "role"
  | "setting"
  | "type"
  | "way to guide";

export interface Entry {
  /** As it is looked up: "softmax", "train.optimizer". */
  readonly name: string;
  readonly kind: Kind;
  /** Lines of code: how it is written, with shapes where it has some. */
  readonly usage: readonly string[];
  /** Whole sentences, with code in backquotes. */
  readonly meaning: string;
  /** "Gradient", "Default", "Support" and the like. */
  readonly facts: readonly Fact[];
  readonly arguments: readonly ArgumentEntry[];
  /** Code, with what it gives where it is an expression. */
  readonly examples: readonly string[];
}

export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** An argument of a data source, or of a value that a setting may have. */
export interface ArgumentEntry {
  /** The call that it belongs to, where there are several: "adam". */
  readonly call?: string;
  readonly name: string;
  /** Completes "must be …". */
  readonly takes: string;
  /** As it would be written; absent where it must be given. */
  readonly default?: string;
  readonly meaning: string;
}

/** An entry of these parts; what is not given is empty. */
export const entry = (
  kind: Kind,
  name: string,
  {
    usage = [],
    meaning,
    facts = [],
    arguments: taken = [],
    examples = [],
  }: Partial<Entry> & Pick<Entry, "meaning">,
): Entry => ({ name, kind, usage, meaning, facts, arguments: taken, examples });

/** A fact, or none where there is nothing to say. */
export const fact = (label: string, text: string | undefined): readonly Fact[] =>
  text === undefined ? [] : [{ label, text }];

/** A number, or rows of them. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** An expression and what it gives, rounded to four decimals. */
export interface Example {
  readonly expression: string;
  readonly value: NestedNumbers;
}

const printNumbers = (value: NestedNumbers): string =>
  typeof value === "number" ? `${value}` : `[${value.map(printNumbers).join(", ")}]`;

/** `exp(0)` is `1`, in words. */
export const printExample = ({ expression, value }: Example): string =>
  `${expression} = ${printNumbers(value)}`;
