/** What shape and dtype each primitive has, given its operands: the one place that knows. */
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import {
  binary,
  binaryNames,
  comparisonNames,
  cumulationNames,
  reductionNames,
  unary,
  unaryNames,
} from "./kinds.ts";
import type { Dtype, Node, OpName, Ops, Shape } from "./op.ts";
import { tabulate } from "./table.ts";

/** The type of a value. */
export interface Typed {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** The number of elements. */
export const elements = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

/** Distances between neighbours along each axis of a row-major array. */
export const stridesOf = (shape: Shape): readonly number[] => {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
};

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, axis) => n === b[axis]);

export const sameType = (a: Typed, b: Typed): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** `f32[4, 10]`, `i32[]`. */
export const showType = ({ shape, dtype }: Typed): string =>
  `${dtype === "float" ? "f32" : "i32"}[${shape.join(", ")}]`;

/** The common shape of elementwise operands of equal rank, where size 1 broadcasts. */
export const broadcastShapes = (a: Shape, b: Shape): Shape => {
  invariant(a.length === b.length, `ranks ${a.length} and ${b.length} differ`);
  return a.map((n, axis) => {
    const m = b[axis] ?? 1;
    invariant(n === m || n === 1 || m === 1, `axis ${axis} has sizes ${n} and ${m}`);
    return n === 1 ? m : n;
  });
};

/**
 * Type of a primitive applied to operands. `declared` is what the node itself says: the type of leaves, the
 * shape of `reshape` and `broadcast`. Throws `InternalError` on a broken rule.
 */
export const infer = <K extends OpName>(
  op: K,
  operands: Ops[K]["operands"],
  attrs: Ops[K]["attrs"],
  declared: Typed,
): Typed => {
  try {
    return rules[op](operands, attrs, declared);
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    const types = (operands as readonly Node[]).map(showType).join(", ");
    throw new InternalError(`${op} of (${types}): ${error.message}`);
  }
};

type Rules = {
  readonly [K in OpName]: (
    operands: Ops[K]["operands"],
    attrs: Ops[K]["attrs"],
    declared: Typed,
  ) => Typed;
};

const requireFloat = (...values: readonly Typed[]): void => {
  invariant(
    values.every((x) => x.dtype === "float"),
    "needs float",
  );
};

const requireAxis = (axis: number, rank: number): void => {
  invariant(Number.isInteger(axis) && axis >= 0 && axis < rank, `no axis ${axis} in rank ${rank}`);
};

const requireOne = (count: number, rank: number, what: string): void => {
  invariant(count === rank, `${count} ${what} for rank ${rank}`);
};

const isSize = (n: number): boolean => Number.isInteger(n) && n >= 0;

const leaf = (declared: Typed): Typed => {
  invariant(declared.shape.every(isSize), `[${declared.shape.join(", ")}] is no shape`);
  return { shape: declared.shape, dtype: declared.dtype };
};

const same = ([x]: readonly [Node]): Typed => ({
  shape: x.shape,
  dtype: x.dtype,
});

const float = ([x]: readonly [Node]): Typed => {
  requireFloat(x);
  return { shape: x.shape, dtype: "float" };
};

const pair = ([a, b]: readonly [Node, Node]): Typed => {
  invariant(a.dtype === b.dtype, "dtypes differ");
  return { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype };
};

const pairOfFloats = (operands: readonly [Node, Node]): Typed => {
  requireFloat(...operands);
  return pair(operands);
};

const truth = (operands: readonly [Node, Node]): Typed => ({
  shape: pair(operands).shape,
  dtype: "float",
});

const reduction = ([x]: readonly [Node], { axes }: { readonly axes: readonly number[] }): Typed => {
  for (const axis of axes) requireAxis(axis, x.shape.length);
  invariant(new Set(axes).size === axes.length, `axes [${axes.join(", ")}] repeat`);
  return {
    shape: x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
    dtype: x.dtype,
  };
};

const alongAxis = ([x]: readonly [Node], { axis }: { readonly axis: number }): Typed => {
  requireAxis(axis, x.shape.length);
  return { shape: x.shape, dtype: x.dtype };
};

/** How many windows fit; at least one must. */
const countOfWindows = (length: number, size: number, stride: number): number => {
  for (const n of [size, stride]) invariant(Number.isInteger(n) && n > 0, `windows of ${n}`);
  invariant(size <= length, `a window of ${size} in ${length}`);
  return Math.floor((length - size) / stride) + 1;
};

const requireLast = (x: Node): void => {
  invariant(x.shape.length > 0, "needs a last axis");
};

const batchAxes = (x: Node, indices: Node, batch: number): Shape => {
  invariant(indices.dtype === "int", "indices must be int");
  invariant(
    isSize(batch) && batch <= indices.shape.length && batch <= x.shape.length,
    `${batch} batch axes are more than there are`,
  );
  const shared = x.shape.slice(0, batch);
  invariant(sameShape(shared, indices.shape.slice(0, batch)), "batch axes differ");
  return shared;
};

const subscriptSizes = (sizes: Map<string, number>, subscripts: string, x: Node): void => {
  requireOne(subscripts.length, x.shape.length, `subscripts (${subscripts})`);
  invariant(new Set(subscripts).size === subscripts.length, `a subscript repeats in ${subscripts}`);
  Array.from(subscripts).forEach((subscript, axis) => {
    const size = x.shape[axis] ?? 1;
    const known = sizes.get(subscript) ?? size;
    invariant(known === size, `subscript ${subscript} has sizes ${known} and ${size}`);
    sizes.set(subscript, size);
  });
};

const requireTypes = (what: string, wanted: readonly Typed[], given: readonly Typed[]): void => {
  invariant(wanted.length === given.length, `${given.length} ${what}, not ${wanted.length}`);
  wanted.forEach((type, i) => {
    const value = given[i];
    invariant(
      value !== undefined && sameType(type, value),
      `${what} ${i} is ${value === undefined ? "absent" : showType(value)}, not ${showType(type)}`,
    );
  });
};

const rules: Rules = {
  input: (_, __, declared) => leaf(declared),
  constant: (_, __, declared) => leaf(declared),
  iota: (_, { axis }, declared) => {
    requireAxis(axis, declared.shape.length);
    return leaf(declared);
  },

  ...tabulate(unaryNames, (name) => (unary[name].takes === "floats" ? float : same)),
  stop: same,
  cast: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  ...tabulate(binaryNames, (name) => (binary[name].takes === "floats" ? pairOfFloats : pair)),
  ...tabulate(comparisonNames, () => truth),
  select: ([condition, a, b]) => {
    invariant(a.dtype === b.dtype, "dtypes differ");
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
    return { shape, dtype: a.dtype };
  },

  ...tabulate(reductionNames, () => reduction),
  amax: (operands, attrs) => {
    invariant(!operands[0].shape.includes(0), "maximum of nothing");
    return reduction(operands, attrs);
  },
  softmax: (operands) => {
    requireLast(operands[0]);
    return float(operands);
  },
  logSoftmax: (operands) => {
    requireLast(operands[0]);
    return float(operands);
  },
  logsumexp: ([x]) => {
    requireLast(x);
    requireFloat(x);
    return { shape: [...x.shape.slice(0, -1), 1], dtype: "float" };
  },
  ...tabulate(cumulationNames, () => alongAxis),
  argsort: ([x]) => {
    requireLast(x);
    return { shape: x.shape, dtype: "int" };
  },
  argmax: ([x]) => {
    requireLast(x);
    return { shape: x.shape.slice(0, -1), dtype: "int" };
  },

  onehot: ([x], { depth }) => {
    invariant(x.dtype === "int", "needs int");
    return { shape: [...x.shape, depth], dtype: "float" };
  },
  gather: ([x, indices], { batch }) => {
    const shared = batchAxes(x, indices, batch);
    requireAxis(batch, x.shape.length);
    const shape = [...shared, ...indices.shape.slice(batch), ...x.shape.slice(batch + 1)];
    return { shape, dtype: x.dtype };
  },
  scatterAdd: ([updates, indices], { batch, size }) => {
    const shared = batchAxes(updates, indices, batch);
    const rank = indices.shape.length;
    invariant(sameShape(updates.shape.slice(0, rank), indices.shape), "updates need index axes");
    return {
      shape: [...shared, size, ...updates.shape.slice(rank)],
      dtype: updates.dtype,
    };
  },

  reshape: ([x], _, { shape }) => {
    leaf({ shape, dtype: x.dtype });
    invariant(elements(shape) === elements(x.shape), `does not fit [${shape.join(", ")}]`);
    return { shape, dtype: x.dtype };
  },
  transpose: ([x], { permutation }) => {
    requireOne(permutation.length, x.shape.length, "axes");
    for (const axis of permutation) requireAxis(axis, x.shape.length);
    invariant(new Set(permutation).size === permutation.length, "not a permutation");
    return {
      shape: permutation.map((axis) => x.shape[axis] ?? 1),
      dtype: x.dtype,
    };
  },
  broadcast: ([x], _, { shape }) => {
    const result = broadcastShapes(x.shape, shape);
    invariant(sameShape(result, shape), `does not broadcast to [${shape.join(", ")}]`);
    return { shape, dtype: x.dtype };
  },
  concat: (xs, { axis }) => {
    const [first] = xs;
    invariant(first !== undefined, "of nothing");
    requireAxis(axis, first.shape.length);
    let size = 0;
    for (const x of xs) {
      invariant(x.dtype === first.dtype, "dtypes differ");
      invariant(sameShape(x.shape.with(axis, 0), first.shape.with(axis, 0)), "other axes differ");
      size += x.shape[axis] ?? 0;
    }
    return { shape: first.shape.with(axis, size), dtype: first.dtype };
  },
  slice: ([x], { begin, size }) => {
    requireOne(begin.length, x.shape.length, "begins");
    requireOne(size.length, x.shape.length, "sizes");
    x.shape.forEach((n, axis) => {
      const from = begin[axis] ?? 0;
      const count = size[axis] ?? 0;
      invariant(isSize(from) && isSize(count) && from + count <= n, `outside of axis ${axis}`);
    });
    return { shape: size, dtype: x.dtype };
  },
  pad: ([x], { before, after }) => {
    requireOne(before.length, x.shape.length, "pads before");
    requireOne(after.length, x.shape.length, "pads after");
    invariant([...before, ...after].every(isSize), "negative");
    const shape = x.shape.map((n, axis) => n + (before[axis] ?? 0) + (after[axis] ?? 0));
    return { shape, dtype: x.dtype };
  },
  reverse: alongAxis,
  windows: ([x], { axis, size, stride }) => {
    requireAxis(axis, x.shape.length);
    const count = countOfWindows(x.shape[axis] ?? 0, size, stride);
    return { shape: x.shape.toSpliced(axis, 1, count, size), dtype: x.dtype };
  },
  overlapAdd: ([x], { axis, length, stride }) => {
    requireAxis(axis + 1, x.shape.length);
    const count = countOfWindows(length, x.shape[axis + 1] ?? 0, stride);
    invariant(x.shape[axis] === count, `${count} windows are in ${length}`);
    return { shape: x.shape.toSpliced(axis, 2, length), dtype: x.dtype };
  },

  contract: ([a, b], attrs) => {
    requireFloat(a, b);
    const sizes = new Map<string, number>();
    subscriptSizes(sizes, attrs.a, a);
    subscriptSizes(sizes, attrs.b, b);
    for (const subscript of sizes.keys()) {
      const uses = [attrs.a, attrs.b, attrs.out].filter((subscripts) =>
        subscripts.includes(subscript),
      );
      invariant(uses.length >= 2, `subscript ${subscript} is in one operand only`);
    }
    invariant(new Set(attrs.out).size === attrs.out.length, `a subscript repeats in ${attrs.out}`);
    const shape = Array.from(attrs.out).map((subscript) => {
      const size = sizes.get(subscript);
      invariant(size !== undefined, `subscript ${subscript} is in no operand`);
      return size;
    });
    return { shape, dtype: "float" };
  },

  scan: (operands, { length, body }) => {
    invariant(Number.isInteger(length) && length > 0, `length ${length}`);
    const stepInputs = body.inputs.map(({ shape, dtype }) => ({
      shape: [length, ...shape],
      dtype,
    }));
    requireTypes("operands", [...body.carries, ...body.constants, ...stepInputs], operands);
    requireTypes("next carries", body.carries, body.nextCarries);
    return { shape: [], dtype: "float" };
  },
  project: ([tuple], { index }) => {
    invariant(tuple.op === "scan", "not a tuple");
    const { body, length } = tuple.attrs;
    const carry = body.carries[index];
    if (carry !== undefined) return { shape: carry.shape, dtype: carry.dtype };
    const output = body.outputs[index - body.carries.length];
    invariant(output !== undefined, `no component ${index}`);
    return { shape: [length, ...output.shape], dtype: output.dtype };
  },
};
