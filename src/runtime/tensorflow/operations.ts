/** Each primitive as operations of native TensorFlow. */
import type { CumulationName, ReductionName } from "../../graph/kinds.ts";
import type { Node, NodeOf, OpName, Shape } from "../../graph/op.ts";
import { elements, sameShape } from "../../graph/shapes.ts";
import { planContraction, type Arranged } from "../tfjs/contract.ts";
import type { Evaluated, WithoutTensorKernel } from "../tfjs/device.ts";
import { elementwise, elementwiseNames } from "./elementwise.ts";
import {
  bool,
  int,
  recipe,
  type,
  type OperationName,
  type Recipe,
  type Ref,
  type Writer,
} from "./recipe.ts";
import { entryOf, tabulate } from "../../graph/table.ts";

type Typed = Pick<Node, "shape" | "dtype">;

const simple =
  (name: OperationName) =>
  ({ operands, dtype }: Typed & { readonly operands: readonly Node[] }): Recipe =>
    recipe(operands.length, ({ call }) =>
      call(
        name,
        operands.map((_, i) => i),
        { T: type(dtype) },
      ),
    );

/** Comparisons make booleans, which no primitive knows. */
const comparison =
  (name: OperationName) =>
  ({ operands: [a] }: { readonly operands: readonly [Node, Node] }): Recipe =>
    recipe(2, ({ call }) => {
      const truth = call(name, [0, 1], { T: type(a.dtype) });
      call("Cast", [truth], { SrcT: type("bool"), DstT: type("float") });
    });

const reduce = (
  { call, ints }: Writer,
  name: OperationName,
  x: Ref,
  dtype: Node["dtype"],
  axes: readonly number[],
): Ref =>
  call(name, [x, ints(...axes)], { T: type(dtype), Tidx: type("int"), keep_dims: bool(true) });

const reduction =
  (name: OperationName) =>
  ({ dtype, attrs: { axes } }: NodeOf<ReductionName>): Recipe =>
    recipe(1, (writer) => reduce(writer, name, 0, dtype, axes));

const cumulation =
  (name: OperationName) =>
  ({ dtype, attrs: { axis, exclusive, reverse } }: NodeOf<CumulationName>): Recipe =>
    recipe(1, ({ call, constant }) =>
      call(name, [0, constant("int", [], [axis])], {
        T: type(dtype),
        Tidx: type("int"),
        exclusive: bool(exclusive),
        reverse: bool(reverse),
      }),
    );

const reshape = ({ call, ints }: Writer, x: Ref, dtype: Node["dtype"], shape: Shape): Ref =>
  call("Reshape", [x, ints(...shape)], { T: type(dtype), Tshape: type("int") });

const transpose = (
  { call, ints }: Writer,
  x: Ref,
  dtype: Node["dtype"],
  permutation: readonly number[],
): Ref => call("Transpose", [x, ints(...permutation)], { T: type(dtype), Tperm: type("int") });

/** Where the elements of `count` windows of `size` lie along their axis. */
const windowPlaces = ([count = 0, size = 0]: Shape, stride: number): readonly number[] =>
  Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * stride + (i % size));

const lastAxis = ({ shape }: Typed): number => shape.length - 1;

type AlongLast = NodeOf<"softmax" | "logSoftmax" | "logsumexp">;

/** How far elements are above the highest of their row, which is at 0 also where it is infinite. */
const belowHighest = (
  writer: Writer,
  { operands: [x] }: AlongLast,
): { readonly highest: Ref; readonly below: Ref } => {
  const { call, constant } = writer;
  const T = { T: type("float") };
  const highest = reduce(writer, "Max", 0, "float", [lastAxis(x)]);
  const zero = constant("float", [], [0]);
  const below = call(
    "SelectV2",
    [call("Equal", [0, highest], T), zero, call("Sub", [0, highest], T)],
    T,
  );
  return { highest, below };
};

const sumOfExp = (writer: Writer, { operands: [x] }: AlongLast, below: Ref): Ref => {
  const powers = writer.call("Exp", [below], { T: type("float") });
  return reduce(writer, "Sum", powers, "float", [lastAxis(x)]);
};

/** `value` of a float, but `atZero` of 0 and NaN below. */
const fromZero = (atZero: number, value: (writer: Writer) => Ref) => (): Recipe =>
  recipe(1, (writer) => {
    const { call, constant } = writer;
    const T = { T: type("float") };
    const zero = constant("float", [], [0]);
    const below = constant("float", [], [Number.NaN]);
    const above = call("SelectV2", [call("Greater", [zero, 0], T), below, value(writer)], T);
    const end = constant("float", [], [atZero]);
    call("SelectV2", [call("Equal", [0, zero], T), end, above], T);
  });

type Operations = {
  readonly [K in Exclude<OpName, WithoutTensorKernel>]: (node: NodeOf<K>) => Recipe;
};

const operations: Operations = {
  ...tabulate(elementwiseNames, (name) => simple(elementwise[name].operation)),
  lgamma: fromZero(Number.POSITIVE_INFINITY, ({ call }) =>
    call("Lgamma", [0], { T: type("float") }),
  ),
  digamma: fromZero(Number.NEGATIVE_INFINITY, ({ call }) =>
    call("Digamma", [0], { T: type("float") }),
  ),
  // Σ 1 / (x + n)²
  trigamma: fromZero(Number.POSITIVE_INFINITY, ({ call, constant }) =>
    call("Zeta", [constant("float", [], [2]), 0], { T: type("float") }),
  ),
  cast: ({ operands: [x], dtype }) =>
    recipe(1, ({ call }) => call("Cast", [0], { SrcT: type(x.dtype), DstT: type(dtype) })),
  greater: comparison("Greater"),
  equal: comparison("Equal"),
  select: ({ operands: [condition, a, b], shape, dtype }) =>
    recipe(3, (writer) => {
      const { call, constant } = writer;
      // Of two whole tensors, `Select` copies the one that a scalar tells.
      const isScalar =
        elements(condition.shape) === 1 && [a, b].every((x) => sameShape(x.shape, shape));
      const given = isScalar ? reshape(writer, 0, condition.dtype, []) : 0;
      const zero = constant(condition.dtype, [], [0]);
      const truth = call("NotEqual", [given, zero], { T: type(condition.dtype) });
      call(isScalar ? "Select" : "SelectV2", [truth, 1, 2], { T: type(dtype) });
    }),

  sum: reduction("Sum"),
  prod: reduction("Prod"),
  amax: reduction("Max"),
  softmax: (node) =>
    recipe(1, (writer) => {
      const { below } = belowHighest(writer, node);
      writer.call("Softmax", [below], { T: type("float") });
    }),
  logSoftmax: (node) =>
    recipe(1, (writer) => {
      const { call, constant } = writer;
      const T = { T: type("float") };
      const { below } = belowHighest(writer, node);
      const value = call("Sub", [below, call("Log", [sumOfExp(writer, node, below)], T)], T);
      const never = call("Equal", [0, constant("float", [], [Number.NEGATIVE_INFINITY])], T);
      call("SelectV2", [never, 0, value], T);
    }),
  logsumexp: (node) =>
    recipe(1, (writer) => {
      const { call } = writer;
      const T = { T: type("float") };
      const { highest, below } = belowHighest(writer, node);
      call("AddV2", [call("Log", [sumOfExp(writer, node, below)], T), highest], T);
    }),
  cumsum: cumulation("Cumsum"),
  cumprod: cumulation("Cumprod"),
  argsort: ({ operands: [x], shape }) =>
    recipe(1, ({ call, constant }) => {
      // The largest of the negated, of which TensorFlow promises ties in their order.
      const size = constant("int", [], [shape.at(-1) ?? 1]);
      const negated = call("Neg", [0], { T: type(x.dtype) });
      call("TopKV2", [negated, size], { sorted: bool(true), T: type(x.dtype) }, 2);
    }),
  argmax: ({ operands: [x] }) =>
    recipe(1, ({ call, constant }) =>
      call("ArgMax", [0, constant("int", [], [lastAxis(x)])], {
        T: type(x.dtype),
        Tidx: type("int"),
        output_type: type("int"),
      }),
    ),

  onehot: ({ attrs: { depth } }) =>
    recipe(1, ({ call, constant }) => {
      const scalars = [
        constant("int", [], [depth]),
        constant("float", [], [1]),
        constant("float", [], [0]),
      ];
      call("OneHot", [0, ...scalars], { axis: int(-1), T: type("float"), TI: type("int") });
    }),
  gather: ({ attrs: { batch }, dtype }) =>
    recipe(2, ({ call, constant }) =>
      call("GatherV2", [0, 1, constant("int", [], [batch])], {
        batch_dims: int(batch),
        Tparams: type(dtype),
        Tindices: type("int"),
        Taxis: type("int"),
      }),
    ),
  scatterAdd: ({ operands: [updates, indices], attrs: { batch, size }, dtype, shape }) =>
    recipe(2, (writer) => {
      const { call, constant } = writer;
      const batches = elements(indices.shape.slice(0, batch));
      const count = elements(indices.shape.slice(batch));
      const rest = updates.shape.slice(indices.shape.length);
      // One segment for each place of each batch.
      const offsets = constant(
        "int",
        [batches, 1],
        Array.from({ length: batches }, (_, i) => i * size),
      );
      const within = reshape(writer, 1, "int", [batches, count]);
      const places = call("AddV2", [within, offsets], { T: type("int") });
      const flat = reshape(writer, places, "int", [batches * count]);
      const rows = reshape(writer, 0, dtype, [batches * count, ...rest]);
      const sums = call("UnsortedSegmentSum", [rows, flat, constant("int", [], [batches * size])], {
        T: type(dtype),
        Tindices: type("int"),
        Tnumsegments: type("int"),
      });
      reshape(writer, sums, dtype, shape);
    }),

  reshape: ({ shape, dtype }) => recipe(1, (writer) => reshape(writer, 0, dtype, shape)),
  transpose: ({ dtype, attrs: { permutation } }) =>
    recipe(1, (writer) => transpose(writer, 0, dtype, permutation)),
  broadcast: ({ shape, dtype }) =>
    recipe(1, ({ call, ints }) =>
      call("BroadcastTo", [0, ints(...shape)], { T: type(dtype), Tidx: type("int") }),
    ),
  concat: ({ operands, attrs: { axis }, dtype }) =>
    recipe(operands.length, ({ call, constant }) =>
      call("ConcatV2", [...operands.keys(), constant("int", [], [axis])], {
        N: int(operands.length),
        T: type(dtype),
        Tidx: type("int"),
      }),
    ),
  slice: ({ attrs: { begin, size }, dtype }) =>
    recipe(1, ({ call, ints }) =>
      call("Slice", [0, ints(...begin), ints(...size)], { T: type(dtype), Index: type("int") }),
    ),
  pad: ({ attrs: { before, after }, dtype }) =>
    recipe(1, ({ call, constant }) => {
      const around = before.flatMap((count, axis) => [count, after[axis] ?? 0]);
      const paddings = constant("int", [before.length, 2], around);
      call("Pad", [0, paddings], { T: type(dtype), Tpaddings: type("int") });
    }),
  reverse: ({ attrs: { axis }, dtype }) =>
    recipe(1, ({ call, ints }) =>
      call("ReverseV2", [0, ints(axis)], { T: type(dtype), Tidx: type("int") }),
    ),
  windows: ({ attrs: { axis, stride }, dtype, shape }) =>
    recipe(1, ({ call, constant }) => {
      const places = windowPlaces(shape.slice(axis, axis + 2), stride);
      const indices = constant("int", shape.slice(axis, axis + 2), places);
      call("GatherV2", [0, indices, constant("int", [], [axis])], {
        batch_dims: int(0),
        Tparams: type(dtype),
        Tindices: type("int"),
        Taxis: type("int"),
      });
    }),
  overlapAdd: ({ operands: [x], attrs: { axis, length, stride }, dtype, shape }) =>
    recipe(1, (writer) => {
      const { call, constant } = writer;
      // Segments are summed along the first axes.
      const others = x.shape.flatMap((_, other) =>
        other === axis || other === axis + 1 ? [] : other,
      );
      const first = transpose(writer, 0, dtype, [axis, axis + 1, ...others]);
      const sizes = x.shape.slice(axis, axis + 2);
      const places = constant("int", sizes, windowPlaces(sizes, stride));
      const sums = call("UnsortedSegmentSum", [first, places, constant("int", [], [length])], {
        T: type(dtype),
        Tindices: type("int"),
        Tnumsegments: type("int"),
      });
      const back = shape.map((_, to) => (to < axis ? to + 1 : to === axis ? 0 : to));
      transpose(writer, sums, dtype, back);
    }),

  contract: (node) =>
    recipe(2, (writer) => {
      const plan = planContraction(node, true);
      // Without batches, products of plain matrices need no reshapes around them.
      const plain = plan.first.shape[0] === 1;
      const fit = (x: Ref, from: Shape, to: Shape): Ref =>
        sameShape(from, to) ? x : reshape(writer, x, "float", to);
      const operand = ({ permutation, shape }: Arranged, x: 0 | 1): Ref => {
        const matrix = plain ? shape.slice(1) : shape;
        const given = node.operands[x].shape;
        if (permutation === undefined) return fit(x, given, matrix);
        const moved = transpose(writer, x, "float", permutation);
        const arranged = permutation.map((axis) => given[axis] ?? 1);
        return fit(moved, arranged, matrix);
      };
      const a = operand(plan.first, plan.swapped ? 1 : 0);
      const b = operand(plan.second, plan.swapped ? 0 : 1);
      const product =
        plan.kind === "elementwise"
          ? writer.call("Mul", [a, b], { T: type("float") })
          : writer.call("BatchMatMulV2", [a, b], {
              T: type("float"),
              adj_x: bool(plan.first.adjoint),
              adj_y: bool(plan.second.adjoint),
            });
      const shaped = fit(product, plan.product.slice(plain ? 1 : 0), plan.shape);
      if (plan.permutation !== undefined) transpose(writer, shaped, "float", plan.permutation);
    }),
};

/** The operations of a node, whatever its primitive. */
export const recipeOf = (node: Evaluated): Recipe => entryOf(operations, node.op)(node);
