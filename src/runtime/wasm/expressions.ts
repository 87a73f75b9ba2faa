/** Expressions as WebAssembly: each pushes its value. */
import type {
  CodeBinaryOp,
  CompareOp,
  CodeExpr,
  Function,
  Lanes,
  CodeType,
  CodeUnaryOp,
} from "../../code/code.ts";
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import {
  access,
  addScaled,
  constant,
  define,
  fresh,
  functionOf,
  get,
  op,
  opWith,
  placeOf,
  set,
  valueType,
  type FunctionBody,
} from "./body.ts";
import { fixed, float } from "./bytes.ts";
import { control, f32, f32x4, i32, i32x4, relaxed, v128, type Opcode } from "./opcodes.ts";
import { entryOf } from "../../graph/table.ts";

type Of<K extends CodeExpr["kind"]> = Extract<CodeExpr, { readonly kind: K }>;

/** Pushes the value of an expression; its type. */
export const emitExpression = (body: FunctionBody, expr: CodeExpr): CodeType =>
  entryOf(emitters, expr.kind)(body, expr);

const emitters: {
  readonly [K in CodeExpr["kind"]]: (body: FunctionBody, expr: Of<K>) => CodeType;
} = {
  number: (body, { type, value }) => {
    emitNumber(body, type, value);
    return type;
  },
  ramp: (body, { lanes }) => {
    const type: CodeType = { scalar: "i32", lanes };
    if (valueType(type) === "i32") constant(body, 0);
    else {
      op(body, v128.const);
      for (let lane = 0; lane < lanes; lane++) fixed(body.code, lane);
    }
    return type;
  },
  get: (body, { type, local }) => {
    get(body, placeOf(body, local).index);
    return type;
  },
  index: (body, { of }) => {
    constant(body, of.constant);
    for (const { variable, scale } of of.terms) {
      addScaled(body, placeOf(body, variable).index, scale);
    }
    return { scalar: "i32", lanes: 1 };
  },
  load: (body, expr) => {
    emitLoad(body, expr);
    return expr.type;
  },
  splat: (body, { lanes, of }) => {
    if (lanes !== 1 && of.kind === "load" && of.type.lanes === 1) {
      access(body, v128.loadSplat, body.address(body, of.from, 0));
      return { scalar: of.type.scalar, lanes };
    }
    const { scalar } = emitExpression(body, of);
    invariant(scalar !== "mask", "masks are made lane by lane");
    if (lanes !== 1) op(body, scalar === "f32" ? f32x4.splat : i32x4.splat);
    return { scalar, lanes };
  },
  unary: (body, { op: name, of }) => emitUnary(body, name, emitExpression(body, of)),
  binary: (body, expr) => emitBinary(body, expr),
  fma: (body, { a, b, c }) => {
    const type = emitExpression(body, a);
    emitExpression(body, b);
    if (type.lanes !== 1 && body.relaxed) {
      emitExpression(body, c);
      op(body, relaxed.madd);
      return type;
    }
    const { mul, add } = type.lanes === 1 ? f32 : f32x4;
    op(body, mul);
    emitExpression(body, c);
    op(body, add);
    return type;
  },
  compare: (body, { op: name, a, b }) => {
    const { scalar, lanes } = emitExpression(body, a);
    emitExpression(body, b);
    op(body, comparisons[setOf(scalar, lanes)][name]);
    return { scalar: "mask", lanes };
  },
  select: (body, { mask, a, b }) => {
    const type = emitExpression(body, a);
    emitExpression(body, b);
    emitExpression(body, mask);
    if (type.lanes === 1) op(body, control.select);
    else op(body, body.relaxed ? relaxed.laneselect : v128.bitselect);
    return type;
  },
  across: (body, { op: name, of }) => emitAcross(body, name, emitExpression(body, of)),
  call: (body, { name, args }) => {
    const types = args.map((arg) => emitExpression(body, arg));
    return emitInline(body, functionOf(body, name), types[0]?.lanes ?? 1);
  },
};

/**
 * The body of a function in the place of its call, on the arguments on the stack: engines do not do it, and save every
 * vector register around a call.
 */
const emitInline = (
  body: FunctionBody,
  { params, body: bodyFor }: Function,
  lanes: Lanes,
): CodeType => {
  const type: CodeType = { scalar: "f32", lanes };
  const inner: FunctionBody = { ...body, places: new Map() };
  for (const param of params.toReversed()) set(inner, define(inner, param, type));
  const { lets, result } = bodyFor(lanes);
  for (const statement of lets) {
    invariant(statement.kind === "let", "functions have only lets");
    emitExpression(inner, statement.value);
    set(inner, define(inner, statement.local, statement.type));
  }
  return emitExpression(inner, result);
};

const emitNumber = (body: FunctionBody, type: CodeType, value: number): void => {
  if (valueType(type) === "v128") {
    op(body, v128.const);
    for (let lane = 0; lane < type.lanes; lane++) {
      if (type.scalar === "f32") float(body.code, value);
      else fixed(body.code, value);
    }
  } else if (type.scalar === "f32") {
    op(body, f32.const);
    float(body.code, value);
  } else constant(body, value);
};

const emitLoad = (body: FunctionBody, { type, from, step = 1 }: Of<"load">): void => {
  const element = (lane: number): number => body.address(body, from, lane * step);
  if (type.lanes === 1) access(body, type.scalar === "f32" ? f32.load : i32.load, element(0));
  else if (step === 1) access(body, v128.load, element(0));
  else if (step === 0) access(body, v128.loadSplat, element(0));
  else {
    // Lanes are loaded from below their addresses on the stack: the last one's comes first.
    const offsets = [3, 2, 1].map((lane) => element(lane));
    access(body, v128.loadZero, element(0));
    offsets.reverse().forEach((offset, i) => {
      access(body, v128.loadLane, offset);
      body.code.push(i + 1);
    });
  }
};

/** Instructions for each kind of number, one lane or four. */
type Set = "f32" | "f32x4" | "i32" | "i32x4";
const setOf = (scalar: CodeType["scalar"], lanes: CodeType["lanes"]): Set => {
  const number = scalar === "f32" ? "f32" : "i32";
  return lanes === 1 ? number : `${number}x4`;
};

const comparisons: Readonly<Record<Set, Readonly<Record<CompareOp, Opcode>>>> = {
  f32,
  f32x4,
  i32,
  i32x4,
};

/** The type of what an operation makes out of a type. */
const resultOf = (name: CodeUnaryOp, type: CodeType): CodeType => {
  if (name === "toInt" || name === "asInt") return { ...type, scalar: "i32" };
  if (name === "toFloat" || name === "asFloat") return { ...type, scalar: "f32" };
  return type;
};

const emitUnary = (body: FunctionBody, name: CodeUnaryOp, type: CodeType): CodeType => {
  const result = resultOf(name, type);
  if (type.lanes !== 1) {
    const vector: Readonly<Record<CodeUnaryOp, Opcode>> = {
      neg: f32x4.neg,
      abs: f32x4.abs,
      sqrt: f32x4.sqrt,
      round: f32x4.nearest,
      floor: f32x4.floor,
      toInt: body.relaxed ? relaxed.truncate : i32x4.truncate,
      toFloat: f32x4.convert,
      asInt: [],
      asFloat: [],
      not: v128.not,
    };
    op(body, vector[name]);
  } else op(body, scalarUnary[name]);
  return result;
};

const scalarUnary: Readonly<Record<CodeUnaryOp, Opcode>> = {
  neg: f32.neg,
  abs: f32.abs,
  sqrt: f32.sqrt,
  round: f32.nearest,
  floor: f32.floor,
  toInt: i32.truncate,
  toFloat: f32.convert,
  asInt: i32.reinterpret,
  asFloat: f32.reinterpret,
  not: i32.eqz,
};

const emitBinary = (body: FunctionBody, { op: name, a, b }: Of<"binary">): CodeType => {
  const type = emitExpression(body, a);
  if (name === "shiftLeft" || name === "shiftRight") {
    invariant(b.kind === "number", "shifts are by constants");
    constant(body, b.value);
  } else emitExpression(body, b);
  combine(body, name, type);
  return type;
};

/** Combines the two values of this type on the stack. */
const combine = (body: FunctionBody, name: CodeBinaryOp, type: CodeType): void => {
  if (type.lanes === 1 && (name === "min" || name === "max")) {
    emitScalarExtreme(body, name, type.scalar === "f32" ? "f32" : "i32");
    return;
  }
  const opcode = binaries[setOf(type.scalar, type.lanes)][name];
  if (opcode === undefined) throw new InternalError(`no ${name} of ${type.scalar}x${type.lanes}`);
  op(body, opcode);
};

type Binaries = Readonly<Partial<Record<CodeBinaryOp, Opcode>>>;
const binaries: Readonly<Record<Set, Binaries>> = {
  f32: { add: f32.add, sub: f32.sub, mul: f32.mul, div: f32.div },
  f32x4: {
    add: f32x4.add,
    sub: f32x4.sub,
    mul: f32x4.mul,
    div: f32x4.div,
    // pmin is b < a ? b : a, and pmax a < b ? b : a, as in the code.
    min: f32x4.pmin,
    max: f32x4.pmax,
  },
  i32: {
    add: i32.add,
    sub: i32.sub,
    mul: i32.mul,
    shiftLeft: i32.shl,
    shiftRight: i32.shr,
    and: i32.and,
    or: i32.or,
  },
  i32x4: {
    add: i32x4.add,
    sub: i32x4.sub,
    mul: i32x4.mul,
    min: i32x4.min,
    max: i32x4.max,
    shiftLeft: i32x4.shl,
    shiftRight: i32x4.shr,
    and: v128.and,
    or: v128.or,
  },
};

/** min is b < a ? b : a, max a < b ? b : a: f32.min and f32.max treat NaN otherwise. */
const emitScalarExtreme = (
  body: FunctionBody,
  name: "min" | "max",
  scalar: "f32" | "i32",
): void => {
  const [a, b] = [fresh(body, scalar), fresh(body, scalar)];
  set(body, b);
  set(body, a);
  get(body, b);
  get(body, a);
  const [below, above] = name === "min" ? [b, a] : [a, b];
  get(body, below);
  get(body, above);
  op(body, scalar === "f32" ? f32.lt : i32.lt);
  op(body, control.select);
};

/** Halves are combined until one lane is left. */
const emitAcross = (body: FunctionBody, name: Of<"across">["op"], type: CodeType): CodeType => {
  const result: CodeType = { scalar: type.scalar, lanes: 1 };
  if (type.lanes === 1) return result;
  const vector = fresh(body, "v128");
  for (const half of [2, 1]) {
    opWith(body, control.localTee, vector);
    get(body, vector);
    get(body, vector);
    op(body, v128.shuffle);
    for (let byte = 0; byte < 16; byte++) body.code.push((byte + 4 * half) % 16);
    combine(body, name, type);
  }
  op(body, type.scalar === "f32" ? f32x4.extract : i32x4.extract);
  body.code.push(0);
  return result;
};
