/** Types of expressions: what verification and both printers agree on. */
import { invariant } from "../diagnostics/invariant.ts";
import type { Expr, Lanes, Local, Type } from "./code.ts";

/** One or more f32. */
export const f32 = (lanes: Lanes): Type => ({ scalar: "f32", lanes });
/** One or more i32. */
export const i32 = (lanes: Lanes): Type => ({ scalar: "i32", lanes });
/** What comparing makes. */
export const mask = (lanes: Lanes): Type => ({ scalar: "mask", lanes });

/** `f32`, `i32x8`, `maskx16`. */
export const showType = ({ scalar, lanes }: Type): string =>
  lanes === 1 ? scalar : `${scalar}x${lanes}`;

/** The type of an expression, given those of the locals it reads; operands are not checked. */
export const typeOf = (expr: Expr, locals: ReadonlyMap<Local, Type>): Type => {
  switch (expr.kind) {
    case "number":
    case "load":
      return expr.type;
    case "get": {
      const type = locals.get(expr.local);
      invariant(type !== undefined, `${expr.local} is read before it is defined`);
      return type;
    }
    case "ramp":
      return i32(expr.lanes);
    case "index":
      return i32(1);
    case "splat":
      return { ...typeOf(expr.of, locals), lanes: expr.lanes };
    case "unary": {
      const of = typeOf(expr.of, locals);
      if (expr.op === "toInt" || expr.op === "asInt") return i32(of.lanes);
      if (expr.op === "toFloat" || expr.op === "asFloat") return f32(of.lanes);
      return of;
    }
    case "binary":
    case "fma":
    case "select":
      return typeOf(expr.a, locals);
    case "compare":
      return mask(typeOf(expr.a, locals).lanes);
    case "across":
      return { ...typeOf(expr.of, locals), lanes: 1 };
    case "call": {
      const [first] = expr.args;
      invariant(first !== undefined, `${expr.name} is called without arguments`);
      return typeOf(first, locals);
    }
  }
};
