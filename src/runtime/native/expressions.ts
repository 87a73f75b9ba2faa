/** Expressions of code as C; the operations are those of the prelude in `vectors.ts`. */
import type {
  Address,
  Affine,
  CodeExpr,
  CodeFunctionName,
  Lanes,
  Local,
  CodeType,
} from "../../code/code.ts";
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import { entryOf } from "../../graph/table.ts";

/** What expressions refer to, by their names in C. */
export interface NamesInC {
  readonly local: (name: Local) => string;
  readonly variable: (name: string) => string;
  readonly buffer: (name: string) => string;
  /** A call of the function for this many lanes. */
  readonly call: (name: CodeFunctionName, lanes: Lanes) => string;
}

/** C text with the type of its value. */
export interface Printed {
  readonly text: string;
  readonly type: CodeType;
}

/** `f32x16`, `i32x1`, `maskx8`. */
export const typeName = ({ scalar, lanes }: CodeType): string => `${scalar}x${lanes}`;

export const printExpr = (expr: CodeExpr, scope: NamesInC): Printed =>
  entryOf(printers, expr.kind)(expr, scope);

type Kind = CodeExpr["kind"];
type Printers = {
  readonly [K in Kind]: (expr: Extract<CodeExpr, { kind: K }>, scope: NamesInC) => Printed;
};

const printers: Printers = {
  number: ({ type, value }) => ({ type, text: numberText(type, value) }),
  ramp: ({ lanes }) => of("i32", lanes, `ramp_i32x${lanes}()`),
  get: ({ type, local }, scope) => ({ type, text: scope.local(local) }),
  index: ({ of: affine }, scope) => of("i32", 1, `(int)(${affineText(affine, scope)})`),
  load: ({ type, from, step }, scope) => {
    const pointer = addressText(from, scope);
    return (step ?? 1) === 1
      ? { type, text: `load_${typeName(type)}(${pointer})` }
      : { type, text: `gather_${typeName(type)}(${pointer}, ${step ?? 1})` };
  },
  splat: ({ lanes, of: inner }, scope) => {
    const { text, type } = printExpr(inner, scope);
    invariant(type.lanes === 1, `splat of ${typeName(type)}`);
    const result: CodeType = { scalar: type.scalar, lanes };
    return { type: result, text: `splat_${typeName(result)}(${text})` };
  },
  unary: ({ op, of: inner }, scope) => {
    const { text, type } = printExpr(inner, scope);
    return {
      type: { scalar: unaryScalar[op] ?? type.scalar, lanes: type.lanes },
      text: `${op}_${typeName(type)}(${text})`,
    };
  },
  binary: ({ op, a, b }, scope) => {
    const [left, right] = [printExpr(a, scope), printExpr(b, scope)];
    sameType(op, left, right);
    const { type } = left;
    const operator = type.scalar === "f32" ? floatOperators[op] : integerOperators[op];
    return {
      type,
      text:
        operator === undefined
          ? `${op}_${typeName(type)}(${left.text}, ${right.text})`
          : `(${left.text} ${operator} ${right.text})`,
    };
  },
  fma: ({ a, b, c }, scope) => {
    const printed = [a, b, c].map((operand) => printExpr(operand, scope));
    const [first = unreachable(), ...others] = printed;
    for (const other of others) sameType("fma", first, other);
    const operands = printed.map(({ text }) => text).join(", ");
    return { type: first.type, text: `fma_${typeName(first.type)}(${operands})` };
  },
  compare: ({ op, a, b }, scope) => {
    const [left, right] = [printExpr(a, scope), printExpr(b, scope)];
    sameType(op, left, right);
    return of("mask", left.type.lanes, `${op}_${typeName(left.type)}(${left.text}, ${right.text})`);
  },
  select: ({ mask, a, b }, scope) => {
    const [left, right] = [printExpr(a, scope), printExpr(b, scope)];
    sameType("select", left, right);
    const operands = [printExpr(mask, scope), left, right].map(({ text }) => text).join(", ");
    return { type: left.type, text: `select_${typeName(left.type)}(${operands})` };
  },
  across: ({ op, of: inner }, scope) => {
    const { text, type } = printExpr(inner, scope);
    return of(type.scalar, 1, type.lanes === 1 ? text : `across_${op}_${typeName(type)}(${text})`);
  },
  call: ({ name, args }, scope) => {
    const printed = args.map((arg) => printExpr(arg, scope));
    const lanes = printed[0]?.type.lanes ?? 1;
    return of(
      "f32",
      lanes,
      `${scope.call(name, lanes)}(${printed.map(({ text }) => text).join(", ")})`,
    );
  },
};

const of = (scalar: CodeType["scalar"], lanes: Lanes, text: string): Printed => ({
  type: { scalar, lanes },
  text,
});

const sameType = (op: string, a: Printed, b: Printed): void => {
  const isSame = a.type.scalar === b.type.scalar && a.type.lanes === b.type.lanes;
  // The message is made only when it is needed: every operation comes by here.
  if (!isSame) throw new InternalError(`${op} of ${typeName(a.type)} and ${typeName(b.type)}`);
};

const unreachable = (): never => {
  invariant(false, "an operation without operands");
};

const unaryScalar: Readonly<Record<string, CodeType["scalar"]>> = {
  toInt: "i32",
  toFloat: "f32",
  asInt: "i32",
  asFloat: "f32",
};

type Operators = Readonly<Record<string, string>>;
const floatOperators: Operators = { add: "+", sub: "-", mul: "*", div: "/" };
/** Also of masks. Sums, products and left shifts of ints wrap, which operators of C do not promise. */
const integerOperators: Operators = { shiftRight: ">>", and: "&", or: "|" };

/** A pointer to the element. */
export const addressText = ({ buffer, offset, dynamic }: Address, scope: NamesInC): string => {
  const pointer = scope.buffer(buffer);
  const fixed = affineText(offset, scope);
  const computed =
    dynamic === undefined ? "" : ` + (long)${scope.local(dynamic.local)} * ${dynamic.stride}`;
  if (fixed === "0" && computed === "") return pointer;
  return fixed === "0" ? `${pointer}${computed}` : `${pointer} + ${fixed}${computed}`;
};

/** A `long`. */
const affineText = ({ constant, terms }: Affine, scope: NamesInC): string => {
  const parts = terms
    .filter(({ scale }) => scale !== 0)
    .map(({ variable, scale }) =>
      scale === 1 ? scope.variable(variable) : `${scope.variable(variable)} * ${scale}L`,
    );
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(" + ");
};

/** A literal in every lane, exactly. */
const numberText = (type: CodeType, value: number): string => {
  const one = type.scalar === "f32" ? floatText(value) : intText(value);
  return type.lanes === 1 ? one : `splat_${typeName(type)}(${one})`;
};

const intText = (value: number): string => {
  invariant(Number.isInteger(value) && Math.abs(value) <= 2 ** 31, `${value} is no int`);
  // The lowest int has no literal: its minus is applied to a number that is none.
  return value === -(2 ** 31) ? "(-2147483647 - 1)" : String(value);
};

/** The nearest float32, in hexadecimal where that is shorter to read exactly. */
export const floatText = (value: number): string => {
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return '__builtin_nanf("")';
  if (!Number.isFinite(rounded)) return rounded < 0 ? "-__builtin_inff()" : "__builtin_inff()";
  if (Number.isInteger(rounded) && Math.abs(rounded) < 2 ** 24) {
    return `${Object.is(rounded, -0) ? "-0" : rounded}.0f`;
  }
  const bits = new Uint32Array(Float32Array.of(rounded).buffer)[0] ?? 0;
  const sign = bits >>> 31 === 1 ? "-" : "";
  const exponent = (bits >>> 23) & 0xff;
  const fraction = ((bits & 0x7fffff) << 1).toString(16).padStart(6, "0").replace(/0+$/, "");
  const point = fraction === "" ? "" : `.${fraction}`;
  return exponent === 0 ? `${sign}0x0${point}p-126f` : `${sign}0x1${point}p${exponent - 127}f`;
};
