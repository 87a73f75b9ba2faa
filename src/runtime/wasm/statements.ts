/** Statements as WebAssembly: loops that advance pointers. */
import type { LoopBound, CodeStatement } from "../../code/code.ts";
import {
  access,
  addScaled,
  constant,
  define,
  fresh,
  get,
  op,
  opWith,
  set,
  valueType,
  type FunctionBody,
} from "./body.ts";
import { emitExpression } from "./expressions.ts";
import { control, f32, i32, noResult, v128 } from "./opcodes.ts";
import type { For, Pointer } from "./pointers.ts";

/** What the loops of one kernel need to know besides its body. */
export interface Loops {
  readonly body: FunctionBody;
  readonly threads: number;
  /** The local with this thread's number. */
  readonly thread: number;
  readonly advancedBy: (variable: string) => readonly Pointer[];
  /** The local of a pointer. */
  readonly localOf: (pointer: Pointer) => number;
  /** Pushes where a pointer stands, which may be known beforehand. */
  readonly push: (pointer: Pointer) => void;
}

export const emitStatements = (loops: Loops, statements: readonly CodeStatement[]): void => {
  for (const statement of statements) emitStatement(loops, statement);
};

const emitStatement = (loops: Loops, statement: CodeStatement): void => {
  const { body } = loops;
  switch (statement.kind) {
    case "for":
      emitFor(loops, statement);
      return;
    case "let":
      emitExpression(body, statement.value);
      set(body, define(body, statement.local, statement.type));
      return;
    case "set": {
      const type = emitExpression(body, statement.value);
      set(body, define(body, statement.local, type));
      return;
    }
    case "store":
      emitStore(body, statement);
  }
};

const emitStore = (
  body: FunctionBody,
  statement: Extract<CodeStatement, { kind: "store" }>,
): void => {
  const { type, to, value, step = 1 } = statement;
  if (type.lanes === 1 || step === 1) {
    const offset = body.address(body, to, 0);
    emitExpression(body, value);
    const scalar = type.scalar === "f32" ? f32.store : i32.store;
    access(body, valueType(type) === "v128" ? v128.store : scalar, offset);
    return;
  }
  emitExpression(body, value);
  const vector = fresh(body, "v128");
  set(body, vector);
  for (let lane = 0; lane < type.lanes; lane++) {
    const offset = body.address(body, to, lane * step);
    get(body, vector);
    access(body, v128.storeLane, offset);
    body.code.push(lane);
  }
};

const emitFor = (loops: Loops, loop: For): void => {
  const { from, to, step } = loop;
  if (typeof from === "number" && typeof to === "number") emitConstantFor(loops, loop, from, to);
  else {
    const { body } = loops;
    const variable = define(body, loop.variable, { scalar: "i32", lanes: 1 });
    const end = fresh(body, "i32");
    emitBound(loops, from);
    set(body, variable);
    emitBound(loops, to);
    opWith(body, control.localTee, end);
    get(body, variable);
    op(body, i32.gt);
    op(body, control.if);
    body.code.push(noResult);
    start(loops, loop, undefined);
    const pushLast = (): void => {
      get(body, end);
      constant(body, step);
      op(body, i32.sub);
    };
    repeat(loops, loop, () => {
      if (loop.overlap === true) advanceUpTo(loops, loop, pushLast);
      else
        advanceBy(loops, loop, step, () => {
          get(body, end);
          op(body, i32.lt);
        });
    });
    op(body, control.end);
  }
};

/** A loop whose iterations are counted beforehand. */
const emitConstantFor = (loops: Loops, loop: For, from: number, to: number): void => {
  const { body } = loops;
  if (from >= to) return;
  const ragged = loop.overlap === true && (to - from) % loop.step !== 0;
  const first = loop.reverse === true ? to - 1 : from;
  constant(body, first);
  set(body, define(body, loop.variable, { scalar: "i32", lanes: 1 }));
  start(loops, loop, first);
  if (to - from <= loop.step) {
    emitStatements(loops, loop.body);
    return;
  }
  repeat(loops, loop, () => {
    if (ragged) {
      advanceUpTo(loops, loop, () => {
        constant(body, to - loop.step);
      });
    } else if (loop.reverse === true) {
      advanceBy(loops, loop, -1, () => {
        constant(body, from);
        op(body, i32.ge);
      });
    } else {
      advanceBy(loops, loop, loop.step, () => {
        constant(body, to);
        op(body, i32.lt);
      });
    }
  });
};

/** The body, then what advances and says whether it goes on. */
const repeat = (loops: Loops, loop: For, advance: () => void): void => {
  const { body } = loops;
  op(body, control.loop);
  body.code.push(noResult);
  emitStatements(loops, loop.body);
  advance();
  opWith(body, control.brIf, 0);
  op(body, control.end);
};

/** Sets the pointers of a loop to its first iteration. */
const start = (loops: Loops, loop: For, first: number | undefined): void => {
  const { body } = loops;
  for (const pointer of loops.advancedBy(loop.variable)) {
    const { parent, constant: at } = pointer;
    const scale = scaleOf(pointer);
    if (parent !== undefined) loops.push(parent);
    const distance = at - (parent?.constant ?? 0) + (first ?? 0) * scale;
    if (distance !== 0) {
      constant(body, distance);
      op(body, i32.add);
    }
    if (first === undefined) {
      addScaled(body, define(body, loop.variable, { scalar: "i32", lanes: 1 }), scale);
    }
    set(body, loops.localOf(pointer));
  }
};

/** Of the variable that advances it, in bytes. */
const scaleOf = ({ terms }: Pointer): number => terms.at(-1)?.scale ?? 0;

/** Advances the variable and all that follows it by a constant; the variable is then compared. */
const advanceBy = (loops: Loops, loop: For, step: number, compare: () => void): void => {
  const { body } = loops;
  for (const pointer of loops.advancedBy(loop.variable)) {
    get(body, loops.localOf(pointer));
    constant(body, step * scaleOf(pointer));
    op(body, i32.add);
    set(body, loops.localOf(pointer));
  }
  const variable = define(body, loop.variable, { scalar: "i32", lanes: 1 });
  get(body, variable);
  constant(body, step);
  op(body, i32.add);
  opWith(body, control.localTee, variable);
  compare();
};

/** Advances by a whole step, or by what is left until the last iteration, which ends where the range does. */
const advanceUpTo = (loops: Loops, loop: For, pushLast: () => void): void => {
  const { body } = loops;
  const variable = define(body, loop.variable, { scalar: "i32", lanes: 1 });
  const distance = fresh(body, "i32");
  pushLast();
  get(body, variable);
  op(body, i32.sub);
  opWith(body, control.localTee, distance);
  constant(body, loop.step);
  get(body, distance);
  constant(body, loop.step);
  op(body, i32.lt);
  op(body, control.select);
  set(body, distance);
  for (const pointer of loops.advancedBy(loop.variable)) {
    get(body, loops.localOf(pointer));
    addScaled(body, distance, scaleOf(pointer));
    set(body, loops.localOf(pointer));
  }
  get(body, variable);
  get(body, distance);
  op(body, i32.add);
  set(body, variable);
  get(body, distance);
};

/** ⌊size·i/n⌋ for thread i of n, or for the next one. */
const emitBound = ({ body, thread, threads }: Loops, bound: LoopBound): void => {
  if (typeof bound === "number") {
    constant(body, bound);
    return;
  }
  get(body, thread);
  if (bound.part === "to") {
    constant(body, 1);
    op(body, i32.add);
  }
  constant(body, bound.size);
  op(body, i32.mul);
  constant(body, threads);
  op(body, i32.divUnsigned);
};
