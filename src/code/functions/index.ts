/** Every function that emitted code may call. */
import type { CodeExpr, Function, CodeFunctionName } from "../code.ts";
import { unaryNames, type UnaryName } from "../../graph/kinds.ts";
import { visitExpressions } from "../visit.ts";
import { exp, log, pow } from "./exponential.ts";
import { digamma, lgamma, trigamma } from "./gamma.ts";
import { sigmoid, softplus, tanh } from "./sigmoid.ts";
import { cos, sin } from "./trigonometric.ts";

/** The primitives that are functions. */
type FunctionPrimitive =
  | "exp"
  | "log"
  | "pow"
  | "sigmoid"
  | "softplus"
  | "tanh"
  | "sin"
  | "cos"
  | "lgamma"
  | "digamma"
  | "trigamma";

/** Callees first. */
const functions: Readonly<Record<FunctionPrimitive, Function>> = {
  exp,
  log,
  pow,
  sigmoid,
  softplus,
  tanh,
  sin,
  cos,
  lgamma,
  digamma,
  trigamma,
};

/** Those of one operand. */
export const unaryFunctions: readonly (UnaryName & FunctionPrimitive)[] = unaryNames.filter(
  (name): name is UnaryName & FunctionPrimitive => name in functions,
);

const library: readonly Function[] = Object.values(functions);

/** Whether an operation of this name is a function. */
export const isFunction = (name: string): boolean => name in functions;

/** Those named and those that they call, callees first. */
export const functionsFor = (names: ReadonlySet<CodeFunctionName>): readonly Function[] => {
  const needed = new Set(names);
  for (const fn of library.toReversed()) {
    if (!needed.has(fn.name)) continue;
    const { lets, result } = fn.body(1);
    for (const statement of lets) {
      if (statement.kind === "let") for (const name of calls(statement.value)) needed.add(name);
    }
    for (const name of calls(result)) needed.add(name);
  }
  return library.filter(({ name }) => needed.has(name));
};

/** Names of the functions called in an expression. */
const calls = (expr: CodeExpr): readonly CodeFunctionName[] => {
  const names: CodeFunctionName[] = [];
  visitExpressions(expr, (part) => {
    if (part.kind === "call") names.push(part.name);
  });
  return names;
};
