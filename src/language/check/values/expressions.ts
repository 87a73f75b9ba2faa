/** Expressions to terms: types and values of the model in one walk. */
import type { Expr, Name } from "../../ast.ts";
import { apply, filled, literal } from "./apply.ts";
import { builtins, selectRow } from "./builtins.ts";
import { call } from "./calls.ts";
import { compare, isComparison } from "./comparisons.ts";
import { distributionCall } from "./distributions.ts";
import { elementwise, operatorOps, product, unary } from "./elementwise.ts";
import { asVector, joined } from "./vectors.ts";
import * as calls from "../errors/calls.ts";
import * as names from "../errors/names.ts";
import * as errors from "../errors/shapes.ts";
import { sitedValue } from "./operands.ts";
import { ofLiteral, selects } from "../types/ranges.ts";
import { reduceWhole } from "./reductions.ts";
import type { Frame, Term } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";

type ExprOf<K extends Expr["kind"]> = Extract<Expr, { readonly kind: K }>;

const name = (expr: ExprOf<"name">, frame: Frame): Term => {
  const { text, span } = expr;
  const local = frame.local({ text, span });
  if (local !== undefined) return local;
  const axis = frame.dims.get(text);
  // A size as a number: the sum of as many ones, so that it follows the size.
  if (axis !== undefined)
    return { ...reduceWhole(frame, "sum", filled(frame, 1, "unit", [axis]), span) };
  const item = frame.scope.get(text);
  if (item !== undefined) frame.report(names.wrongKind(expr, item, "a value"));
  else frame.report(names.unknownName(expr, [...frame.localNames(), ...frame.dims.keys()]));
  return poison;
};

const callableNames = (frame: Frame): readonly string[] => {
  const { families } = frame.analysis;
  const declared = [...frame.scope.values()].filter(({ kind }) => kind === "net" || kind === "fn");
  return [
    ...frame.ownCallableNames,
    ...declared.map((item) => item.name.text),
    ...builtins.keys(),
    ...families.keys(),
  ];
};

const callExpression = (expr: ExprOf<"call">, frame: Frame): Term => {
  const { callee, arguments: args, span } = expr;
  const { text } = callee;
  const callable = frame.ownCallable(text) ?? frame.analysis.callable(text, frame);
  if (callable !== undefined) return call(callable, args, frame, span).result;
  const builtin = builtins.get(text);
  if (builtin !== undefined) return builtin.type({ callee, args, frame, span });
  const family = frame.analysis.families.get(text);
  if (family !== undefined) return distributionCall(family, args, frame, span);
  const item = frame.scope.get(text);
  if (item !== undefined) frame.report(names.wrongKind(callee, item, "a function"));
  else frame.report(names.unknownFunction(callee, callableNames(frame)));
  return poison;
};

const method = (expr: ExprOf<"method">, frame: Frame): Term => {
  const target = frame.analysis.evaluate(expr.target, frame);
  if (target.kind === "poison") return poison;
  if (target.kind !== "memory") {
    frame.report(names.operationOfValue(expr.method));
    return poison;
  }
  const { instance, states } = target;
  const { operations } = instance.memory;
  const operation = operations.find((one) => one.name.text === expr.method.text);
  if (operation === undefined) {
    const known = operations.map((one) => one.name.text);
    frame.report(names.unknownOperation(expr.method, instance.name, known));
    return poison;
  }
  const called = call(instance.operation(operation, states), expr.arguments, frame, expr.span);
  frame.watch({ instance, operation, ...called });
  return called.result;
};

const field = (expr: ExprOf<"field">, frame: Frame): Term => {
  const target = frame.analysis.evaluate(expr.target, frame);
  const { field: wanted } = expr;
  const missing = (what: string, known: Iterable<string>): Term => {
    frame.report(names.unknownField(wanted, what, known));
    return poison;
  };
  switch (target.kind) {
    case "memory": {
      const { instance, states } = target;
      const [id, type] = [states.get(wanted.text), instance.states.get(wanted.text)];
      if (id === undefined || type === undefined) {
        return missing(`memory \`${instance.name}\``, states.keys());
      }
      return { kind: "value", type, id, mapped: false };
    }
    case "record":
      return target.fields.get(wanted.text) ?? missing("this record", target.fields.keys());
    case "value":
    case "distribution":
      return missing("this value", []);
    case "poison":
      return poison;
  }
};

const binary = (expr: ExprOf<"binary">, frame: Frame): Term => {
  const a = sitedValue(expr.left, frame);
  const b = sitedValue(expr.right, frame);
  if (a === undefined || b === undefined) return poison;
  const { operator, span } = expr;
  if (operator === "@") return product(frame, a, b, span);
  if (isComparison(operator)) return compare(frame, operator, a, b, span);
  return elementwise(frame, operatorOps[operator], operator, a, b, span);
};

const concat = (expr: ExprOf<"concat">, frame: Frame): Term => {
  const parts = expr.parts.map((part) => sitedValue(part, frame));
  const known = parts.filter((part) => part !== undefined);
  if (known.length !== parts.length || known.length === 0) return poison;
  for (const { term, span } of known) {
    const { type } = term;
    if (type.axes.length <= 1 && !selects(type.base)) continue;
    frame.report(errors.cannotJoin(span, type, sizesOf(frame), frame.analysis.modules.sources));
    return poison;
  }
  const vectors = known.map(({ term }) => asVector(frame, term));
  const [only] = vectors;
  if (only === undefined || vectors.length === 1) return only ?? poison;
  const { axis, base } = joined(vectors);
  const operands = vectors.map((term) => ({ term, core: 1 }));
  const result = apply(frame, "concat", operands, {}, { base, core: [axis], span: expr.span });
  return result.kind === "value" ? result : poison;
};

const negate = (expr: ExprOf<"negate">, frame: Frame): Term => {
  const operand = sitedValue(expr.operand, frame);
  return operand === undefined ? poison : unary(frame, "neg", "-", operand, expr.span);
};

/** The term of an expression; what is wrong with it is reported once, and then it is poison. */
export const evaluate = (expr: Expr, frame: Frame): Term => {
  switch (expr.kind) {
    case "number":
      return literal(frame, expr.value, ofLiteral(expr.value));
    case "boolean":
    case "string":
    case "record":
      frame.report(calls.notAnExpression(expr));
      return poison;
    case "name":
      return name(expr, frame);
    case "primed":
      return frame.primed(expr.name, expr.span);
    case "at-time":
      return frame.atTime(expr.name, expr.offset, expr.span);
    case "index":
      return selectRow(
        { callee: bracket(expr), args: [], frame, span: expr.span },
        expr.target,
        expr.index,
      );
    case "field":
      return field(expr, frame);
    case "call":
      return callExpression(expr, frame);
    case "method":
      return method(expr, frame);
    case "negate":
      return negate(expr, frame);
    case "binary":
      return binary(expr, frame);
    case "concat":
      return concat(expr, frame);
    case "missing":
      return poison;
  }
};

const bracket = ({ span }: Expr): Name => ({ text: "[ ]", span });
