/** What typical patterns become. */
import { expect, test } from "vitest";
import * as build from "../../../src/graph/build.ts";
import type { Node } from "../../../src/graph/op.ts";
import { topological } from "../../../src/graph/walk.ts";
import { lower } from "../../../src/loops/lower/index.ts";
import { optimiseLoops } from "../../../src/loops/passes/index.ts";
import { printProgram } from "../../../src/loops/print.ts";
import { verifyProgram } from "../../../src/loops/verify.ts";

const input = build.input;

/** The optimised program's statements as text. */
const optimised = (outputs: Readonly<Record<string, Node>>): string => {
  const nodes = Object.values(outputs);
  const inputs = topological(nodes).filter((node) => node.op === "input");
  const program = optimiseLoops(lower({ inputs, outputs: new Map(Object.entries(outputs)) }));
  verifyProgram(program);
  const kept = printProgram({
    ...program,
    buffers: program.buffers.filter(({ role }) => role === "temporary"),
  });
  return `\n${kept}\n`;
};

const linear = (x: Node, weight: Node): Node => build.contract(x, weight, "bi,io->bo");

test("bias and activation are the epilogue of a product", () => {
  const x = input("x", [6, 8]);
  const y = build.relu(build.add(linear(x, input("w", [8, 16])), input("b", [1, 16])));
  expect(optimised({ y })).toMatchInlineSnapshot(`
    "
    product i:6 j:16 row i column j
      sum k:8 x[8i + k] * w[j + 16k]
      %0 = product
      %1 = b[j]
      %2 = add %0 %1
      %3 = relu %2
      y'[16i + j] = %3
    "
  `);
});

test("a sum of products is one product", () => {
  const a = linear(input("x", [6, 8]), input("w", [8, 16]));
  const b = linear(input("h", [6, 4]), input("u", [4, 16]));
  const y = build.tanh(build.add(build.add(a, input("b", [1, 16])), b));
  expect(optimised({ y })).toMatchInlineSnapshot(`
    "
    product i:6 j:16 row i column j
      sum k:8 x[8i + k] * w[j + 16k]
      sum k:4 h[4i + k] * u[j + 16k]
      %0 = product
      %1 = b[j]
      %2 = add %1 %0
      %3 = tanh %2
      y'[16i + j] = %3
    "
  `);
});

test("a product that is used otherwise too stays out of a sum", () => {
  const a = linear(input("x", [6, 8]), input("w", [8, 16]));
  const b = linear(input("h", [6, 4]), input("u", [4, 16]));
  expect(optimised({ y: build.tanh(a), z: build.add(b, a) })).toMatchInlineSnapshot(`
    "
    temporary f32[96] contract#0
    product i:6 j:16 row i column j
      sum k:8 x[8i + k] * w[j + 16k]
      %0 = product
      contract#0[16i + j] = %0
      %2 = tanh %0
      y'[16i + j] = %2
    product i:6 j:16 row i column j
      sum k:4 h[4i + k] * u[j + 16k]
      %0 = product
      %1 = contract#0[16i + j]
      %2 = add %0 %1
      z'[16i + j] = %2
    "
  `);
});

test("softmax reads its operand twice", () => {
  expect(optimised({ y: build.softmax(input("x", [6, 8])) })).toMatchInlineSnapshot(`
    "
    temporary f32[6] softmax#0
    temporary f32[48] softmax#1
    temporary f32[6] softmax#2
    nest i:6 over j:8
      %0 = x[8i + j]
      softmax#0[i] = max %0
    nest i:6 over j:8
      %0 = x[8i + j]
      %1 = softmax#0[i]
      %2 = equal %0 %1
      %3 = 0
      %4 = sub %0 %1
      %5 = select %2 %3 %4
      %6 = exp %5
      softmax#1[8i + j] = %6
      softmax#2[i] = add %6
    nest i:6 j:8
      %0 = softmax#1[8i + j]
      %1 = softmax#2[i]
      %2 = div %0 %1
      y'[8i + j] = %2
    "
  `);
});

test("an update is the last statement, in place: whole lines, then the rest", () => {
  const [w, d] = [input("w", [7, 5]), input("d", [7, 5])] as const;
  const outputs = new Map([
    ["w", build.sub(w, d)],
    ["y", build.contract(w, input("x", [5, 3]), "ij,jk->ik")],
  ]);
  const inputs = topological([...outputs.values()]).filter((node) => node.op === "input");
  const graph = { inputs, outputs, donated: new Set(["w"]) };
  const program = optimiseLoops(lower(graph));
  verifyProgram(program);
  expect(`\n${printProgram(program)}\n`).toMatchInlineSnapshot(`
    "
    state f32[35] w
    input f32[35] d
    input f32[15] x
    output f32[21] y'
    nest i:7 j:3 over k:5
      %0 = w[5i + k]
      %1 = x[j + 3k]
      %2 = mul %0 %1
      y'[3i + j] = add %2
    nest i:2 j:16 ordered
      %0 = w[16i + j]
      %1 = d[16i + j]
      %2 = sub %0 %1
      w[16i + j] = %2
    nest i:3 ordered
      %0 = w[i + 32]
      %1 = d[i + 32]
      %2 = sub %0 %1
      w[i + 32] = %2
    "
  `);
});

test("an Adam update is one nest", () => {
  const of = (name: string): Node => input(name, [8, 16]);
  const [p, g, m, v] = [of("p"), of("g"), of("m"), of("v")] as const;
  const mean = build.add(build.mul(m, 0.9), build.mul(g, 0.1));
  const square = build.add(build.mul(v, 0.99), build.mul(build.square(g), 0.01));
  const step = build.div(mean, build.add(build.sqrt(square), 1e-8));
  expect(optimised({ m: mean, v: square, p: build.sub(p, build.mul(step, 0.001)) }))
    .toMatchInlineSnapshot(`
    "
    nest i:128
      %0 = g[i]
      %1 = 0.1
      %2 = mul %0 %1
      %3 = m[i]
      %4 = 0.9
      %5 = mul %3 %4
      %6 = add %5 %2
      m'[i] = %6
      %8 = square %0
      %9 = 0.01
      %10 = mul %8 %9
      %11 = v[i]
      %12 = 0.99
      %13 = mul %11 %12
      %14 = add %13 %10
      v'[i] = %14
      %16 = sqrt %14
      %17 = 1e-8
      %18 = add %16 %17
      %19 = div %6 %18
      %20 = 0.001
      %21 = mul %19 %20
      %22 = p[i]
      %23 = sub %22 %21
      p'[i] = %23
    "
  `);
});

test("an Adam update is the epilogue of its gradient's product", () => {
  const g = build.contract(input("x", [32, 8]), input("d", [32, 16]), "bi,bo->io");
  const mean = build.add(build.mul(input("m", [8, 16]), 0.9), build.mul(g, 0.1));
  const p = build.sub(input("p", [8, 16]), build.mul(mean, 0.001));
  expect(optimised({ m: mean, p })).toMatchInlineSnapshot(`
    "
    product i:8 j:16 row i column j
      sum k:32 x[i + 8k] * d[j + 16k]
      %0 = product
      %1 = m[16i + j]
      %2 = 0.9
      %3 = mul %1 %2
      %4 = 0.1
      %5 = mul %0 %4
      %6 = add %3 %5
      m'[16i + j] = %6
      %8 = 0.001
      %9 = mul %6 %8
      %10 = p[16i + j]
      %11 = sub %10 %9
      p'[16i + j] = %11
    "
  `);
});

test("parts of a concatenation and zeros around are stored in their places", () => {
  const x = input("x", [6, 8]);
  const both = build.concat([build.tanh(x), linear(x, input("w", [8, 4]))], 1);
  expect(optimised({ y: build.pad(both, [1, 0], [0, 2]) })).toMatchInlineSnapshot(`
    "
    nest i:6 j:8
      %0 = x[8i + j]
      %1 = tanh %0
      y'[14i + j + 14] = %1
    product i:6 j:4 row i column j
      sum k:8 x[8i + k] * w[j + 4k]
      %0 = product
      y'[14i + j + 22] = %0
    nest i:14
      %0 = 0
      y'[i] = %0
    nest i:6 j:2
      %0 = 0
      y'[14i + j + 26] = %0
    "
  `);
});

test("a cell of an LSTM is a product and a nest", () => {
  const [B, H] = [4, 8];
  const h = input("h", [B, H]);
  const c = input("c", [B, H]);
  const x = input("x", [B, 4 * H]);
  const u = input("u", [H, 4 * H]);
  const gates = build.add(x, linear(h, u));
  const gate = (i: number): Node => build.slice(gates, [0, i * H], [B, H]);
  const next = build.add(
    build.mul(build.sigmoid(gate(0)), c),
    build.mul(build.sigmoid(gate(1)), build.tanh(gate(2))),
  );
  const nextH = build.mul(build.sigmoid(gate(3)), build.tanh(next));
  const [, , stacked] = build.scan({
    length: 5,
    reverse: false,
    body: {
      carries: [h, c],
      constants: [u],
      inputs: [x],
      nextCarries: [nextH, next],
      outputs: [nextH],
    },
    carries: [input("h0", [B, H]), input("c0", [B, H])],
    constants: [input("weight", [H, 4 * H])],
    inputs: [input("xs", [5, B, 4 * H])],
  });
  expect(stacked && optimised({ hs: stacked })).toMatchInlineSnapshot(`
    "
    temporary f32[192] h#0
    temporary f32[32] c#0
    temporary f32[128] add#0
    temporary f32[32] mul#0
    nest i:32
      %0 = h0[i]
      h#0[i] = %0
    nest i:32
      %0 = c0[i]
      c#0[i] = %0
    for t in 5
      product i:4 j:32 row i column j
        sum k:8 h#0[32t + 8i + k] * weight[j + 32k]
        %0 = product
        %1 = xs[128t + 32i + j]
        %2 = add %1 %0
        add#0[32i + j] = %2
      nest i:4 j:8
        %0 = add#0[32i + j]
        %1 = sigmoid %0
        %2 = c#0[8i + j]
        %3 = mul %1 %2
        mul#0[8i + j] = %3
      nest i:4 j:8
        %0 = add#0[32i + j + 16]
        %1 = tanh %0
        %2 = add#0[32i + j + 8]
        %3 = sigmoid %2
        %4 = mul %3 %1
        %5 = mul#0[8i + j]
        %6 = add %5 %4
        c#0[8i + j] = %6
        %8 = tanh %6
        %9 = add#0[32i + j + 24]
        %10 = sigmoid %9
        %11 = mul %10 %8
        h#0[32t + 8i + j + 32] = %11
    nest i:160
      %0 = h#0[i + 32]
      hs'[i] = %0
    "
  `);
});

test("a queue in a loop moves nothing", () => {
  const queue = input("queue", [2, 3, 4]);
  const x = input("x", [2, 1, 4]);
  const entering = build.tanh(x);
  const next = build.concat([build.slice(queue, [0, 1, 0], [2, 2, 4]), entering], 1);
  const [, sums] = build.scan({
    length: 5,
    reverse: false,
    body: {
      carries: [queue],
      constants: [],
      inputs: [x],
      nextCarries: [next],
      outputs: [build.sum(queue, [1])],
    },
    carries: [build.constant(0, [2, 3, 4])],
    constants: [],
    inputs: [input("xs", [5, 2, 1, 4])],
  });
  expect(sums && optimised({ sums })).toMatchInlineSnapshot(`
    "
    temporary f32[64] queue#0
    nest i:24
      %0 = 0
      queue#0[i] = %0
    for t in 5
      nest i:2 j:4
        %0 = xs[8t + 4i + j]
        %1 = tanh %0
        queue#0[8t + 4i + j + 24] = %1
      nest i:2 j:4 over k:3
        %0 = queue#0[8t + 4i + j + 8k]
        sums'[8t + 4i + j] = add %0
    "
  `);
});
