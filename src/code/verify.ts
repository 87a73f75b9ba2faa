/** The invariants of code. What emits it wrongly is found here, not in a compiler's messages or a crash. */
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import type {
  Address,
  Affine,
  CodeBinaryOp,
  LoopBound,
  CodeExpr,
  Local,
  Module,
  CodeStatement,
  ScheduleStep,
  CodeType,
  CodeUnaryOp,
  Variable,
} from "./code.ts";
import { f32, i32, mask, showType, typeOf } from "./type.ts";
import { entryOf } from "../graph/table.ts";

/** Throws `InternalError` at the first broken invariant of `code.ts`. */
export const verifyModule = (module: Module): void => {
  for (const { name, place, size } of module.buffers) {
    const fits =
      place.kind === "argument"
        ? place.index < module.arguments
        : place.offset >= 0 && place.offset + size <= module.arena;
    invariant(fits, `${name} has no place`);
  }
  verifyFunctions(module);
  const times = timesOf(module.schedule);
  const names = new Set<string>();
  for (const kernel of module.kernels) {
    invariant(!names.has(kernel.name), `two kernels are named ${kernel.name}`);
    names.add(kernel.name);
    try {
      const variables = new Map<Variable, Range>();
      for (const time of kernel.times) {
        const length = times.get(time);
        invariant(length !== undefined, `no loop over ${time}`);
        variables.set(time, [0, length - 1]);
      }
      const scope: Scope = { module, variables, locals: new Map(), mutable: new Set() };
      verifyStatements(kernel.body, scope, { locals: new Set(), variables: new Set(times.keys()) });
    } catch (error) {
      if (!(error instanceof InternalError)) throw error;
      throw new InternalError(`kernel ${kernel.name}: ${error.message}`);
    }
  }
  verifySteps(module, module.schedule, new Set());
};

type Range = readonly [low: number, high: number];

interface Scope {
  readonly module: Module;
  /** The values that loop variables in scope take. */
  readonly variables: ReadonlyMap<Variable, Range>;
  readonly locals: Map<Local, CodeType>;
  readonly mutable: Set<Local>;
}

/** Names that the kernel has used up. */
interface Taken {
  readonly locals: Set<Local>;
  readonly variables: Set<Variable>;
}

const timesOf = (steps: readonly ScheduleStep[]): Map<Variable, number> =>
  new Map(
    steps.flatMap((step): readonly (readonly [Variable, number])[] =>
      step.kind === "loop" ? [[step.variable, step.length], ...timesOf(step.body)] : [],
    ),
  );

const verifySteps = (
  module: Module,
  steps: readonly ScheduleStep[],
  variables: ReadonlySet<Variable>,
): void => {
  for (const step of steps) {
    if (step.kind === "run") {
      const kernel = module.kernels.find(({ name }) => name === step.kernel);
      invariant(kernel !== undefined, `no kernel ${step.kernel}`);
      for (const time of kernel.times) {
        invariant(variables.has(time), `${step.kernel} runs outside of the loop over ${time}`);
      }
    } else if (step.kind === "loop") {
      invariant(!variables.has(step.variable), `two loops over ${step.variable}`);
      verifySteps(module, step.body, new Set([...variables, step.variable]));
    }
  }
};

const verifyFunctions = (module: Module): void => {
  const known: Module["functions"][number][] = [];
  for (const fn of module.functions) {
    for (const lanes of [1, 4, 8, 16] as const) {
      const { lets, result } = fn.body(lanes);
      const scope: Scope = {
        module: { ...module, functions: known },
        variables: new Map(),
        locals: new Map(fn.params.map((param) => [param, f32(lanes)])),
        mutable: new Set(),
      };
      const onlyLets = lets.every(({ kind }) => kind === "let");
      invariant(onlyLets, `${fn.name} does more than define locals`);
      verifyStatements(lets, scope, { locals: new Set(fn.params), variables: new Set() });
      expect(checkExpr(result, scope), f32(lanes), `the result of ${fn.name}`);
    }
    known.push(fn);
  }
};

const verifyStatements = (
  statements: readonly CodeStatement[],
  scope: Scope,
  taken: Taken,
): void => {
  for (const statement of statements) {
    switch (statement.kind) {
      case "for": {
        const { variable } = statement;
        invariant(!taken.variables.has(variable), `two loops over ${variable}`);
        taken.variables.add(variable);
        const variables = new Map([...scope.variables, [variable, rangeOf(statement)]]);
        const inner = {
          ...scope,
          variables,
          locals: new Map(scope.locals),
          mutable: new Set(scope.mutable),
        };
        verifyStatements(statement.body, inner, taken);
        break;
      }
      case "let":
        invariant(!taken.locals.has(statement.local), `${statement.local} is defined twice`);
        taken.locals.add(statement.local);
        expect(checkExpr(statement.value, scope), statement.type, statement.local);
        scope.locals.set(statement.local, statement.type);
        if (statement.mutable === true) scope.mutable.add(statement.local);
        break;
      case "set": {
        invariant(scope.mutable.has(statement.local), `${statement.local} does not change`);
        const type = typeOf({ kind: "get", type: f32(1), local: statement.local }, scope.locals);
        expect(checkExpr(statement.value, scope), type, statement.local);
        break;
      }
      case "store":
        expect(checkExpr(statement.value, scope), statement.type, "what is stored");
        checkAddress(statement.to, statement.type, statement.step ?? 1, scope);
        break;
    }
  }
};

/** The values a loop's variable takes; of a part, those of all threads. */
const rangeOf = (loop: Extract<CodeStatement, { kind: "for" }>): Range => {
  const { from, to, step } = loop;
  invariant(Number.isInteger(step) && step > 0, `steps of ${step}`);
  const low = lowest(from);
  const high = typeof to === "number" ? to : to.size;
  invariant(low >= 0 && high > low, `an empty loop over ${loop.variable}`);
  if (loop.reverse === true) {
    const constant = typeof from === "number" && typeof to === "number";
    invariant(constant && step === 1, "only single constant steps run in reverse");
  }
  if (loop.overlap === true) {
    invariant(high - low >= step, `${loop.variable} has no whole step`);
    return [low, high - step];
  }
  if (typeof from === "number" && typeof to === "number") {
    return [low, low + Math.floor((high - low - 1) / step) * step];
  }
  // Without overlap the parts are whole steps.
  return [low, high - step];
};

const lowest = (bound: LoopBound): number => (typeof bound === "number" ? bound : 0);

const expect = (found: CodeType, wanted: CodeType, what: string): void => {
  invariant(
    found.scalar === wanted.scalar && found.lanes === wanted.lanes,
    `${what} is ${showType(found)}, not ${showType(wanted)}`,
  );
};

const checkAffine = ({ constant, terms }: Affine, { variables }: Scope): Range => {
  let [low, high] = [constant, constant];
  for (const { variable, scale } of terms) {
    const range = variables.get(variable);
    invariant(range !== undefined, `no loop over ${variable} here`);
    const ends = range.map((end) => end * scale);
    low += Math.min(...ends);
    high += Math.max(...ends);
  }
  return [low, high];
};

const checkAddress = (address: Address, type: CodeType, step: number, scope: Scope): void => {
  const buffer = scope.module.buffers.find(({ name }) => name === address.buffer);
  invariant(buffer !== undefined, `no buffer ${address.buffer}`);
  expect({ ...type, scalar: buffer.scalar }, type, `an element of ${buffer.name}`);
  const [low, high] = checkAffine(address.offset, scope);
  if (address.dynamic !== undefined) {
    const { local } = address.dynamic;
    expect(typeOf({ kind: "get", type: i32(1), local }, scope.locals), i32(1), local);
    return;
  }
  const reach = step * (type.lanes - 1);
  const [first, last] = [low + Math.min(0, reach), high + Math.max(0, reach)];
  invariant(
    first >= 0 && last < buffer.size,
    `${buffer.name}[${first}..${last}] of ${buffer.size}`,
  );
};

/** The scalars that an operation takes; it gives the same unless `typeOf` says otherwise. */
const unaryOn: Readonly<Record<CodeUnaryOp, readonly CodeType["scalar"][]>> = {
  neg: ["f32"],
  abs: ["f32"],
  sqrt: ["f32"],
  round: ["f32"],
  floor: ["f32"],
  toInt: ["f32"],
  toFloat: ["i32"],
  asInt: ["f32"],
  asFloat: ["i32"],
  not: ["mask"],
};

const binaryOn: Readonly<Record<CodeBinaryOp, readonly CodeType["scalar"][]>> = {
  add: ["f32", "i32"],
  sub: ["f32", "i32"],
  mul: ["f32", "i32"],
  div: ["f32"],
  min: ["f32", "i32"],
  max: ["f32", "i32"],
  shiftLeft: ["i32"],
  shiftRight: ["i32"],
  and: ["i32", "mask"],
  or: ["i32", "mask"],
};

const checkExpr = (expr: CodeExpr, scope: Scope): CodeType => {
  entryOf(checks, expr.kind)(expr, scope);
  return typeOf(expr, scope.locals);
};

const among = (type: CodeType, scalars: readonly CodeType["scalar"][], what: string): void => {
  invariant(scalars.includes(type.scalar), `${what} of ${showType(type)}`);
};

/** The type of two operands that must have the same. */
const alike = (a: CodeExpr, b: CodeExpr, what: string, scope: Scope): CodeType => {
  const type = checkExpr(a, scope);
  expect(checkExpr(b, scope), type, `the second operand of ${what}`);
  return type;
};

type Checks = {
  readonly [K in CodeExpr["kind"]]: (expr: Extract<CodeExpr, { kind: K }>, scope: Scope) => void;
};

/** Operands of each kind of expression. */
const checks: Checks = {
  number: ({ type }) => {
    among(type, ["f32", "i32"], "a number");
  },
  ramp: () => undefined,
  get: ({ local, type }, { locals }) => {
    const found = locals.get(local);
    invariant(found !== undefined, `${local} is read before it is defined`);
    expect(found, type, local);
  },
  index: ({ of }, scope) => {
    checkAffine(of, scope);
  },
  load: ({ from, type, step }, scope) => {
    checkAddress(from, type, step ?? 1, scope);
  },
  splat: ({ of, lanes }, scope) => {
    invariant(checkExpr(of, scope).lanes === 1 && lanes > 1, "only a scalar is splat");
  },
  unary: ({ op, of }, scope) => {
    among(checkExpr(of, scope), unaryOn[op], op);
  },
  binary: ({ op, a, b }, scope) => {
    among(alike(a, b, op, scope), binaryOn[op], op);
    invariant(b.kind === "number" || !op.startsWith("shift"), "shifts are by constants");
  },
  fma: ({ a, b, c }, scope) => {
    among(alike(a, b, "fma", scope), ["f32"], "fma");
    alike(a, c, "fma", scope);
  },
  compare: ({ op, a, b }, scope) => {
    among(alike(a, b, op, scope), ["f32", "i32"], op);
  },
  select: ({ mask: chosen, a, b }, scope) => {
    const { lanes } = alike(a, b, "select", scope);
    expect(checkExpr(chosen, scope), mask(lanes), "a select's mask");
  },
  across: ({ of }, scope) => {
    const type = checkExpr(of, scope);
    invariant(type.lanes > 1, "one lane has nothing across");
    among(type, ["f32", "i32"], "across");
  },
  call: ({ name, args }, scope) => {
    const fn = scope.module.functions.find((known) => known.name === name);
    invariant(fn?.params.length === args.length, `no function ${name} of ${args.length} yet`);
    const [first] = args.map((arg) => checkExpr(arg, scope));
    invariant(first !== undefined, `${name} of nothing`);
    for (const arg of args) expect(checkExpr(arg, scope), f32(first.lanes), name);
  },
};
