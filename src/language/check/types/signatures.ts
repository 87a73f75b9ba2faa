/** Written types to types: what parameters, states, data and results declare. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Families, FamilySignature } from "../../../ir/library.ts";
import type { Base } from "../../../ir/model.ts";
import { symbol } from "../../../shape/dim.ts";
import type { Expr, FnDecl, Hole, Name, NetDecl, Param, ResultType, TypeExpr } from "../../ast.ts";
import type { DimScope } from "./dims.ts";
import { readSize } from "./dims.ts";
import type { Report } from "../finding.ts";
import * as errors from "../errors/names.ts";
import { selects } from "./ranges.ts";
import type { Axis, EventType, DimSizes } from "./event-type.ts";

/** What is needed to read a written type. */
export interface TypeReader {
  readonly dims: DimScope;
  readonly sizes: DimSizes;
  readonly families: Families;
  readonly report: Report;
}

/** A declared parameter of a net, function or operation. */
export interface DeclaredParameter {
  readonly name: Name;
  readonly type: EventType;
  /** From the name to the end of its type. */
  readonly span: Span;
}

/** A declaration with its types read. */
export interface Signed<D> {
  readonly decl: D;
  readonly parameters: readonly DeclaredParameter[];
  readonly result: NetResult;
}

/** What a net gives. */
export type NetResult =
  | { readonly kind: "value"; readonly type: EventType }
  | { readonly kind: "record"; readonly fields: ReadonlyMap<string, EventType> }
  | { readonly kind: "distribution"; readonly family: FamilySignature; readonly type: EventType };

const bases: readonly Base[] = ["real", "pos", "unit", "simplex", "count", "index", "perm"];

const baseOf = (word: string): Base | undefined => bases.find((base) => base === word);

/** `normal` for the family `Normal`. */
const familyOf = (families: Families, word: string): FamilySignature | undefined =>
  [...families.values()].find(({ name }) => name.toLowerCase() === word);

const readAxes = (
  axes: readonly (Expr | Hole)[],
  reader: TypeReader,
  hole: ((place: number) => Axis) | undefined,
): readonly Axis[] | undefined => {
  const read = axes.map((axis, place) => {
    if (axis.kind !== "hole") return readSize(axis, reader.dims, reader.sizes, reader.report);
    if (hole === undefined) reader.report(errors.holeOutsideParameter(axis.span));
    return hole?.(place);
  });
  const known = read.filter((axis) => axis !== undefined);
  return known.length === read.length ? known : undefined;
};

/** The last axis of an index is what it selects from; an order selects from its own axis. */
const shaped = (
  base: Base,
  axes: readonly Axis[],
  span: Span,
  report: Report,
): EventType | undefined => {
  const last = axes.at(-1);
  if (last === undefined && (base === "simplex" || selects(base))) {
    report(errors.baseNeedsAxis(span, base));
    return undefined;
  }
  if (base === "perm") return { base, axes, ...(last === undefined ? {} : { of: last }) };
  if (base === "index" && last !== undefined) return { base, axes: axes.slice(0, -1), of: last };
  return { base, axes };
};

const readValueType = (
  written: TypeExpr,
  reader: TypeReader,
  hole?: (place: number) => Axis,
): EventType | undefined => {
  const base = baseOf(written.base.text);
  const axes = readAxes(written.axes, reader, hole);
  if (base === undefined) {
    const family = familyOf(reader.families, written.base.text);
    reader.report(
      family === undefined
        ? errors.unknownBase(written.base, bases)
        : errors.distributionAsType(written.base),
    );
  }
  if (base === undefined || axes === undefined) return undefined;
  return shaped(base, axes, written.span, reader.report);
};

/** The type of a value, or `undefined` when it was reported. */
export const readType = (written: TypeExpr, reader: TypeReader): EventType | undefined =>
  readValueType(written, reader);

/** Parameters in order; `_` becomes an axis that the first call decides. `undefined` when one was reported. */
export const readParameters = (
  owner: string,
  written: readonly Param[],
  reader: TypeReader,
  holes: boolean,
): readonly DeclaredParameter[] | undefined => {
  const seen = new Map<string, Name>();
  const parameters = written.map(({ name, type, span }) => {
    const before = seen.get(name.text);
    if (before !== undefined) reader.report(errors.declaredTwice(name, before));
    seen.set(name.text, name);
    const hole = (place: number): Axis => ({
      dim: symbol(`${owner}.${name.text}.width${place}`),
      shown: "_",
      hole: true,
    });
    const read = readValueType(type, reader, holes ? hole : undefined);
    return read === undefined ? undefined : { name, type: read, span };
  });
  const known = parameters.filter((parameter) => parameter !== undefined);
  return known.length === parameters.length && seen.size === known.length ? known : undefined;
};

/** The result of a net or operation. */
export const readResult = (written: ResultType, reader: TypeReader): NetResult | undefined => {
  if (written.kind === "record-type") {
    const read = readParameters("", written.fields, reader, false);
    return read === undefined
      ? undefined
      : { kind: "record", fields: new Map(read.map(({ name, type }) => [name.text, type])) };
  }
  const word = written.base.text;
  const base = baseOf(word);
  const family = base === undefined ? familyOf(reader.families, word) : undefined;
  if (family === undefined) {
    if (base === undefined) {
      const known = [...reader.families.values()].map(({ name }) => name.toLowerCase());
      reader.report(errors.unknownBase(written.base, [...bases, ...known]));
      return undefined;
    }
    const type = readValueType(written, reader);
    return type === undefined ? undefined : { kind: "value", type };
  }
  const axes = readAxes(written.axes, reader, undefined);
  if (axes === undefined) return undefined;
  if (family.categorical && axes.length === 0) {
    reader.report(errors.baseNeedsAxis(written.span, word));
    return undefined;
  }
  const type = family.categorical
    ? shaped("index", axes, written.span, reader.report)
    : { base: family.support, axes };
  return type === undefined ? undefined : { kind: "distribution", family, type };
};

const indexIn = (result: NetResult): EventType | undefined => {
  if (result.kind === "distribution") return undefined;
  const all = result.kind === "value" ? [result.type] : [...result.fields.values()];
  return all.find(({ base }) => base === "count" || selects(base));
};

/** The types of a net; `owner` sets its widths apart from those of other nets. */
export const readNet = (
  decl: NetDecl,
  owner: string,
  reader: TypeReader,
): Signed<NetDecl> | undefined => {
  const parameters = readParameters(owner, decl.parameters, reader, true);
  const result = readResult(decl.result, reader);
  if (parameters === undefined || result === undefined) return undefined;
  const index = decl.body.kind === "arch-expr" ? indexIn(result) : undefined;
  if (index !== undefined) {
    reader.report(errors.layersGiveNoIndex(decl.result.span, index.base));
    return undefined;
  }
  return { decl, parameters, result };
};

/** The types of a function. */
export const readFn = (decl: FnDecl, reader: TypeReader): Signed<FnDecl> | undefined => {
  const parameters = readParameters(decl.name.text, decl.parameters, reader, false);
  const type = readType(decl.result, reader);
  if (parameters === undefined || type === undefined) return undefined;
  return { decl, parameters, result: { kind: "value", type } };
};
