/** Functions that are said by others of the model. */
import type { Span } from "../../../diagnostics/span.ts";
import type { BinaryValue, UnaryValue } from "../../../ir/value.ts";
import { readSize } from "../types/dims.ts";
import type { Axis } from "../types/event-type.ts";
import { applyOne, filled, literal } from "./apply.ts";
import { elementwise, unary } from "./elementwise.ts";
import { positional, sitedValue, type Builtin, type BuiltinCall } from "./operands.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";

/** Operations one after the other, under the name of the function; what was reported stays poison. */
interface Steps {
  readonly one: (op: UnaryValue, x: Term) => Term;
  readonly two: (op: BinaryValue, a: Term, b: Term) => Term;
  readonly number: (value: number) => Term;
}

export const stepsOf = (frame: Frame, shown: string, span: Span): Steps => ({
  one: (op, x) => (x.kind === "value" ? unary(frame, op, shown, { term: x, span }, span) : poison),
  two: (op, a, b) =>
    a.kind === "value" && b.kind === "value"
      ? elementwise(frame, op, shown, { term: a, span }, { term: b, span }, span)
      : poison,
  number: (value) => literal(frame, value, "unit"),
});

const ofElements = (name: string, of: (x: ValueTerm, steps: Steps) => Term): Builtin => {
  const usage = `${name}(x)`;
  return {
    usage,
    type: (call) => {
      const [expr] = positional(call, usage, [1]) ?? [];
      const x = expr && sitedValue(expr, call.frame);
      return x === undefined ? poison : of(x.term, stepsOf(call.frame, name, x.span));
    },
  };
};

const half = (x: Term, { one, two, number }: Steps): Term => two("mul", number(0.5), one("exp", x));

const hyperbolicCosine = (x: ValueTerm, steps: Steps): Term =>
  steps.two("add", half(x, steps), half(steps.one("neg", x), steps));

export const cosh: Builtin = ofElements("cosh", hyperbolicCosine);

/** tanh is exact near 0, where a difference of exponentials is not. */
export const sinh: Builtin = ofElements("sinh", (x, steps) =>
  steps.two("mul", steps.one("tanh", x), hyperbolicCosine(x, steps)),
);

export const clamp: Builtin = {
  usage: "clamp(x, LOW, HIGH)",
  type: (call) => {
    const { frame, span } = call;
    const exprs = positional(call, clamp.usage, [3]) ?? [];
    const [x, low, high] = exprs.map((expr) => sitedValue(expr, frame));
    if (x === undefined || low === undefined || high === undefined) return poison;
    const raised = elementwise(frame, "max", "clamp", x, low, span);
    if (raised.kind !== "value") return poison;
    const result = elementwise(frame, "min", "clamp", { term: raised, span }, high, span);
    const [least, most] = [low.term.constant, high.term.constant];
    if (result.kind !== "value" || least === undefined || most === undefined) return result;
    if (least > most || least < 0) return result;
    if (most <= 1) return { ...result, type: { ...result.type, base: "unit" } };
    return least > 0 ? { ...result, type: { ...result.type, base: "pos" } } : result;
  },
};

const sizeOf = (call: BuiltinCall, usage: string): Axis | undefined => {
  const { frame } = call;
  const [size] = positional(call, usage, [1]) ?? [];
  return size && readSize(size, frame.dims, sizesOf(frame), frame.report);
};

export const range: Builtin = {
  usage: "range(SIZE)",
  type: (call) => {
    const { frame, span } = call;
    const axis = sizeOf(call, range.usage);
    if (axis === undefined) return poison;
    const term = filled(frame, 1, "unit", [axis]);
    const result = { base: "real" as const, core: [axis], span };
    return applyOne(frame, "cumsum", { term, core: 1 }, { exclusive: true }, result);
  },
};

export const eye: Builtin = {
  usage: "eye(SIZE)",
  type: (call) => {
    const { frame, span } = call;
    const axis = sizeOf(call, eye.usage);
    if (axis === undefined) return poison;
    const size = frame.concrete(axis.dim);
    const type = { base: "index" as const, axes: [axis], of: axis };
    const id = frame.builder.emit("range", [], {}, { base: "index", axes: [size], of: size });
    const term = { kind: "value" as const, type, id, mapped: false };
    const result = { base: "simplex" as const, core: [axis, axis], span };
    return applyOne(frame, "onehot", { term, core: 1 }, { size }, result);
  },
};
