/** `param e_p: real[E] = randn(0.1)`: learned values of a model. */
import type { Initializer } from "../../../ir/model.ts";
import { names } from "../../../shape/dim.ts";
import type { Expr, ParamDecl } from "../../ast.ts";
import { applyOne } from "../values/apply.ts";
import * as errors from "../errors/models.ts";
import type { Frame, Term, ValueTerm } from "../values/terms.ts";
import { poison } from "../values/terms.ts";
import type { EventType } from "../types/event-type.ts";

type Range = "real" | "pos" | "unit" | "simplex";

/** How a parameter without bounds is brought into its range, and back. */
const ranges: {
  readonly [R in Range]: {
    readonly op?: "softplus" | "sigmoid" | "softmax";
    readonly inverse: (value: number) => number;
    readonly wanted: string;
  };
} = {
  real: { inverse: (value) => value, wanted: "a number, or randn(SCALE)" },
  pos: {
    op: "softplus",
    inverse: (value) => Math.log(Math.expm1(value)),
    wanted: "a number above 0, or randn(SCALE) before softplus",
  },
  unit: {
    op: "sigmoid",
    inverse: (value) => Math.log(value / (1 - value)),
    wanted: "a number between 0 and 1, or randn(SCALE) before sigmoid",
  },
  simplex: {
    op: "softmax",
    inverse: () => 0,
    wanted: "nothing (all places equal), or randn(SCALE) before softmax",
  },
};

const number = (expr: Expr | undefined): number | undefined => {
  if (expr?.kind === "number") return expr.value;
  const inner = expr?.kind === "negate" ? number(expr.operand) : undefined;
  return inner === undefined ? undefined : -inner;
};

const readInitial = (expr: Expr | undefined, range: Range): Initializer | undefined => {
  // Without a start all real parameters would be equal, and equal parameters can stay so: a little noise.
  if (expr === undefined) {
    return range === "simplex" ? { kind: "constant", value: 0 } : { kind: "normal", scale: 0.1 };
  }
  if (expr.kind === "call" && expr.callee.text === "randn" && expr.arguments.length === 1) {
    const scale = number(expr.arguments[0]?.value);
    return scale === undefined || scale <= 0 ? undefined : { kind: "normal", scale };
  }
  const value = number(expr);
  if (value === undefined || range === "simplex") return undefined;
  const raw = ranges[range].inverse(value);
  return Number.isFinite(raw) ? { kind: "constant", value: raw } : undefined;
};

/** The parameter's value in its range. */
export const parameterTerm = (decl: ParamDecl, type: EventType, frame: Frame): Term => {
  const { name, initial } = decl;
  const { base, axes } = type;
  if (base === "count" || base === "index" || base === "perm") {
    frame.report(errors.parameterType(name, base));
    return poison;
  }
  const init = readInitial(initial, base);
  if (init === undefined) {
    const span = initial?.span ?? name.span;
    frame.report(errors.parameterStart(span, name.text, ranges[base].wanted));
    return poison;
  }
  const { open } = frame.analysis.dims;
  for (const dim of new Set(axes.flatMap((axis) => names(axis.dim)))) {
    const declared = open.get(dim);
    if (declared !== undefined) {
      frame.report(errors.parameterOpen(name, decl.type.span, declared.name.text, declared.span));
    }
  }
  const shape = axes.map(({ dim }) => dim);
  const { text, span } = name;
  const id = frame.builder.parameter({ name: text, owner: text, shape, init, span });
  const raw: ValueTerm = { kind: "value", type: { base: "real", axes }, id, mapped: false };
  const { op } = ranges[base];
  return op === undefined
    ? raw
    : applyOne(frame, op, { term: raw, core: axes.length }, {}, { base, core: axes });
};
