/** E0302 to E0305, E0315 to E0317: arguments. E0359: calls in calls. */
import type { Sources } from "../../../diagnostics/diagnostic.ts";
import { didYouMeanAt } from "../../../diagnostics/nearest.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { Expr, Name } from "../../ast.ts";
import type { Finding, ProposedFix } from "../finding.ts";
import { error, insertAfter, replace } from "../finding.ts";
import type { CallableParameter, Term, ValueTerm } from "../values/terms.ts";
import type { EventType, DimSizes } from "../types/event-type.ts";
import { listed, origins, showType } from "../types/event-type.ts";
import type { TypedOperand } from "./shapes.ts";
import { intoRange } from "./shapes.ts";

type Parameters = readonly CallableParameter[];

const signature = (parameters: Parameters): string =>
  parameters.length === 0
    ? "it takes none"
    : `it takes ${parameters.map(({ name }) => name.text).join(", ")}`;

export const tooManyArguments = (span: Span, what: string, count: number): Finding =>
  error("E0302", `${what} takes ${count === 1 ? "one argument" : `${count} arguments`}`, span, {
    label: "one too many",
  });

export const unknownArgument = (name: Name, what: string, parameters: Parameters): Finding => {
  const known = parameters.map((parameter) => parameter.name.text);
  return error("E0302", `${what} has no parameter \`${name.text}\``, name.span, {
    label: signature(parameters),
    proposals: didYouMeanAt(name, known),
  });
};

export const givenTwice = (span: Span, parameter: string, what: string): Finding =>
  error("E0302", `\`${parameter}\` of ${what} is given twice`, span, { label: "given again here" });

export const missingArguments = (
  span: Span,
  missing: Parameters,
  what: string,
  record: Span | undefined,
): Finding => {
  const names = missing.map(({ name }) => `\`${name.text}\``).join(", ");
  const declared = missing.map((parameter) => ({ span: parameter.span, text: "declared here" }));
  return record === undefined
    ? error("E0303", `${what} lacks ${names}`, span, { label: "not given", secondary: declared })
    : error("E0317", `${what} lacks ${names}`, record, {
        label: "this record has no such field",
        secondary: declared,
      });
};

export const extraField = (
  span: Span,
  field: string,
  what: string,
  parameters: Parameters,
): Finding =>
  error("E0317", `${what} has no parameter \`${field}\``, span, {
    label: `this record has the field \`${field}\`; ${signature(parameters)}`,
  });

export const builtinArguments = (span: Span, usage: string): Finding =>
  error("E0304", "wrong arguments", span, { label: `it is ${usage}` });

export const distributionArguments = (span: Span, family: string, usage: string): Finding =>
  error("E0304", `wrong arguments of ${family}`, span, { label: `it is ${usage}` });

const described: { readonly [K in Exclude<Term["kind"], "value" | "poison">]: string } = {
  record: "a record",
  distribution: "a distribution",
  memory: "a memory",
};

export const notAValue = (
  expr: Expr,
  term: Exclude<Term, ValueTerm | { kind: "poison" }>,
): Finding => {
  const states = term.kind === "memory" ? [...term.states.keys()] : [];
  return error("E0305", `${described[term.kind]} where a value is needed`, expr.span, {
    label: `this is ${described[term.kind]}`,
    proposals: states.map((state) => ({
      help: `read a state of it: .${state}`,
      edits: [insertAfter(expr.span, `.${state}`)],
    })),
  });
};

export const notAnExpression = (expr: Expr): Finding =>
  error("E0305", "no value of the model can be this", expr.span, {
    label: "only an option takes it, as in `exclusive = yes` or `bias = {ga: 3}`",
  });

interface Place {
  readonly value: ValueTerm;
  readonly span: Span;
  readonly field?: string;
  readonly parameter: CallableParameter;
  readonly what: string;
  readonly sizes: DimSizes;
}

const found = ({ value, field, sizes }: Place): string => {
  const from = field === undefined ? "" : `field \`${field}\` is `;
  return `found    ${from}${showType(value.type, sizes)}`;
};

const exchange = ([a, b]: readonly Span[], sources: Sources): readonly ProposedFix[] => {
  if (a === undefined || b === undefined) return [];
  const textOf = ({ file, start, end }: Span): string => sources.get(file)?.slice(start, end) ?? "";
  const help = "the two arguments fit the other way round";
  return [{ help, edits: [replace(a, textOf(b)), replace(b, textOf(a))] }];
};

/** E0315; `decided` is the call that fixed a width `_`, `swapped` two arguments that could change places. */
export const wrongShape = (
  place: Place,
  expected: EventType,
  decided: Span | undefined,
  swapped: readonly Span[] | undefined,
  sources: Sources,
): Finding => {
  const { parameter, span, what, value, sizes } = place;
  const axes = [...listed(value.type), ...listed(expected)];
  return error(
    "E0315",
    `argument \`${parameter.name.text}\` of ${what} has the wrong shape`,
    span,
    {
      label: found(place),
      secondary: [
        { span: parameter.span, text: "declared here" },
        ...(decided === undefined ? [] : [{ span: decided, text: "its width was decided here" }]),
        ...origins(
          axes.filter(({ dim }) => axes.filter((other) => other.dim === dim).length === 1),
        ),
      ],
      proposals: exchange(swapped ?? [], sources),
      notes: [`expected ${showType(expected, sizes)}`],
    },
  );
};

/** E0316. */
export const wrongRange = (place: Place, sources: Sources): Finding => {
  const { parameter, span, what, field, value } = place;
  const { base } = parameter.outer;
  return error("E0316", `argument \`${parameter.name.text}\` of ${what} must be ${base}`, span, {
    label: value.constant === undefined ? found(place) : `${value.constant} is not ${base}`,
    secondary: [{ span: parameter.span, text: "declared here" }],
    proposals:
      field === undefined && value.constant === undefined ? intoRange(base, span, sources) : [],
  });
};

export const mapsDisagree = (
  span: Span,
  what: string,
  a: TypedOperand,
  b: TypedOperand,
  sizes: DimSizes,
): Finding =>
  error("E0318", `${what} cannot be mapped over these arguments`, span, {
    label: "their extra axes do not match by name",
    secondary: [a, b].map((side) => ({ span: side.span, text: showType(side.type, sizes) })),
  });

export const cannotMapUpdate = (
  span: Span,
  what: string,
  type: EventType,
  sizes: DimSizes,
): Finding =>
  error("E0318", `${what} changes a memory and cannot be mapped`, span, {
    label: `${showType(type, sizes)} has more axes than the parameter`,
  });

export const tooManyCalls = (span: Span, most?: number): Finding =>
  error("E0359", "calls are nested too deeply", span, {
    label: most === undefined ? "somewhere in this file" : `in more than ${most} others`,
    help: [
      "let fewer functions call one another, or give what they compute to a model's equations",
    ],
  });
