/** Typical kernels as text. */
import { expect, test } from "vitest";
import { emit } from "../../../src/code/emit/index.ts";
import { printKernel, printModule } from "../../../src/code/print.ts";
import type { CodeTarget } from "../../../src/code/code.ts";
import type {
  Access,
  BufferDeclaration,
  LoopProgram,
  Statement,
} from "../../../src/loops/program.ts";

const wide: CodeTarget = { lanes: 16, registers: 32 };
const narrow: CodeTarget = { lanes: 4, registers: 14 };

const access = (
  buffer: string,
  strides: readonly number[],
  steps: readonly number[] = [],
): Access => ({
  buffer,
  base: 0,
  strides,
  steps,
});

const buffer = (
  name: string,
  size: number,
  role: BufferDeclaration["role"] = "input",
): BufferDeclaration => ({
  name,
  dtype: "float",
  size,
  role,
});

const programOf = (
  buffers: readonly BufferDeclaration[],
  body: readonly Statement[],
  threads = 1,
): LoopProgram => ({
  buffers,
  body,
  threads,
  arena: 0,
});

const kernel = (program: LoopProgram, target: CodeTarget): string => {
  const [only] = emit(program, target).kernels;
  if (only === undefined) throw new Error("no kernel");
  return printKernel(only);
};

test("a bias is loaded once per row, the ragged end overlaps", () => {
  const program = programOf(
    [buffer("x", 500), buffer("bias", 10), buffer("y", 500, "output")],
    [
      {
        kind: "nest",
        axes: [10, 50],
        reduced: 0,
        origin: "z.mean",
        body: [
          { op: "load", dtype: "float", from: access("x", [50, 1]) },
          { op: "load", dtype: "float", from: access("bias", [1, 0]) },
          { op: "binary", name: "add", a: 0, b: 1 },
          { op: "unary", name: "exp", of: 2 },
          { op: "store", value: 3, to: access("y", [50, 1]) },
        ],
      },
    ],
  );
  expect(kernel(program, wide)).toMatchInlineSnapshot(`
    "kernel k0, 1000 flops  // z.mean
      for i in 0..10
        x1: f32x16 = bias[i]...
        for j in 0..50 step 16 overlap
          x0: f32x16 = x[50i + j]x16
          x2: f32x16 = x0 + x1
          x3: f32x16 = exp(x2)
          y[50i + j]x16 <- x3"
  `);
});

test("a row's sum: several accumulators, then one, then the lanes that are left", () => {
  const program = programOf(
    [buffer("x", 1000), buffer("y", 4, "output")],
    [
      {
        kind: "nest",
        axes: [4, 250],
        reduced: 1,
        body: [
          { op: "load", dtype: "float", from: access("x", [250, 1]) },
          { op: "binary", name: "mul", a: 0, b: 0 },
          { op: "reduce", name: "add", value: 1, to: access("y", [1, 0]) },
        ],
      },
    ],
  );
  expect(kernel(program, wide)).toMatchInlineSnapshot(`
    "kernel k0, 2000 flops
      for i in 0..4
        var sum2: f32x16 = 0x16
        var sum2_1: f32x16 = 0x16
        var sum2_2: f32x16 = 0x16
        var sum2_3: f32x16 = 0x16
        for j in 0..192 step 64
          x0: f32x16 = x[250i + j]x16
          sum2 := fma(x0, x0, sum2)
          x0_1: f32x16 = x[250i + j + 16]x16
          sum2_1 := fma(x0_1, x0_1, sum2_1)
          x0_2: f32x16 = x[250i + j + 32]x16
          sum2_2 := fma(x0_2, x0_2, sum2_2)
          x0_3: f32x16 = x[250i + j + 48]x16
          sum2_3 := fma(x0_3, x0_3, sum2_3)
        for j_1 in 192..240 step 16
          x0_4: f32x16 = x[250i + j_1]x16
          sum2 := fma(x0_4, x0_4, sum2)
        x0_5: f32x16 = x[250i + 234]x16
        sum2 := sum2 + select(rampx16 < 6x16, 0x16, x0_5 * x0_5)
        y[i] <- across add((sum2 + sum2_1) + (sum2_2 + sum2_3))"
  `);
});

test("a transposition goes in blocks", () => {
  const program = programOf(
    [buffer("x", 800), buffer("y", 800, "output")],
    [
      {
        kind: "nest",
        axes: [40, 20],
        reduced: 0,
        body: [
          { op: "load", dtype: "float", from: access("x", [1, 40]) },
          { op: "store", value: 0, to: access("y", [20, 1]) },
        ],
      },
    ],
  );
  expect(kernel(program, wide)).toMatchInlineSnapshot(`
    "kernel k0, 0 flops
      for i in 0..40 step 16 overlap
        for j in 0..20 step 16 overlap
          for j_1 in 0..16
            x0: f32x16 = x[i + 40j + 40j_1]x16
            y[20i + j + j_1]x16 by 20 <- x0"
  `);
});

const productIn = (rows: number, partitioned?: number): readonly Statement[] => [
  {
    kind: "loop",
    length: 7,
    reverse: false,
    body: [
      {
        kind: "product",
        axes: [rows, 12],
        row: 0,
        column: 1,
        terms: [
          { inner: [9], a: access("a", [9, 0, 1], [9 * rows]), b: access("b", [0, 1, 12], [0]) },
        ],
        body: [
          { op: "product" },
          { op: "load", dtype: "float", from: access("bias", [0, 1], [0]) },
          { op: "binary", name: "add", a: 0, b: 1 },
          { op: "unary", name: "tanh", of: 2 },
          { op: "store", value: 3, to: access("y", [12, 1], [12 * rows]) },
        ],
        ...(partitioned === undefined ? {} : { partitioned }),
      },
    ],
  },
];

const productBuffers = (rows: number): readonly BufferDeclaration[] => [
  buffer("a", 63 * rows),
  buffer("b", 108),
  buffer("bias", 12),
  buffer("y", 84 * rows, "output"),
];

test("a product in a time loop: a tile of sums, then tanh row by row", () => {
  const module = emit(programOf(productBuffers(4), productIn(4)), narrow);
  expect(printModule(module)).toMatchInlineSnapshot(`
    "module of 4 arguments, arena 0, threads 1
    f32[252] a is argument 0
    f32[108] b is argument 1
    f32[12] bias is argument 2
    f32[336] y is argument 3
    functions exp, tanh
    kernel k0 at t, 960 flops
      var sum: f32x4 = 0x4
      var sum_1: f32x4 = 0x4
      var sum_2: f32x4 = 0x4
      var sum_3: f32x4 = 0x4
      var sum_4: f32x4 = 0x4
      var sum_5: f32x4 = 0x4
      var sum_6: f32x4 = 0x4
      var sum_7: f32x4 = 0x4
      for k in 0..9
        b: f32x4 = b[12k]x4
        b_1: f32x4 = b[12k + 4]x4
        a: f32x4 = a[36t + k]...
        sum := fma(a, b, sum)
        sum_1 := fma(a, b_1, sum_1)
        a_1: f32x4 = a[36t + k + 9]...
        sum_2 := fma(a_1, b, sum_2)
        sum_3 := fma(a_1, b_1, sum_3)
        a_2: f32x4 = a[36t + k + 18]...
        sum_4 := fma(a_2, b, sum_4)
        sum_5 := fma(a_2, b_1, sum_5)
        a_3: f32x4 = a[36t + k + 27]...
        sum_6 := fma(a_3, b, sum_6)
        sum_7 := fma(a_3, b_1, sum_7)
      y[48t]x4 <- sum
      y[48t + 4]x4 <- sum_1
      y[48t + 12]x4 <- sum_2
      y[48t + 16]x4 <- sum_3
      y[48t + 24]x4 <- sum_4
      y[48t + 28]x4 <- sum_5
      y[48t + 36]x4 <- sum_6
      y[48t + 40]x4 <- sum_7
      var sum_8: f32x4 = 0x4
      var sum_9: f32x4 = 0x4
      var sum_10: f32x4 = 0x4
      var sum_11: f32x4 = 0x4
      for k_1 in 0..9
        b_2: f32x4 = b[12k_1 + 8]x4
        a_4: f32x4 = a[36t + k_1]...
        sum_8 := fma(a_4, b_2, sum_8)
        a_5: f32x4 = a[36t + k_1 + 9]...
        sum_9 := fma(a_5, b_2, sum_9)
        a_6: f32x4 = a[36t + k_1 + 18]...
        sum_10 := fma(a_6, b_2, sum_10)
        a_7: f32x4 = a[36t + k_1 + 27]...
        sum_11 := fma(a_7, b_2, sum_11)
      y[48t + 8]x4 <- sum_8
      y[48t + 20]x4 <- sum_9
      y[48t + 32]x4 <- sum_10
      y[48t + 44]x4 <- sum_11
      for i in 0..4
        for j in 0..12 step 4
          x0: f32x4 = y[48t + 12i + j]x4
          x1: f32x4 = bias[j]x4
          x2: f32x4 = x0 + x1
          x3: f32x4 = tanh(x2)
          y[48t + 12i + j]x4 <- x3
    schedule
      for t in 7
        run k0"
  `);
});

test("equal parts of rows have tiles of known size", () => {
  const text = kernel(programOf(productBuffers(6), productIn(6, 0), 2), narrow);
  expect(text.split("\n").slice(0, 4).join("\n")).toMatchInlineSnapshot(`
    "kernel k0 at t, 1440 flops
      for i in part of 6 step 3
        var sum: f32x4 = 0x4
        var sum_1: f32x4 = 0x4"
  `);
});
