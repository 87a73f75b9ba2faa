/** Types of expressions: what verification and both printers agree on. */
import { invariant } from "../diagnostics/invariant.ts";
import type { CodeExpr, Lanes, Local, CodeType } from "./code.ts";
import { entryOf } from "../graph/table.ts";

/** One or more f32. */
export const f32 = (lanes: Lanes): CodeType => ({ scalar: "f32", lanes });
/** One or more i32. */
export const i32 = (lanes: Lanes): CodeType => ({ scalar: "i32", lanes });
/** What comparing makes. */
export const mask = (lanes: Lanes): CodeType => ({ scalar: "mask", lanes });

/** `f32`, `i32x8`, `maskx16`. */
export const showType = ({ scalar, lanes }: CodeType): string =>
  lanes === 1 ? scalar : `${scalar}x${lanes}`;

/** The type of an expression, given those of the locals it reads; operands are not checked. */
export const typeOf = (expr: CodeExpr, locals: Locals): CodeType =>
  entryOf(types, expr.kind)(expr, locals);

type Locals = ReadonlyMap<Local, CodeType>;

type Types = {
  readonly [K in CodeExpr["kind"]]: (
    expr: Extract<CodeExpr, { kind: K }>,
    locals: Locals,
  ) => CodeType;
};

const ofFirst = ({ a }: { readonly a: CodeExpr }, locals: Locals): CodeType => typeOf(a, locals);

const types: Types = {
  number: ({ type }) => type,
  load: ({ type }) => type,
  get: ({ local }, locals) => {
    const type = locals.get(local);
    invariant(type !== undefined, `${local} is read before it is defined`);
    return type;
  },
  ramp: ({ lanes }) => i32(lanes),
  index: () => i32(1),
  splat: ({ of, lanes }, locals) => ({ ...typeOf(of, locals), lanes }),
  unary: ({ op, of }, locals) => {
    const type = typeOf(of, locals);
    if (op === "toInt" || op === "asInt") return i32(type.lanes);
    return op === "toFloat" || op === "asFloat" ? f32(type.lanes) : type;
  },
  binary: ofFirst,
  fma: ofFirst,
  select: ofFirst,
  compare: ({ a }, locals) => mask(typeOf(a, locals).lanes),
  across: ({ of }, locals) => ({ ...typeOf(of, locals), lanes: 1 }),
  call: ({ name, args: [first] }, locals) => {
    invariant(first !== undefined, `${name} is called without arguments`);
    return typeOf(first, locals);
  },
};
