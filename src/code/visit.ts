/** Expressions and what is in them. */
import type { CodeExpr } from "./code.ts";

/** Every expression in this one, itself included. */
export const visitExpressions = (expr: CodeExpr, visit: (expr: CodeExpr) => void): void => {
  visit(expr);
  for (const part of partsOf(expr)) visitExpressions(part, visit);
};

const partsOf = (expr: CodeExpr): readonly CodeExpr[] => {
  switch (expr.kind) {
    case "number":
    case "ramp":
    case "get":
    case "index":
    case "load":
      return [];
    case "splat":
    case "unary":
    case "across":
      return [expr.of];
    case "binary":
    case "compare":
      return [expr.a, expr.b];
    case "fma":
      return [expr.a, expr.b, expr.c];
    case "select":
      return [expr.mask, expr.a, expr.b];
    case "call":
      return expr.args;
  }
};
