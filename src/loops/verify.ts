/** The invariants of loop programs. A pass that breaks one is found here, not in generated code. */
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import type { Dtype } from "../graph/op.ts";
import type { Access, Buffer, Instruction, Nest, Product, Program, Statement } from "./program.ts";

/** Throws `InternalError` at the first broken invariant of `program.ts`. */
export const verifyProgram = (program: Program): void => {
  const buffers = new Map<string, Buffer>();
  for (const buffer of program.buffers) {
    invariant(!buffers.has(buffer.name), `two buffers are named ${buffer.name}`);
    invariant(
      buffer.offset === undefined ||
        (buffer.role === "temporary" && buffer.offset + buffer.size <= program.arena),
      `${buffer.name} leaves the arena`,
    );
    buffers.set(buffer.name, buffer);
  }
  verifyStatements(program.body, { buffers, lengths: [] });
};

interface Scope {
  readonly buffers: ReadonlyMap<string, Buffer>;
  /** Of the enclosing loops. */
  readonly lengths: readonly number[];
}

const verifyStatements = (statements: readonly Statement[], scope: Scope): void => {
  for (const statement of statements) {
    if (statement.kind === "barrier") continue;
    if (statement.kind === "loop") {
      invariant(statement.length > 0, "a loop of no steps");
      const lengths = [...scope.lengths, statement.length];
      verifyStatements(statement.body, { ...scope, lengths });
      continue;
    }
    try {
      if (statement.kind === "nest") verifyNest(statement, scope);
      else verifyProduct(statement, scope);
    } catch (error) {
      if (!(error instanceof InternalError)) throw error;
      throw new InternalError(`${statement.kind} ${statement.origin ?? ""}: ${error.message}`);
    }
  }
};

const verifyNest = (nest: Nest, scope: Scope): void => {
  const { axes, reduced, order, body } = nest;
  invariant(
    axes.every((n) => Number.isInteger(n) && n > 0),
    `axes ${axes.join(", ")}`,
  );
  invariant(reduced >= 0 && reduced <= axes.length, "more axes are reduced than there are");
  invariant(order === undefined || reduced === 0, "a reduction runs in any order");
  const free = axes.length - reduced;
  body.forEach(({ op }) => {
    invariant(op !== "product", "only products begin with product");
    invariant(op !== "running" || order === "sequential", "running needs a sequential nest");
    invariant(op !== "reduce" || reduced > 0, "nothing is reduced");
  });
  for (const instruction of body) {
    if (instruction.op === "reduce") {
      const still = instruction.to.strides.slice(free).every((stride) => stride === 0);
      invariant(still, "a reduction's result moves along a reduced axis");
    }
    if (instruction.op === "store" && instruction.accumulate === true) {
      invariant(order === "ordered", "accumulating needs an ordered nest");
    }
  }
  verifyBody(body, axes, scope);
  if (order === undefined) verifyIdempotent(body, axes);
};

const verifyProduct = (product: Product, scope: Scope): void => {
  const { axes, row, column, terms, body } = product;
  invariant(body[0]?.op === "product", "a product's body begins with product");
  invariant(
    body.slice(1).every(({ op }) => !["product", "running", "reduce"].includes(op)),
    "a product's body maps",
  );
  invariant(column in axes && row !== column && (row === undefined || row in axes), "no such axis");
  for (const { inner, a, b } of terms) {
    verifyAccess(a, [...axes, ...inner], scope);
    verifyAccess(b, [...axes, ...inner], scope);
    invariant(a.dynamic === undefined && b.dynamic === undefined, "a product has no indices");
    invariant(a.strides[column] === 0, "a varies along the columns");
    invariant(b.strides[column] === 1 || axes[column] === 1, "b is not dense along the columns");
    invariant(row === undefined || b.strides[row] === 0, "b varies along the rows");
  }
  verifyBody(body, axes, scope);
  verifyIdempotent(body, axes);
  const stored = new Set(body.flatMap((i) => (i.op === "store" ? i.to.buffer : [])));
  for (const { a, b } of terms) {
    invariant(!stored.has(a.buffer) && !stored.has(b.buffer), "a product overwrites its operand");
  }
};

const verifyBody = (body: readonly Instruction[], axes: readonly number[], scope: Scope): void => {
  const types: (Dtype | undefined)[] = [];
  const typeOf = (id: number): Dtype => {
    const type = types[id];
    invariant(type !== undefined, `%${id} has no value yet`);
    return type;
  };
  const float = (...ids: readonly number[]): Dtype => {
    for (const id of ids) invariant(typeOf(id) === "float", `%${id} is no float`);
    return "float";
  };
  const same = (a: number, b: number): Dtype => {
    invariant(typeOf(a) === typeOf(b), `%${a} and %${b} differ in type`);
    return typeOf(a);
  };
  const check = (access: Access): void => {
    if (access.dynamic !== undefined) {
      const index = body[access.dynamic.value];
      invariant(index?.op === "clamp", `%${access.dynamic.value} is no clamped index`);
      typeOf(access.dynamic.value);
      verifyAccess(access, axes, scope, (index.size - 1) * access.dynamic.stride);
    } else verifyAccess(access, axes, scope);
  };
  const dtypeIn = ({ buffer }: Access): Dtype => scope.buffers.get(buffer)?.dtype ?? "float";
  body.forEach((instruction, id) => {
    types[id] = ((): Dtype | undefined => {
      switch (instruction.op) {
        case "load":
          check(instruction.from);
          invariant(dtypeIn(instruction.from) === instruction.dtype, `%${id} loads another type`);
          return instruction.dtype;
        case "number":
          return instruction.dtype;
        case "index":
          invariant(instruction.axis in axes, `no axis ${instruction.axis}`);
          return "int";
        case "unary":
          if (["neg", "square", "abs", "sign", "relu"].includes(instruction.name)) {
            return typeOf(instruction.of);
          }
          if (instruction.name === "not") typeOf(instruction.of);
          else float(instruction.of);
          return "float";
        case "binary": {
          const type = same(instruction.a, instruction.b);
          return instruction.name === "greater" || instruction.name === "equal" ? "float" : type;
        }
        case "cast":
          typeOf(instruction.of);
          return instruction.dtype;
        case "clamp":
          invariant(typeOf(instruction.of) === "int", `%${instruction.of} is no int`);
          return "int";
        case "select":
          typeOf(instruction.condition);
          return same(instruction.a, instruction.b);
        case "product":
          return "float";
        case "running":
          return typeOf(instruction.of);
        case "store":
        case "reduce":
          check(instruction.to);
          invariant(
            dtypeIn(instruction.to) === typeOf(instruction.value),
            `%${instruction.value} is stored as another type`,
          );
          invariant(scope.buffers.get(instruction.to.buffer)?.role !== "input", "an input changes");
          return undefined;
      }
    })();
  });
};

/** Every element that the access reaches lies in its buffer. */
const verifyAccess = (
  { buffer, base, strides, steps }: Access,
  axes: readonly number[],
  { buffers, lengths }: Scope,
  dynamic = 0,
): void => {
  const size = buffers.get(buffer)?.size;
  invariant(size !== undefined, `no buffer ${buffer}`);
  invariant(strides.length === axes.length, `${buffer} has ${strides.length} strides`);
  invariant(steps.length === lengths.length, `${buffer} has ${steps.length} steps`);
  const [low, high] = rangeOf({ base, strides: [...strides, ...steps, dynamic] }, [
    ...axes,
    ...lengths,
    2,
  ]);
  invariant(low >= 0 && high < size, `${buffer}[${low}..${high}] of ${size}`);
};

/** A statement that may run twice over an element does not load what it stores. */
const verifyIdempotent = (body: readonly Instruction[], axes: readonly number[]): void => {
  const loads = body.flatMap((i) => (i.op === "load" ? i.from : []));
  for (const instruction of body) {
    if (instruction.op !== "store" && instruction.op !== "reduce") continue;
    const { to } = instruction;
    const [low, high] = rangeOf(to, axes);
    for (const from of loads) {
      if (from.buffer !== to.buffer) continue;
      const [first, last] = rangeOf(from, axes);
      const apart = to.steps.every((stride, i) => stride === from.steps[i]);
      invariant(
        apart && (last < low || high < first),
        `${to.buffer} is loaded and stored in one statement`,
      );
    }
  }
};

/** The first and the last element reached, relative to the step. */
const rangeOf = (
  { base, strides }: Pick<Access, "base" | "strides">,
  axes: readonly number[],
): readonly [number, number] => {
  const distances = strides.map((stride, i) => stride * ((axes[i] ?? 1) - 1));
  return [
    distances.reduce((sum, x) => sum + Math.min(0, x), base),
    distances.reduce((sum, x) => sum + Math.max(0, x), base),
  ];
};
