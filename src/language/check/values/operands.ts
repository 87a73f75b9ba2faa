/** Calls of built-in functions: their arguments as values, and operations mapped over leading axes. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Base } from "../../../ir/model.ts";
import type { ValueOp, ValueOps } from "../../../ir/value.ts";
import type { Argument, Expr, Name } from "../../ast.ts";
import { apply } from "./apply.ts";
import type { Sited } from "./elementwise.ts";
import { isNumber } from "./elementwise.ts";
import * as calls from "../errors/calls.ts";
import * as errors from "../errors/shapes.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";
import type { Axis } from "../types/event-type.ts";

/** A call in the text. */
export interface BuiltinCall {
  readonly callee: Name;
  readonly args: readonly Argument[];
  readonly frame: Frame;
  readonly span: Span;
}

/** A function of the language. */
export interface Builtin {
  /** How it is called, for errors. */
  readonly usage: string;
  readonly type: (call: BuiltinCall) => Term;
}

/** An operation that is mapped over the axes before those it uses. */
export interface Signature<K extends ValueOp> {
  readonly op: K;
  readonly attrs: ValueOps[K];
  /** How many last axes of each operand the operation uses. */
  readonly ranks: readonly number[];
  /** The result's own axes, or `undefined` where those of the operands do not belong together. */
  readonly core: (...cores: readonly (readonly Axis[])[]) => readonly Axis[] | undefined;
  readonly base: (...terms: readonly ValueTerm[]) => Base;
  /** What an index in the result selects from. */
  readonly of?: (...cores: readonly (readonly Axis[])[]) => Axis | undefined;
  /** The operand that must be an order; all others must be numbers. */
  readonly order?: number;
}

/** The expression as a value, or `undefined` when it is none (which was reported). */
export const sitedValue = (expr: Expr, frame: Frame): Sited | undefined => {
  const term = frame.analysis.evaluate(expr, frame);
  if (term.kind === "value") return { term, span: expr.span };
  if (term.kind !== "poison") frame.report(calls.notAValue(expr, term));
  return undefined;
};

/** As many expressions as the function takes, all by position; `undefined` when that was reported. */
export const positional = (
  { args, frame, span }: BuiltinCall,
  usage: string,
  counts: readonly number[],
): readonly Expr[] | undefined => {
  const stray = args.find(({ name }) => name !== undefined);
  if (stray === undefined && counts.includes(args.length)) return args.map(({ value }) => value);
  frame.report(calls.builtinArguments(stray?.span ?? span, usage));
  return undefined;
};

const vocabulary = ["a number", "a vector", "a matrix"];

/** Reports an operand with too few axes or of the wrong kind. */
const isOperand = (
  one: Sited,
  rank: number,
  isOrder: boolean,
  shown: string,
  frame: Frame,
): boolean => {
  const { type } = one.term;
  if (type.axes.length >= rank && (!isOrder || type.base === "perm")) {
    return isOrder || isNumber(one, shown, frame);
  }
  const needs = isOrder ? "an order, as argsort gives" : (vocabulary[rank] ?? "more axes");
  frame.report(errors.wrongOperand(one.span, shown, needs, type, sizesOf(frame)));
  return false;
};

/** Types one function by its signature. */
export const byRank =
  <K extends ValueOp>(usage: string, signature: Signature<K>): Builtin["type"] =>
  (call) => {
    const { frame, span, callee } = call;
    const { op, ranks, core, base, of, attrs, order } = signature;
    const exprs = positional(call, usage, [ranks.length]);
    const evaluated = exprs?.map((expr) => sitedValue(expr, frame));
    const sited = evaluated?.filter((one) => one !== undefined);
    if (sited === undefined || sited.length !== ranks.length) return poison;
    if (!sited.every((one, i) => isOperand(one, ranks[i] ?? 0, i === order, callee.text, frame))) {
      return poison;
    }
    const operands = sited.map(({ term }, i) => ({ term, core: ranks[i] ?? 0 }));
    const cores = operands.map(({ term: { type }, core: rank }) =>
      type.axes.slice(type.axes.length - rank),
    );
    const own = core(...cores);
    const sides = sited.map(({ term, span: at }) => ({ span: at, type: term.type }));
    if (own === undefined) {
      frame.report(errors.operandsDisagree(span, callee.text, usage, sides, sizesOf(frame)));
      return poison;
    }
    const selected = of?.(...cores);
    const terms = sited.map(({ term }) => term);
    const result = { base: base(...terms), core: own, span, ...(selected && { of: selected }) };
    const applied = apply(frame, op, operands, attrs, result);
    if (applied.kind === "value") return applied;
    frame.report(
      errors.notAligned(
        applied.kind,
        span,
        callee.text,
        sides,
        sizesOf(frame),
        frame.analysis.modules.sources,
      ),
    );
    return poison;
  };
