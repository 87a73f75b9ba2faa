/** E02xx and E0301: names, declarations and written types. */
import { didYouMeanAt } from "../../../diagnostics/nearest.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { Name } from "../../ast.ts";
import type { NamedItem } from "../../modules.ts";
import type { Finding } from "../finding.ts";
import { error } from "../finding.ts";

/** A name with its place; names in expressions are such. */
interface Word {
  readonly text: string;
  readonly span: Span;
}

const kinds: { readonly [K in NamedItem["kind"]]: string } = {
  dim: "a dimension",
  net: "a network",
  arch: "an architecture",
  fn: "a function",
  memory: "a memory",
  model: "a model",
};

export const declaredTwice = (name: Name, before: Name): Finding =>
  error("E0204", `\`${name.text}\` is declared twice`, name.span, {
    label: "declared again here",
    secondary: [{ span: before.span, text: "first declared here" }],
  });

export const definedTwice = (name: Name, before: Name): Finding =>
  error("E0210", `\`${name.text}\` has two meanings in this model`, name.span, {
    label: "defined again here",
    secondary: [{ span: before.span, text: "first defined here" }],
    notes: [
      "a name is one of: data, a parameter, a memory, an equation, a site; data may also be the target of one site",
    ],
  });

export const wrongKind = ({ text, span }: Word, item: NamedItem, wanted: string): Finding =>
  error("E0211", `\`${text}\` is ${kinds[item.kind]}, not ${wanted}`, span, {
    label: `${wanted} is expected here`,
    secondary: [{ span: item.name.span, text: "declared here" }],
  });

/** The first and last name are the same declaration. */
export const recursion = (cycle: readonly Name[]): Finding => {
  const [first, second, ...rest] = cycle;
  const text = first?.text ?? "";
  return error("E0212", `\`${text}\` needs itself`, first?.span ?? nowhere, {
    label: `needs \`${second?.text ?? text}\``,
    secondary: cycle.slice(1, -1).map(({ span }, i) => ({
      span,
      text: `needs \`${rest[i]?.text ?? text}\``,
    })),
    notes: [`the cycle: ${cycle.map((name) => name.text).join(" -> ")}; there is no recursion`],
  });
};

const nowhere: Span = { file: "", start: 0, end: 0 };

export const recursiveDimension = (cycle: readonly { readonly name: Name }[]): Finding =>
  recursion([...cycle, ...cycle.slice(0, 1)].map(({ name }) => name));

export const unknownDimension = (word: Word, candidates: Iterable<string>): Finding =>
  error("E0213", `unknown dimension \`${word.text}\``, word.span, {
    label: "no `dim` of this name",
    proposals: didYouMeanAt(word, candidates),
  });

export const notAWholeSize = (span: Span, text: string): Finding =>
  error("E0214", `${text} is no size`, span, {
    label: "a dimension is a whole number, at least 1",
  });

export const sizeBelowOne = (span: Span, value: number): Finding =>
  error("E0214", `a size of ${value}`, span, {
    label: "a dimension is a whole number, at least 1",
  });

export const sizeTooLarge = (span: Span): Finding =>
  error("E0214", "a size beyond all bounds", span, { label: "no array is that large" });

export const notADimension = (span: Span): Finding =>
  error("E0214", "this is no size", span, {
    label: "sizes are made of whole numbers and dimensions with +, -, * and ^",
  });

export const unknownBase = (base: Name, known: readonly string[]): Finding =>
  error("E0215", `unknown type \`${base.text}\``, base.span, {
    label: `one of: ${known.join(", ")}`,
    proposals: didYouMeanAt(base, known),
  });

export const distributionAsType = (base: Name): Finding =>
  error("E0215", `\`${base.text}\` is a distribution, not the type of a value`, base.span, {
    label: "only a network gives a distribution",
  });

export const baseNeedsAxis = (span: Span, base: string): Finding =>
  error("E0215", `\`${base}\` needs an axis`, span, { label: `write ${base}[SIZE]` });

export const holeOutsideParameter = (span: Span): Finding =>
  error("E0215", "`_` is not allowed here", span, {
    label: "only a parameter of a network or operation may leave its width to the call",
  });

/** What layers cannot give, and what to declare for a random one. */
const notOfLayers: Readonly<Record<string, readonly [what: string, random: string]>> = {
  perm: ["numbers, not an order", "for a random index declare categorical[SIZE]"],
  count: ["real numbers, not counts", "for a random count declare poisson[SIZE]"],
};

export const layersGiveNoIndex = (span: Span, base: string): Finding => {
  const [what, label] = notOfLayers[base] ?? [
    "numbers, not an index",
    "for a random index declare categorical[SIZE]",
  ];
  return error("E0215", `layers give ${what}`, span, { label });
};

export const unknownMemory = (word: Word, candidates: Iterable<string>): Finding =>
  error("E0216", `unknown memory \`${word.text}\``, word.span, {
    label: "not defined",
    proposals: didYouMeanAt(word, candidates),
  });

export const memorySizes = (span: Span, memory: string, wanted: readonly string[]): Finding =>
  error(
    "E0217",
    `memory \`${memory}\` takes ${wanted.length === 1 ? "one size" : `${wanted.length} sizes`}`,
    span,
    {
      label: `write ${memory}(${wanted.join(", ")})`,
    },
  );

export const unknownOperation = (word: Name, memory: string, known: readonly string[]): Finding =>
  error("E0218", `memory \`${memory}\` has no operation \`${word.text}\``, word.span, {
    label: known.length === 0 ? "it has none" : `it has ${known.join(", ")}`,
    proposals: didYouMeanAt(word, known),
  });

export const operationOfValue = (word: Name): Finding =>
  error("E0218", `\`${word.text}\` is applied to something that is no memory`, word.span, {
    label: "only memories have operations",
  });

export const unknownField = (word: Name, what: string, known: Iterable<string>): Finding => {
  const all = [...known];
  return error("E0219", `${what} has no field \`${word.text}\``, word.span, {
    label: all.length === 0 ? "it has none" : `it has ${all.join(", ")}`,
    proposals: didYouMeanAt(word, all),
  });
};

export const unknownFunction = (word: Word, candidates: Iterable<string>): Finding =>
  error("E0301", `unknown function \`${word.text}\``, word.span, {
    label: "not defined",
    proposals: didYouMeanAt(word, candidates),
  });

export const unknownName = (word: Word, candidates: Iterable<string>): Finding =>
  error("E0301", `unknown name \`${word.text}\``, word.span, {
    label: "not defined",
    proposals: didYouMeanAt(word, candidates),
  });
