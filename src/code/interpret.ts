/**
 * Runs code lane by lane with every f32 rounded: what emitted code, its C and its WebAssembly are tested against.
 * Threads take turns from barrier to barrier, so that a barrier that lacks tends to show.
 */
import { invariant } from "../diagnostics/invariant.ts";
import type {
  Address,
  Affine,
  CodeBinaryOp,
  LoopBound,
  CompareOp,
  CodeExpr,
  Module,
  CodeStatement,
  ScheduleStep,
  CodeType,
  CodeUnaryOp,
} from "./code.ts";

type Elements = Float32Array | Int32Array;

/**
 * Runs the module once over its arguments, which are changed in place. The arena begins as NaN, which is no
 * index.
 */
export const interpretModule = (module: Module, args: readonly Elements[]): void => {
  const arena = new Float32Array(module.arena).fill(Number.NaN);
  const memory = new Map(
    module.buffers.map(({ name, scalar, size, place }) => {
      if (place.kind === "argument") {
        const argument = args[place.index];
        invariant(argument?.length === size, `${name} needs ${size} elements`);
        return [name, argument] as const;
      }
      const at = [arena.buffer, place.offset * 4, size] as const;
      return [name, scalar === "f32" ? new Float32Array(...at) : new Int32Array(...at)] as const;
    }),
  );
  const threads = Array.from({ length: module.threads }, (_, thread) =>
    runSteps(module.schedule, { module, memory, thread, variables: new Map(), locals: new Map() }),
  );
  let running = threads.length;
  while (running > 0) running = threads.filter((thread) => thread.next().done !== true).length;
};

interface State {
  readonly module: Module;
  readonly memory: ReadonlyMap<string, Elements>;
  readonly thread: number;
  readonly variables: Map<string, number>;
  readonly locals: Map<string, Value>;
}

/** One element a lane; masks are 0 or 1 in bytes. */
type Value = Elements | Uint8Array;

/** One thread; it stops at each barrier. */
function* runSteps(steps: readonly ScheduleStep[], state: State): Generator<undefined, void> {
  for (const step of steps) {
    if (step.kind === "barrier") yield undefined;
    else if (step.kind === "loop") {
      for (let count = 0; count < step.length; count += 1) {
        state.variables.set(step.variable, step.reverse ? step.length - 1 - count : count);
        yield* runSteps(step.body, state);
      }
    } else {
      const kernel = state.module.kernels.find(({ name }) => name === step.kernel);
      invariant(kernel !== undefined, `no kernel ${step.kernel}`);
      if (!kernel.alone || state.thread === 0) runStatements(kernel.body, state);
    }
  }
}

const boundOf = (bound: LoopBound, { module, thread }: State): number =>
  typeof bound === "number"
    ? bound
    : Math.floor((bound.size * (thread + (bound.part === "to" ? 1 : 0))) / module.threads);

const runStatements = (statements: readonly CodeStatement[], state: State): void => {
  for (const statement of statements) {
    switch (statement.kind) {
      case "for": {
        const from = boundOf(statement.from, state);
        const to = boundOf(statement.to, state);
        const { step, variable } = statement;
        invariant(
          statement.overlap !== true || to === from || to - from >= step,
          `${variable} has a part of ${to - from}, less than its step of ${step}`,
        );
        for (let at = from; at < to; at += step) {
          const start = statement.overlap === true ? Math.min(at, to - step) : at;
          state.variables.set(variable, statement.reverse === true ? to - 1 - (at - from) : start);
          runStatements(statement.body, state);
        }
        break;
      }
      case "let":
      case "set":
        state.locals.set(statement.local, evaluate(statement.value, state));
        break;
      case "store": {
        const value = evaluate(statement.value, state);
        const step = statement.step ?? 1;
        const { data, at } = locate(statement.to, step, value.length, state);
        value.forEach((x, i) => {
          data[at + i * step] = x;
        });
        break;
      }
    }
  }
};

const sumOf = ({ constant, terms }: Affine, { variables }: State): number =>
  terms.reduce(
    (sum, { variable, scale }) => sum + scale * (variables.get(variable) ?? Number.NaN),
    constant,
  );

const localIn = (name: string, { locals }: State): Value => {
  const value = locals.get(name);
  invariant(value !== undefined, `${name} is read before it is defined`);
  return value;
};

const locate = (
  { buffer, offset, dynamic }: Address,
  step: number,
  lanes: number,
  state: State,
): { readonly data: Elements; readonly at: number } => {
  const data = state.memory.get(buffer);
  invariant(data !== undefined, `no buffer ${buffer}`);
  const moved = dynamic === undefined ? 0 : dynamic.stride * one(localIn(dynamic.local, state));
  const at = sumOf(offset, state) + moved;
  const end = at + step * (lanes - 1);
  invariant(
    Math.min(at, end) >= 0 && Math.max(at, end) < data.length,
    `${buffer}[${at}..${end}] of ${data.length}`,
  );
  return { data, at };
};

const one = ([value]: Value): number => value ?? Number.NaN;

/** As many lanes of the same scalar as `like`. */
const fill = (like: Value, f: (lane: number) => number): Value => {
  const result = like.slice();
  for (let lane = 0; lane < result.length; lane += 1) result[lane] = f(lane);
  return result;
};

const lane = (value: Value, at: number): number => value[at] ?? Number.NaN;

const evaluate = (expr: CodeExpr, state: State): Value => {
  const value = (operand: CodeExpr): Value => evaluate(operand, state);
  switch (expr.kind) {
    case "number":
      return fill(blank(expr.type), () => expr.value);
    case "ramp":
      return Int32Array.from({ length: expr.lanes }, (_, at) => at);
    case "get":
      return localIn(expr.local, state);
    case "index":
      return Int32Array.of(sumOf(expr.of, state));
    case "load": {
      const step = expr.step ?? 1;
      const { data, at } = locate(expr.from, step, expr.type.lanes, state);
      return fill(blank(expr.type), (i) => data[at + i * step] ?? Number.NaN);
    }
    case "splat": {
      const of = value(expr.of);
      return fill(blank({ scalar: scalarOf(of), lanes: expr.lanes }), () => one(of));
    }
    case "unary":
      return unary[expr.op](value(expr.of));
    case "binary":
      return combine(expr.op, value(expr.a), value(expr.b));
    case "fma": {
      const [a, b, c] = [value(expr.a), value(expr.b), value(expr.c)];
      return fill(a, (i) => lane(a, i) * lane(b, i) + lane(c, i));
    }
    case "compare": {
      const [a, b] = [value(expr.a), value(expr.b)];
      return Uint8Array.from(a, (x, i) => (compare[expr.op](x, lane(b, i)) ? 1 : 0));
    }
    case "select": {
      const [chosen, a, b] = [value(expr.mask), value(expr.a), value(expr.b)];
      return fill(a, (i) => lane(lane(chosen, i) === 0 ? b : a, i));
    }
    case "across": {
      let rest = value(expr.of);
      while (rest.length > 1) {
        const half = rest.length / 2;
        rest = combine(expr.op, rest.slice(0, half), rest.slice(half));
      }
      return rest;
    }
    case "call":
      return call(expr.name, expr.args.map(value), state);
  }
};

const blank = ({ scalar, lanes }: CodeType): Value => {
  if (scalar === "f32") return new Float32Array(lanes);
  return scalar === "i32" ? new Int32Array(lanes) : new Uint8Array(lanes);
};

const scalarOf = (value: Value): CodeType["scalar"] => {
  if (value instanceof Float32Array) return "f32";
  return value instanceof Int32Array ? "i32" : "mask";
};

const call = (name: string, args: readonly Value[], state: State): Value => {
  const fn = state.module.functions.find((candidate) => candidate.name === name);
  const lanes = args[0]?.length;
  invariant(fn !== undefined, `no function ${name}`);
  invariant(lanes === 1 || lanes === 4 || lanes === 8 || lanes === 16, `${name} of ${lanes} lanes`);
  const locals = new Map(fn.params.map((param, i) => [param, args[i] ?? new Float32Array(lanes)]));
  const inner: State = { ...state, locals };
  const { lets, result } = fn.body(lanes);
  runStatements(lets, inner);
  return evaluate(result, inner);
};

const map = (f: (x: number) => number) => (of: Value) => fill(of, (i) => f(lane(of, i)));

/** To the nearest integer, ties to even; the sign stays, also of 0. */
const round = (x: number): number => {
  const low = Math.floor(x);
  const rest = x - low;
  const down = rest === 0.5 ? low % 2 === 0 : rest < 0.5;
  if (down) return low;
  return low === -1 ? -0 : low + 1;
};

const unary: Readonly<Record<CodeUnaryOp, (of: Value) => Value>> = {
  neg: map((x) => -x),
  abs: map(Math.abs),
  sqrt: map(Math.sqrt),
  round: map(round),
  floor: map(Math.floor),
  toInt: (of) => Int32Array.from(of, Math.trunc),
  toFloat: (of) => Float32Array.from(of),
  asInt: (of) => new Int32Array(Float32Array.from(of).buffer),
  asFloat: (of) => new Float32Array(Int32Array.from(of).buffer),
  not: map((x) => 1 - x),
};

const combine = (op: CodeBinaryOp, a: Value, b: Value): Value => {
  const f = a instanceof Int32Array && op === "mul" ? Math.imul : binary[op];
  return fill(a, (i) => f(lane(a, i), lane(b, i)));
};

const binary: Readonly<Record<CodeBinaryOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (a < b ? b : a),
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b) => a >> b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
};

const compare: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  eq: (a, b) => a === b,
};
