/** What expressions stand for while they are checked, and the surroundings they are checked in. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Families, FamilySignature } from "../../../ir/library.ts";
import type { ValueId } from "../../../ir/value.ts";
import type { Dim } from "../../../shape/dim.ts";
import type { Expr, MemoryDecl, Name, Operation } from "../../ast.ts";
import type { ValueBuilder } from "../../lower/builder.ts";
import type { Modules, Scope } from "../../modules.ts";
import type { Dims, DimScope } from "../types/dims.ts";
import type { Report } from "../finding.ts";
import type { Axis, EventType, DimSizes } from "../types/event-type.ts";
import { listed, showNamed } from "../types/event-type.ts";

/** An expression's value. */
export interface ValueTerm {
  readonly kind: "value";
  readonly type: EventType;
  readonly id: ValueId;
  /** Whether the leading axes that the surrounding body is mapped over come before those of the type. */
  readonly mapped: boolean;
  /** Of a literal: which ranges it lies in is then exact. */
  readonly constant?: number;
}

export interface RecordTerm {
  readonly kind: "record";
  readonly fields: ReadonlyMap<string, ValueTerm>;
}

export interface DistributionTerm {
  readonly kind: "distribution";
  readonly family: FamilySignature;
  /** Each with the event's axes; the logits of a categorical family with one more. */
  readonly arguments: ReadonlyMap<string, ValueTerm>;
  readonly type: EventType;
}

/** The contents of a memory at some moment. */
export interface MemoryTerm {
  readonly kind: "memory";
  readonly instance: Instance;
  readonly states: ReadonlyMap<string, ValueId>;
}

/** Stands for an expression that was already reported; everything that depends on it stays silent. */
export interface Poison {
  readonly kind: "poison";
}

export type Term = ValueTerm | RecordTerm | DistributionTerm | MemoryTerm | Poison;

export const poison: Poison = { kind: "poison" };

/** A memory as a model declares it. */
export interface Instance {
  readonly name: string;
  readonly memory: MemoryDecl;
  /** In the model's dimensions. */
  readonly states: ReadonlyMap<string, EventType>;
  /** An operation on these contents, to be called from the model. */
  readonly operation: (operation: Operation, states: ReadonlyMap<string, ValueId>) => Callable;
}

/** A parameter as its caller and as the body sees it; the dimensions of a memory differ between the two. */
export interface CallableParameter {
  readonly name: Name;
  readonly outer: EventType;
  readonly inner: EventType;
  readonly span: Span;
}

/** A width that a first call has decided. */
export interface DecidedWidth {
  readonly axis: Axis;
  readonly span: Span;
}

/** A net, function or operation, ready to be put in place of its call. */
export interface Callable {
  /** "network `post`", for errors. */
  readonly what: string;
  /** Absent where their types are wrong, which was reported there. */
  readonly parameters: readonly CallableParameter[] | undefined;
  /** Whether its own text is wrong, which was reported there. */
  readonly broken: () => boolean;
  /** Whether it gives a memory, which cannot have leading axes. */
  readonly updates: boolean;
  readonly toCaller: (axis: Axis) => Axis;
  /** Widths of `_` by their dimension. */
  readonly widths: Map<string, DecidedWidth>;
  /** The result for these arguments, in a body mapped over these leading axes. */
  readonly inline: (values: ReadonlyMap<string, ValueTerm>, lead: readonly Dim[]) => Term;
}

/** What every part of the check needs. */
export interface Analysis {
  readonly modules: Modules;
  readonly families: Families;
  readonly dims: Dims;
  readonly evaluate: (expr: Expr, frame: Frame) => Term;
  /** A net or function that the frame's file can name. */
  readonly callable: (name: string, frame: Frame) => Callable | undefined;
  /** Runs a check of a declaration the first time it is asked for; gives whether the declaration is wrong. */
  readonly once: (name: Name, check: (report: Report) => void) => boolean;
}

/** The surroundings of a text: what its names mean and where its values go. */
export interface Frame {
  readonly analysis: Analysis;
  readonly report: Report;
  readonly builder: ValueBuilder;
  readonly scope: Scope;
  readonly dims: DimScope;
  /** From the dimensions of the text to those of the model. */
  readonly concrete: (dim: Dim) => Dim;
  /** How many calls the text is in. */
  readonly calls: number;
  /** Axes that the text is mapped over, of which it knows nothing. */
  readonly lead: readonly Dim[];
  readonly local: (name: Name) => Term | undefined;
  readonly localNames: () => readonly string[];
  /** Nets and operations of the memory that the text belongs to. */
  readonly ownCallable: (name: string) => Callable | undefined;
  readonly ownCallableNames: readonly string[];
  /** `z[t-1]`. */
  readonly atTime: (name: Name, offset: number, span: Span) => Term;
  /** `M'`. */
  readonly primed: (name: Name, span: Span) => Term;
  /** Called for every operation of a memory that the text applies. */
  readonly watch: (operation: AppliedOperation) => void;
  /** Names of values begin with it: "mem.write". */
  readonly path: string;
  /** Widths of `_` in nets of files, which all of a model share. */
  readonly widths: Map<string, DecidedWidth>;
}

/** An operation with its arguments and its result, for what tools show. */
export interface AppliedOperation {
  readonly instance: Instance;
  readonly operation: Operation;
  readonly arguments: ReadonlyMap<string, ValueTerm>;
  readonly result: Term;
}

/** The known sizes of dimensions in this text. */
export const sizesOf = (frame: Frame): DimSizes => frame.analysis.dims.sizes;

/** As in a net's result: `normal[Z] (= 32)`. */
export const showDistribution = ({ family, type }: DistributionTerm, sizes: DimSizes): string =>
  showNamed(family.name.toLowerCase(), listed(type), sizes);
