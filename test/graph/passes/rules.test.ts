import { describe, expect, test } from "vitest";
import * as build from "../../../src/graph/build.ts";
import { fold } from "../../../src/graph/passes/fold.ts";
import type { Node } from "../../../src/graph/op.ts";
import { expression } from "./expression.ts";

const {
  abs,
  add,
  amax,
  broadcast,
  cast,
  concat,
  constant,
  contract,
  cumprod,
  cumsum,
  div,
  exp,
  iota,
  input,
  log,
  logsumexp,
  max,
  mul,
  neg,
  pad,
  pow,
  prod,
  reciprocal,
  reshape,
  reverse,
  select,
  slice,
  softmax,
  square,
  stop,
  sub,
  sum,
  transpose,
} = build;

const x = input("x", [2, 3]);
const y = input("y", [2, 3]);
const row = input("row", [1, 3]);
const column = input("column", [2, 1]);
const cube = input("cube", [2, 3, 4]);
const n = input("n", [2, 3], "int");
const w = input("w", [3, 4]);

/** What the rules make of it, and what that must be. */
type Case = readonly [name: string, node: Node, expected: string];

const run = (cases: readonly Case[]): void => {
  test.each(cases)("%s", (_, node, expected) => {
    const [folded] = fold([node]);
    expect(folded && expression(folded)).toBe(expected);
    expect(folded?.shape).toEqual(node.shape);
    expect(folded?.dtype).toBe(node.dtype);
  });
};

describe("elementwise", () => {
  run([
    ["constants are computed", add(constant(2, [2, 3]), 3), "5[2, 3]"],
    ["x + 0", add(x, 0), "x"],
    ["0 + x, broadcast", add(constant(0, [2, 3]), row), "broadcast[2, 3](row)"],
    ["x · 1", mul(1, x), "x"],
    ["x · 0 is a symbolic zero", mul(log(x), 0), "0[2, 3]"],
    ["x · -1", mul(x, -1), "neg(x)"],
    ["x / 1", div(x, 1), "x"],
    ["x / 4", div(x, 4), "mul(x, 0.25)"],
    ["1 / x", div(1, x), "reciprocal(x)"],
    ["x / 0 stays", div(x, 0), "div(x, 0)"],
    ["0 - x", sub(0, x), "neg(x)"],
    ["x - 2", sub(x, 2), "add(x, -2)"],
    ["(x + 2) + 3", add(add(x, 2), 3), "add(x, 5)"],
    ["(x · 2) · 3", mul(3, mul(x, 2)), "mul(x, 6)"],
    ["x + -y", add(x, neg(y)), "sub(x, y)"],
    ["-x + y", add(neg(x), y), "sub(y, x)"],
    ["x - -y", sub(x, neg(y)), expression(add(...ordered(x, y)))],
    ["--x", neg(neg(x)), "x"],
    ["-(x - y)", neg(sub(x, y)), "sub(y, x)"],
    ["-(2 x)", neg(mul(x, 2)), "mul(x, -2)"],
    ["-x · 2", mul(neg(x), 2), "mul(x, -2)"],
    ["-x · -y", mul(neg(x), neg(y)), expression(mul(...ordered(x, y)))],
    ["x ^ 2", pow(x, 2), "square(x)"],
    ["x ^ 0.5", pow(x, 0.5), "sqrt(x)"],
    ["x ^ 0", pow(x, 0), "1[2, 3]"],
    ["log exp x", log(exp(x)), "x"],
    ["1 / (1 / x)", reciprocal(reciprocal(x)), "x"],
    ["(-x)²", square(neg(x)), "square(x)"],
    ["|-x|", abs(neg(x)), "abs(x)"],
    ["max(x, x)", max(x, x), "x"],
    ["stop x", stop(x), "x"],
    ["cast to what it is", cast(cast(n, "float"), "int"), "n"],
    ["a known condition", select(constant(0, [1, 1]), x, row), "broadcast[2, 3](row)"],
    ["equal branches", select(x, y, y), "y"],
  ]);

  test("a sum does not depend on the order in which it is written", () => {
    expect(fold([add(add(x, y), row)]).map(expression)).toEqual(
      fold([add(row, add(y, x))]).map(expression),
    );
  });
});

describe("broadcasting", () => {
  run([
    [
      "elementwise primitives broadcast by themselves",
      mul(x, broadcast(row, [2, 3])),
      expression(mul(...ordered(x, row))),
    ],
    ["copies are made after the work", exp(broadcast(row, [2, 3])), "broadcast[2, 3](exp(row))"],
    [
      "of both operands",
      sub(broadcast(row, [2, 3]), broadcast(column, [2, 3])),
      "sub(row, column)",
    ],
    ["a sum of copies is a multiple", sum(broadcast(row, [2, 3]), [0]), "mul(row, 2)"],
    ["a sum beside copies", sum(broadcast(row, [2, 3]), [1]), "broadcast[2, 1](sum[[1]](row))"],
    ["the largest of copies", amax(broadcast(row, [2, 3]), [0]), "row"],
    [
      "a slice of copies",
      slice(broadcast(row, [2, 3]), [1, 1], [1, 2]),
      "slice[[0,1]; [1,2]](row)",
    ],
    [
      "a transposed copy",
      transpose(broadcast(row, [2, 3]), [1, 0]),
      "broadcast[3, 2](reshape[3, 1](row))",
    ],
    ["softmax of copies", softmax(broadcast(row, [2, 3])), "broadcast[2, 3](softmax(row))"],
    [
      "cumulative along copies",
      cumsum(broadcast(row, [2, 3]), 1),
      "broadcast[2, 3](cumsum[1; false; false](row))",
    ],
    [
      "cumulative over copies stays",
      cumsum(broadcast(row, [2, 3]), 0),
      "cumsum[0; false; false](broadcast[2, 3](row))",
    ],
    [
      "padded copies",
      pad(broadcast(row, [2, 3]), [0, 1], [0, 0]),
      "broadcast[2, 4](pad[[0,1]; [0,0]](row))",
    ],
    ["reversed copies", reverse(broadcast(row, [2, 3]), 0), "broadcast[2, 3](row)"],
    [
      "joined copies",
      concat([broadcast(row, [2, 3]), broadcast(row, [2, 3])], 1),
      "broadcast[2, 6](concat[1](row, row))",
    ],
    [
      "copies joined along the copied axis stay",
      concat([broadcast(row, [2, 3]), x], 0),
      "concat[0](broadcast[2, 3](row), x)",
    ],
    [
      "a reshaped copy",
      reshape(broadcast(reshape(row, [1, 1, 3]), [4, 2, 3]), [8, 3]),
      "broadcast[8, 3](row)",
    ],
  ]);
});

describe("reductions", () => {
  run([
    ["over axes of size 1", sum(column, [1]), "column"],
    ["of reductions", sum(sum(cube, [2]), [0]), "sum[[0,2]](cube)"],
    ["of a constant", sum(constant(2, [2, 3]), [0, 1]), "12"],
    ["of a reshaped value", sum(reshape(cube, [6, 4]), [0]), "reshape[1, 4](sum[[0,1]](cube))"],
    [
      "of a transposed value",
      sum(transpose(cube, [1, 0, 2]), [0]),
      "reshape[1, 2, 4](sum[[1]](cube))",
    ],
    ["constant factors come out", sum(mul(x, 2), [0]), "mul(sum[[0]](x), 2)"],
    ["equal factors come out", sum(div(x, row), [0]), "div(sum[[0]](x), row)"],
    ["signs come out", sum(neg(x), [0]), "neg(sum[[0]](x))"],
    [
      "of joined products are joined sums",
      sum(concat([contract(cube, cube, "tij,tik->tjk"), transpose(cube, [0, 2, 1])], 2), [0]),
      "concat[2](reshape[1, 4, 4](contract[abc,abd->cd](cube, cube)), transpose[[0,2,1]](sum[[0]](cube)))",
    ],
    ["zeros around add nothing", sum(pad(x, [1, 0], [0, 0]), [0]), "sum[[0]](x)"],
    ["products of a constant", prod(constant(2, [2, 3]), [0, 1]), "64"],
    ["softmax of one", softmax(column), "1[2, 1]"],
    ["logsumexp of one", logsumexp(column), "column"],
    ["cumulative over one", cumsum(column, 1), "column"],
    ["exclusive over one", cumprod(column, 1, { exclusive: true }), "1[2, 1]"],
  ]);
});

describe("layout", () => {
  run([
    ["reshape of reshape", reshape(reshape(x, [6]), [3, 2]), "reshape[3, 2](x)"],
    ["reshape there and back", reshape(reshape(x, [6]), [2, 3]), "x"],
    ["transpose there and back", transpose(transpose(cube, [1, 2, 0]), [2, 0, 1]), "cube"],
    ["transpose that moves no element", transpose(row, [1, 0]), "reshape[3, 1](row)"],
    [
      "slice of slice",
      slice(slice(cube, [0, 1, 1], [2, 2, 3]), [1, 0, 1], [1, 2, 2]),
      "slice[[1,1,2]; [1,2,2]](cube)",
    ],
    ["slice of one piece", slice(concat([x, y], 0), [2, 1], [2, 2]), "slice[[0,1]; [2,2]](y)"],
    ["slice within padding", slice(pad(x, [2, 0], [0, 0]), [0, 0], [1, 3]), "0[1, 3]"],
    [
      "slice of what is padded",
      slice(pad(x, [2, 0], [0, 0]), [2, 1], [2, 2]),
      "slice[[0,1]; [2,2]](x)",
    ],
    ["pieces of one value", concat([slice(x, [0, 0], [2, 1]), slice(x, [0, 1], [2, 2])], 1), "x"],
    ["concat in concat", concat([concat([x, y], 0), x], 0), "concat[0](x, y, x)"],
    ["zeros at an end", concat([x, constant(0, [1, 3])], 0), "pad[[0,0]; [1,0]](x)"],
    ["pad of pad", pad(pad(x, [1, 0], [0, 0]), [0, 2], [1, 0]), "pad[[1,2]; [1,0]](x)"],
    ["padded neighbours", add(pad(y, [2, 0], [0, 0]), pad(x, [0, 0], [2, 0])), "concat[0](x, y)"],
    [
      "three padded neighbours",
      add(add(pad(x, [0, 0], [4, 0]), pad(y, [4, 0], [0, 0])), pad(x, [2, 0], [2, 0])),
      "concat[0](x, x, y)",
    ],
    ["reverse of reverse", reverse(reverse(x, 1), 1), "x"],
  ]);
});

describe("contractions", () => {
  const copies = broadcast(reshape(row, [1, 1, 3]), [5, 2, 3]);
  run([
    [
      "subscripts are named by occurrence",
      contract(x, w, "kj,jq->kq"),
      "contract[ab,bc->ac](x, w)",
    ],
    [
      "take transposes in",
      contract(transpose(x, [1, 0]), w, "ji,jk->ik"),
      "contract[ab,bc->ac](x, w)",
    ],
    [
      "give their axes in any order",
      transpose(contract(x, w, "ij,jk->ik"), [1, 0]),
      "contract[ab,bc->ca](x, w)",
    ],
    [
      "of copies are copied",
      contract(copies, w, "pbj,jk->pbk"),
      "broadcast[5, 2, 4](reshape[1, 1, 4](contract[a,ab->b](reshape[3](row), w)))",
    ],
    [
      "of copies along a subscript of the other operand need no copies",
      contract(broadcast(row, [2, 3]), x, "bj,bj->b"),
      "contract[a,ba->b](reshape[3](row), x)",
    ],
    [
      "over copies sum the other operand",
      contract(broadcast(column, [2, 3]), w, "bj,jk->bk"),
      "contract[a,b->ab](reshape[2](column), reshape[4](sum[[0]](w)))",
    ],
    [
      "of a constant are sums",
      contract(constant(2, [2, 3]), w, "ij,jk->ik"),
      "broadcast[2, 4](mul(sum[[0]](w), 2))",
    ],
    [
      "lose the subscripts that are summed",
      sum(contract(cube, cube, "tij,tik->tjk"), [0]),
      "reshape[1, 4, 4](contract[abc,abd->cd](cube, cube))".replace(
        "[abc,abd->cd]",
        "[abc,abd->cd]",
      ),
    ],
    [
      "sum an operand over a subscript of its own first",
      sum(contract(x, w, "ij,jk->ik"), [0]),
      "reshape[1, 4](contract[a,ab->b](reshape[3](sum[[0]](x)), w))",
    ],
  ]);
});

describe("leaves", () => {
  test("iota stays", () => {
    expect(fold([iota([3], 0)]).map(expression)).toEqual(["iota[0]()"]);
  });
});

/** Two operands in the order in which a commutative primitive is written, which structure alone decides. */
function ordered(a: Node, b: Node): readonly [Node, Node] {
  const [folded] = fold([add(a, b)]);
  return folded?.operands[0] === b ? [b, a] : [a, b];
}
