/** The invariants of loop programs. A pass that breaks one is found here, not in generated code. */
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import type { Dtype } from "../graph/op.ts";
import { accessKey } from "./analysis/access.ts";
import type {
  Access,
  BufferDeclaration,
  Instruction,
  Nest,
  Product,
  LoopProgram,
  Statement,
} from "./program.ts";
import { unary, unaryNames } from "../graph/kinds.ts";
import { entryOf } from "../graph/table.ts";

/** Throws `InternalError` at the first broken invariant of `program.ts`. */
export const verifyProgram = (program: LoopProgram): void => {
  const buffers = new Map<string, BufferDeclaration>();
  for (const buffer of program.buffers) {
    invariant(!buffers.has(buffer.name), `two buffers are named ${buffer.name}`);
    invariant(
      buffer.offset === undefined ||
        (buffer.role === "temporary" && buffer.offset + buffer.size <= program.arena),
      `${buffer.name} leaves the arena`,
    );
    buffers.set(buffer.name, buffer);
  }
  for (const { name, role, replaces, size, dtype } of program.buffers) {
    if (replaces === undefined) continue;
    const input = buffers.get(replaces);
    const fits = input?.role === "input" && input.size === size && input.dtype === dtype;
    invariant(role === "output" && fits, `${name} cannot replace ${replaces}`);
  }
  verifyStatements(program.body, { buffers, lengths: [] });
};

interface Scope {
  readonly buffers: ReadonlyMap<string, BufferDeclaration>;
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
  if (order === "ordered") verifyOnce(body);
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

/** What instructions are checked against: the types of those before. */
interface Context {
  readonly body: readonly Instruction[];
  readonly axes: readonly number[];
  readonly scope: Scope;
  readonly types: (Dtype | undefined)[];
}

const typeOf = ({ types }: Context, id: number): Dtype => {
  const type = types[id];
  invariant(type !== undefined, `%${id} has no value yet`);
  return type;
};

const sameType = (context: Context, a: number, b: number): Dtype => {
  invariant(typeOf(context, a) === typeOf(context, b), `%${a} and %${b} differ in type`);
  return typeOf(context, a);
};

/** The dtype of what the access reaches, once it is known to stay inside. */
const reach = ({ body, axes, scope }: Context, access: Access): Dtype => {
  const { dynamic, buffer } = access;
  const index = dynamic === undefined ? undefined : body[dynamic.value];
  invariant(
    dynamic === undefined || index?.op === "clamp",
    `${buffer} has an index that is not clamped`,
  );
  const moved =
    dynamic === undefined || index?.op !== "clamp" ? 0 : (index.size - 1) * dynamic.stride;
  verifyAccess(access, axes, scope, moved);
  return scope.buffers.get(buffer)?.dtype ?? "float";
};

const verifyStore = (context: Context, to: Access, value: number): Dtype | undefined => {
  const dtype = reach(context, to);
  invariant(dtype === typeOf(context, value), `%${value} is stored as another type`);
  const role = context.scope.buffers.get(to.buffer)?.role;
  invariant(role !== "input", `the input ${to.buffer} changes`);
  return undefined;
};

const ofInts: ReadonlySet<string> = new Set(
  unaryNames.filter((name) => unary[name].takes === "any"),
);

/** The type of each instruction's value. */
const rules: {
  readonly [K in Instruction["op"]]: (
    instruction: Extract<Instruction, { readonly op: K }>,
    context: Context,
  ) => Dtype | undefined;
} = {
  load: ({ from, dtype }, context) => {
    invariant(reach(context, from) === dtype, `${from.buffer} is loaded as another type`);
    return dtype;
  },
  number: ({ dtype }) => dtype,
  index: ({ axis }, { axes }) => {
    invariant(axis in axes, `no axis ${axis}`);
    return "int";
  },
  unary: ({ name, of }, context) => {
    const type = typeOf(context, of);
    if (ofInts.has(name)) return type;
    invariant(type === "float", `${name} of an int`);
    return "float";
  },
  binary: ({ name, a, b }, context) => {
    const type = sameType(context, a, b);
    return name === "greater" || name === "equal" ? "float" : type;
  },
  cast: ({ of, dtype }, context) => {
    typeOf(context, of);
    return dtype;
  },
  clamp: ({ of }, context) => {
    invariant(typeOf(context, of) === "int", `%${of} is no int`);
    return "int";
  },
  select: ({ condition, a, b }, context) => {
    typeOf(context, condition);
    return sameType(context, a, b);
  },
  product: () => "float",
  running: ({ of }, context) => typeOf(context, of),
  store: ({ to, value }, context) => verifyStore(context, to, value),
  reduce: ({ to, value }, context) => verifyStore(context, to, value),
};

const verifyBody = (body: readonly Instruction[], axes: readonly number[], scope: Scope): void => {
  const context: Context = { body, axes, scope, types: [] };
  for (const instruction of body) {
    context.types.push(entryOf(rules, instruction.op)(instruction, context));
  }
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

/** What an ordered nest loads and stores, it loads first, at the same place. */
const verifyOnce = (body: readonly Instruction[]): void => {
  for (const [i, instruction] of body.entries()) {
    if (instruction.op !== "store") continue;
    const { to } = instruction;
    body.forEach((one, j) => {
      if (one.op !== "load" || one.from.buffer !== to.buffer) return;
      invariant(
        j < i && accessKey(one.from) === accessKey(to),
        `${to.buffer} is loaded elsewhere than it is stored`,
      );
    });
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
