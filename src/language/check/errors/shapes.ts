/** E031x: axes and ranges inside expressions. */
import type { Sources } from "../../../diagnostics/diagnostic.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { Base } from "../../../ir/model.ts";
import { evaluate } from "../../../shape/dim.ts";
import type { Finding, ProposedFix } from "../finding.ts";
import { error, replace } from "../finding.ts";
import type { ValueTerm } from "../values/terms.ts";
import type { Axis, EventType, DimSizes } from "../types/event-type.ts";
import { listed, origins, showAxes, showType } from "../types/event-type.ts";

/** An operand: its text and its type. */
export interface TypedOperand {
  readonly span: Span;
  readonly type: EventType;
}

const label = (
  { span, type }: TypedOperand,
  sizes: DimSizes,
): { readonly span: Span; readonly text: string } => ({
  span,
  text: showType(type, sizes),
});

/** Axes of one side that the other lacks. */
const unmatched = (a: readonly Axis[], b: readonly Axis[]): readonly Axis[] =>
  a.filter(({ dim }) => b.every((other) => other.dim !== dim));

const sizeOf = (axes: readonly Axis[], sizes: DimSizes): string =>
  axes.map(({ dim }) => evaluate(dim, sizes) ?? "?").join(" x ");

const coincidence =
  "the sizes agree only by coincidence: any --set on one of them would break this line";

const outerHelp = (a: readonly Axis[], b: readonly Axis[]): readonly string[] => {
  if (a.length !== 1 || b.length !== 1) return [];
  return [`for all pairs use outer(.., ..), which has shape ${showAxes([...a, ...b])}`];
};

/** A vector beside a square matrix: along its rows or along its columns. */
const repetitions = (
  sides: readonly (TypedOperand | undefined)[],
  sources: Sources,
): readonly ProposedFix[] => {
  const vector = sides.find((side) => side?.type.axes.length === 1);
  const size = vector?.type.axes[0]?.shown;
  if (vector === undefined || size === undefined) return [];
  const text = sources.get(vector.span.file)?.slice(vector.span.start, vector.span.end) ?? "";
  return [
    [`outer(ones(${size}), ${text})`, "the same in every row"],
    [`outer(${text}, ones(${size}))`, "the same in every column"],
  ].map(([put = "", meaning = ""]) => ({
    help: `write ${put} if it is ${meaning}`,
    edits: [replace(vector.span, put)],
  }));
};

/** E0310 and E0311: `a + b` where neither side's axes contain the other's, or where they do in several ways. */
export const notAligned = (
  why: "mismatch" | "ambiguous",
  span: Span,
  shown: string,
  [a, b]: readonly TypedOperand[],
  sizes: DimSizes,
  sources: Sources,
): Finding => {
  const [left, right] = [a?.type.axes ?? [], b?.type.axes ?? []];
  const sides = [a, b].flatMap((side) => (side === undefined ? [] : [label(side, sizes)]));
  const message = `cannot apply \`${shown}\` to shapes ${showAxes(left)} and ${showAxes(right)}`;
  if (why === "ambiguous") {
    return error("E0311", message, span, {
      label: "the axis could be matched in more than one place",
      secondary: sides,
      proposals: repetitions([a, b], sources),
    });
  }
  const lost = [...unmatched(left, right), ...unmatched(right, left)];
  const same = left.length === right.length && sizeOf(left, sizes) === sizeOf(right, sizes);
  const known = !sizeOf([...left, ...right], sizes).includes("?");
  if (unmatched(left, right).length === 0 || unmatched(right, left).length === 0) {
    return error("E0310", message, span, {
      label: "axes are matched by name; these come in another order",
      secondary: sides,
      help: ["give both sides their common axes in the same order where they are declared"],
    });
  }
  return error("E0310", message, span, {
    label: "axes are matched by name; neither side's axes contain the other's",
    secondary: [...sides, ...origins(lost)],
    help: [...outerHelp(left, right), ...(same && known ? [coincidence] : [])],
  });
};

/** E0312: `a @ b`. */
export const productMismatch = (
  span: Span,
  sides: readonly TypedOperand[],
  ranks: boolean,
  sizes: DimSizes,
): Finding => {
  const [a, b] = sides.map(({ type }) => type.axes);
  const message = `cannot apply \`@\` to shapes ${showAxes(a ?? [])} and ${showAxes(b ?? [])}`;
  const inner = [a?.at(-1), b?.[0]].flatMap((axis) => axis ?? []);
  const [last, first] = inner;
  return error("E0312", message, span, {
    label: ranks
      ? `the last axis of the left side (${last?.shown ?? ""}) must be the first of the right (${first?.shown ?? ""})`
      : "the matrix product takes vectors and matrices",
    secondary: [...sides.map((side) => label(side, sizes)), ...origins(inner)],
  });
};

/** E0313: `sum(x, R)`. */
export const noSuchAxis = (
  span: Span,
  shown: string,
  axis: Axis,
  count: number,
  type: EventType,
  sizes: DimSizes,
): Finding =>
  error("E0313", `\`${shown}\` along ${axis.shown} of ${showType(type, sizes)}`, span, {
    label: count === 0 ? "no such axis" : `${count} axes are ${axis.shown}`,
    secondary: origins(listed(type)),
  });

/** E0314: an operand of the wrong kind. */
export const wrongOperand = (
  span: Span,
  shown: string,
  needs: string,
  type: EventType,
  sizes: DimSizes,
): Finding =>
  error("E0314", `\`${shown}\` needs ${needs}`, span, {
    label: `this is ${showType(type, sizes)}`,
  });

export const indexInArithmetic = (
  span: Span,
  shown: string,
  type: EventType,
  sizes: DimSizes,
): Finding =>
  error("E0314", `\`${shown}\` needs a number`, span, {
    label: `this is ${showType(type, sizes)}`,
    notes: ["an index selects a row, an order goes to take and untake; neither is a quantity"],
  });

export const operandsDisagree = (
  span: Span,
  shown: string,
  usage: string,
  sides: readonly TypedOperand[],
  sizes: DimSizes,
): Finding =>
  error("E0314", `the operands of \`${shown}\` do not belong together`, span, {
    label: `it is ${usage}`,
    secondary: [
      ...sides.map((side) => label(side, sizes)),
      ...origins(sides.flatMap(({ type }) => type.axes)),
    ],
  });

export const placeOutOfRange = (span: Span, axis: Axis, sizes: DimSizes): Finding => {
  const size = evaluate(axis.dim, sizes);
  const last = size === undefined ? `${axis.shown} - 1` : `${size - 1}`;
  return error("E0314", `no such place in an axis of size ${axis.shown}`, span, {
    label: `a place is a whole number from 0 to ${last}`,
  });
};

export const notAnIndex = (span: Span, axis: Axis, type: EventType, sizes: DimSizes): Finding =>
  error("E0314", `this does not select from an axis of size ${axis.shown}`, span, {
    label: `found    ${showType(type, sizes)}`,
    notes: [`expected index[${axis.shown}]`],
    secondary: origins([axis, ...listed(type)]),
  });

export const randomOutsideParameter = (span: Span): Finding =>
  error("E0314", "`randn` only starts a parameter", span, {
    label: "a random quantity of the model is a site: name ~ Normal(..)",
  });

const joiner = (type: EventType): string => (type.axes.length > 1 ? "flat" : "");

export const cannotJoin = (
  span: Span,
  type: EventType,
  sizes: DimSizes,
  sources: Sources,
): Finding =>
  error("E0314", "only vectors can be joined", span, {
    label: `this is ${showType(type, sizes)}`,
    proposals: joiner(type) === "" ? [] : [wrapIn("flat", span, sources)],
  });

const wrapIn = (name: string, span: Span, sources: Sources): ProposedFix => {
  const text = `${name}(${sources.get(span.file)?.slice(span.start, span.end) ?? ""})`;
  return { help: `write ${text}`, edits: [replace(span, text)] };
};

/** Functions whose result has this range. */
const makers: { readonly [B in Base]: string | undefined } = {
  real: undefined,
  pos: "softplus",
  unit: "sigmoid",
  simplex: "softmax",
  count: undefined,
  index: undefined,
  perm: undefined,
};

/** The edit that brings a value into a range. */
export const intoRange = (base: Base, span: Span, sources: Sources): readonly ProposedFix[] => {
  const maker = makers[base];
  return maker === undefined ? [] : [wrapIn(maker, span, sources)];
};

/** E0316: a parameter of a distribution. */
export const distributionRange = (
  { term, span }: { readonly term: ValueTerm; readonly span: Span },
  family: string,
  parameter: string,
  base: Base,
  sizes: DimSizes,
  sources: Sources,
): Finding =>
  error("E0316", `\`${parameter}\` of ${family} must be ${base}`, span, {
    label:
      term.constant === undefined
        ? `this is ${showType(term.type, sizes)}`
        : `${term.constant} is not`,
    proposals: term.constant === undefined ? intoRange(base, span, sources) : [],
  });
