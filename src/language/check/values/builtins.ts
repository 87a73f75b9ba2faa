/** The functions that the language knows: how types combine, and which operation of the model each becomes. */
import { invariant } from "../../../diagnostics/invariant.ts";
import type { Base } from "../../../ir/model.ts";
import { unaryValues, type UnaryValue, type ValueOp } from "../../../ir/value.ts";
import type { Expr } from "../../ast.ts";
import { apply, applyOne, filled, placeEverywhere } from "./apply.ts";
import { readSize } from "../types/dims.ts";
import { unary } from "./elementwise.ts";
import { where } from "./comparisons.ts";
import { clamp, cosh, eye, range, sinh } from "./composed.ts";
import { asVector } from "./vectors.ts";
import * as calls from "../errors/calls.ts";
import * as errors from "../errors/shapes.ts";
import type { Builtin, BuiltinCall, Signature } from "./operands.ts";
import { byRank, positional, sitedValue } from "./operands.ts";
import { join, lies, ofBinary, relax } from "../types/ranges.ts";
import { extremum, reduction } from "./reductions.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";
import type { Axis } from "../types/event-type.ts";
import { isOutside } from "../types/event-type.ts";

const ranked = <K extends ValueOp>(usage: string, signature: Signature<K>): Builtin => ({
  usage,
  type: byRank(usage, signature),
});

/** `neg` is an operator. */
const elementFunctions = unaryValues.filter((name) => name !== "neg");

const elementOf = (op: UnaryValue): Builtin => {
  const usage = `${op}(x)`;
  return {
    usage,
    type: (call) => {
      const [expr] = positional(call, usage, [1]) ?? [];
      const x = expr && sitedValue(expr, call.frame);
      return x === undefined ? poison : unary(call.frame, op, op, x, call.span);
    },
  };
};

const equal = (a: Axis | undefined, b: Axis | undefined): boolean =>
  a !== undefined && a.dim === b?.dim;

const base =
  (of: (own: Base) => Base) =>
  (term?: ValueTerm): Base =>
    term === undefined ? "real" : of(term.type.base);

const bases =
  (of: (a: ValueTerm, b: ValueTerm) => Base) =>
  (a?: ValueTerm, b?: ValueTerm): Base =>
    a === undefined || b === undefined ? "real" : of(a, b);

const cumulative = (op: "cumsum" | "cumprod"): Builtin => {
  const usage = `${op}(x) or ${op}(x, exclusive = yes)`;
  const ranges: { readonly [K in typeof op]: (own: Base) => Base } = {
    cumsum: (own) => (lies(own, "pos") ? "pos" : "real"),
    cumprod: relax,
  };
  return {
    usage,
    type: (call) => {
      const option = call.args.find(({ name }) => name?.text === "exclusive");
      if (option !== undefined && option.value.kind !== "boolean") {
        call.frame.report(calls.builtinArguments(option.span, usage));
        return poison;
      }
      const exclusive = option?.value.kind === "boolean" && option.value.value;
      const args = call.args.filter((argument) => argument !== option);
      const signature: Signature<typeof op> = {
        op,
        attrs: { exclusive },
        ranks: [1],
        core: (axes) => axes,
        base: base(ranges[op]),
      };
      return byRank(usage, signature)({ ...call, args });
    },
  };
};

const sizesFrom = (exprs: readonly Expr[], frame: Frame): readonly Axis[] | undefined => {
  const axes = exprs.map((expr) => readSize(expr, frame.dims, sizesOf(frame), frame.report));
  const known = axes.filter((axis) => axis !== undefined);
  return known.length === axes.length ? known : undefined;
};

const everywhere = (name: string, value: number): Builtin => ({
  usage: `${name}(SIZE, …)`,
  type: ({ args, frame, span }) => {
    if (args.length === 0 || args.some((argument) => argument.name !== undefined)) {
      frame.report(calls.builtinArguments(span, `${name}(SIZE, …)`));
      return poison;
    }
    const axes = sizesFrom(
      args.map((argument) => argument.value),
      frame,
    );
    return axes === undefined ? poison : filled(frame, value, "unit", axes, span);
  },
});

const column: Builtin = {
  usage: "col(x, PLACE)",
  type: (call) => {
    const { frame, span } = call;
    const [expr, at] = positional(call, column.usage, [2]) ?? [];
    const x = expr && sitedValue(expr, frame);
    if (x === undefined || at === undefined) return poison;
    const { term } = x;
    const last = term.type.axes.at(-1);
    if (last === undefined) {
      frame.report(errors.wrongOperand(x.span, "col", "a vector", term.type, sizesOf(frame)));
      return poison;
    }
    if (at.kind !== "number" || isOutside(at.value, last, sizesOf(frame))) {
      frame.report(errors.placeOutOfRange(at.span, last, sizesOf(frame)));
      return poison;
    }
    const result = { base: relax(term.type.base), span };
    return applyOne(frame, "column", { term, core: 1 }, { index: at.value }, result);
  },
};

/** A literal place, or a value that is an index of this axis. */
const placeIn = (expr: Expr, axis: Axis, frame: Frame): ValueTerm | undefined => {
  if (expr.kind === "number") {
    if (isOutside(expr.value, axis, sizesOf(frame))) {
      frame.report(errors.placeOutOfRange(expr.span, axis, sizesOf(frame)));
      return undefined;
    }
    return placeEverywhere(frame, expr.value, axis, [], expr.span);
  }
  const index = sitedValue(expr, frame);
  if (index === undefined) return undefined;
  const { type } = index.term;
  if (type.base === "index" && equal(type.of, axis)) return index.term;
  frame.report(errors.notAnIndex(index.span, axis, type, sizesOf(frame)));
  return undefined;
};

const onehot: Builtin = {
  usage: "onehot(INDEX, SIZE)",
  type: (call) => {
    const { frame, span } = call;
    const [at, length] = positional(call, onehot.usage, [2]) ?? [];
    const [axis] = (length && sizesFrom([length], frame)) ?? [];
    if (at === undefined || axis === undefined) return poison;
    const term = placeIn(at, axis, frame);
    if (term === undefined) return poison;
    const { axes } = term.type;
    const attrs = { size: frame.concrete(axis.dim) };
    const result = { base: "simplex" as const, core: [...axes, axis], span };
    return applyOne(frame, "onehot", { term, core: axes.length }, attrs, result);
  },
};

/** `M[a]`: the row of the first axis that the index selects. */
export const selectRow = (call: BuiltinCall, target: Expr, index: Expr): Term => {
  const { frame, span } = call;
  const from = sitedValue(target, frame);
  if (from === undefined) return poison;
  const { axes, base: own } = from.term.type;
  const [first, ...rest] = axes;
  if (first === undefined) {
    frame.report(errors.wrongOperand(from.span, "[ ]", "a vector", from.term.type, sizesOf(frame)));
    return poison;
  }
  const place = placeIn(index, first, frame);
  if (place === undefined) return poison;
  const operands = [
    { term: from.term, core: axes.length },
    { term: place, core: 0 },
  ];
  const result = { base: rest.length === 0 ? relax(own) : own, core: rest, span };
  const row = apply(frame, "row", operands, { rest: rest.length }, result);
  invariant(row.kind === "value", "an index always aligns with a table that has no leading axes");
  return row;
};

const flat: Builtin = {
  usage: "flat(x)",
  type: (call) => {
    const [expr] = positional(call, flat.usage, [1]) ?? [];
    const x = expr && sitedValue(expr, call.frame);
    return x === undefined ? poison : asVector(call.frame, x.term, call.span);
  },
};

const noRandom: Builtin = {
  usage: "randn(SCALE)",
  type: ({ frame, span }) => {
    frame.report(errors.randomOutsideParameter(span));
    return poison;
  },
};

const keep = (own: Base): Base => own;

/** Every function's name. */
export type FunctionName =
  | Exclude<UnaryValue, "neg">
  | "sum"
  | "mean"
  | "prod"
  | "norm"
  | "logsumexp"
  | "var"
  | "std"
  | "where"
  | "clamp"
  | "sinh"
  | "cosh"
  | "range"
  | "eye"
  | "max"
  | "min"
  | "cumsum"
  | "cumprod"
  | "softmax"
  | "normalize"
  | "argsort"
  | "argmax"
  | "argmin"
  | "take"
  | "untake"
  | "shift"
  | "dot"
  | "outer"
  | "cosine"
  | "push"
  | "off_diag"
  | "transpose"
  | "flat"
  | "col"
  | "onehot"
  | "ones"
  | "zeros"
  | "randn";

/** Every function by its name. A new one is one entry, and one of the reference; those of each element follow from the model's operations. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<FunctionName, Builtin>([
  ...elementFunctions.map((name) => [name, elementOf(name)] as const),

  ["sum", reduction("sum", "sum")],
  ["mean", reduction("mean", "mean")],
  ["prod", reduction("prod", "prod")],
  ["norm", reduction("norm", "norm")],
  ["logsumexp", reduction("logsumexp", "logsumexp")],
  ["var", reduction("var", "var")],
  ["std", reduction("std", "std")],
  ["where", where],
  ["clamp", clamp],
  ["sinh", sinh],
  ["cosh", cosh],
  ["range", range],
  ["eye", eye],
  ["max", extremum("max")],
  ["min", extremum("min")],
  ["cumsum", cumulative("cumsum")],
  ["cumprod", cumulative("cumprod")],

  [
    "softmax",
    ranked("softmax(x)", {
      op: "softmax",
      attrs: {},
      ranks: [1],
      core: (n) => n,
      base: () => "simplex",
    }),
  ],
  [
    "normalize",
    ranked("normalize(x)", {
      op: "normalize",
      attrs: {},
      ranks: [1],
      core: (n) => n,
      base: () => "simplex",
    }),
  ],
  [
    "argsort",
    ranked("argsort(x)", {
      op: "argsort",
      attrs: {},
      ranks: [1],
      core: (n) => n,
      base: () => "perm",
      of: ([n]) => n,
    }),
  ],
  [
    "argmax",
    ranked("argmax(x)", {
      op: "argmax",
      attrs: {},
      ranks: [1],
      core: () => [],
      base: () => "index",
      of: ([n]) => n,
    }),
  ],
  [
    "argmin",
    ranked("argmin(x)", {
      op: "argmin",
      attrs: {},
      ranks: [1],
      core: () => [],
      base: () => "index",
      of: ([n]) => n,
    }),
  ],
  [
    "take",
    ranked("take(x, ORDER)", {
      op: "take",
      attrs: {},
      ranks: [1, 1],
      core: (x, order) => (equal(x[0], order[0]) ? x : undefined),
      base: base(keep),
      order: 1,
    }),
  ],
  [
    "untake",
    ranked("untake(x, ORDER)", {
      op: "untake",
      attrs: {},
      ranks: [1, 1],
      core: (x, order) => (equal(x[0], order[0]) ? x : undefined),
      base: base(keep),
      order: 1,
    }),
  ],
  [
    "shift",
    ranked("shift(WEIGHTS, s) where s has 3 places, for offsets -1, 0 and +1", {
      op: "shift",
      attrs: {},
      ranks: [1, 1],
      core: (weights, [three]) => (three?.dim === "3" ? weights : undefined),
      base: bases((a, b) => join(ofBinary.mul(a, b), a.type.base)),
    }),
  ],

  [
    "dot",
    ranked("dot(a, b)", {
      op: "dot",
      attrs: {},
      ranks: [1, 1],
      core: (a, b) => (equal(a[0], b[0]) ? [] : undefined),
      base: bases(ofBinary.dot),
    }),
  ],
  [
    "outer",
    ranked("outer(a, b)", {
      op: "outer",
      attrs: {},
      ranks: [1, 1],
      core: (a, b) => [...a, ...b],
      base: bases(ofBinary.outer),
    }),
  ],
  [
    "cosine",
    ranked("cosine(KEY, ROWS) where each row is as wide as the key", {
      op: "cosine",
      attrs: {},
      ranks: [1, 2],
      core: ([w], [n, v]) => (n !== undefined && equal(w, v) ? [n] : undefined),
      base: () => "real",
    }),
  ],
  [
    "push",
    ranked("push(ROWS, v) where v is as wide as a row", {
      op: "push",
      attrs: {},
      ranks: [2, 1],
      core: (rows, [v]) => (equal(rows[1], v) ? rows : undefined),
      base: bases((a, b) => join(a.type.base, b.type.base)),
    }),
  ],
  [
    "off_diag",
    ranked("off_diag(x) where x is square", {
      op: "offDiag",
      attrs: {},
      ranks: [2],
      core: (x) => (equal(x[0], x[1]) ? x : undefined),
      base: base(relax),
    }),
  ],
  [
    "transpose",
    ranked("transpose(x)", {
      op: "transpose",
      attrs: {},
      ranks: [2],
      core: (x) => x.toReversed(),
      base: base(relax),
    }),
  ],

  ["flat", flat],
  ["col", column],
  ["onehot", onehot],
  ["ones", everywhere("ones", 1)],
  ["zeros", everywhere("zeros", 0)],
  ["randn", noRandom],
]);
