import { expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import type { Graph } from "../../src/graph/op.ts";
import { printGraph, printGraphJson } from "../../src/graph/print.ts";

const graph = (): Graph => {
  const [x, w, unused] = [g.input("x", [3, 4, 10]), g.input("w", [10, 2]), g.input("unused", [])];
  const [h, weights, step] = [g.input("h", [4, 2]), g.input("w", [10, 2]), g.input("x", [4, 10])];
  const drive = g.withOrigin(g.contract(step, weights, "bx,xh->bh"), "z.prior");
  const [final, path] = g.scan({
    length: 3,
    reverse: true,
    body: {
      carries: [h],
      constants: [weights],
      inputs: [step],
      nextCarries: [g.tanh(g.add(h, drive))],
      outputs: [g.sum(drive, [1])],
    },
    carries: [g.constant(0.5, [4, 2])],
    constants: [w],
    inputs: [x],
  });
  const outputs = new Map([
    ["final", final ?? x],
    ["order", g.argsort(g.cumsum(path ?? x, 1, { exclusive: true }))],
  ]);
  return { inputs: [unused, x, w], outputs };
};

test("text: a line a node, loop bodies indented, origins as comments", () => {
  expect(printGraph(graph())).toBe(`\
%0: f32[] = input unused
%1: f32[3, 4, 10] = input x
%2: f32[10, 2] = input w
%3: f32[4, 2] = constant 0.5
%4 = scan 3 reverse carry(%3) same(%2) step(%1)
  %5: f32[4, 2] = carry h
  %6: f32[10, 2] = same w
  %7: f32[4, 10] = step x
  %8: f32[4, 2] = contract bx,xh->bh %7 %6  // z.prior
  %9: f32[4, 2] = add %5 %8
  %10: f32[4, 2] = tanh %9
  %11: f32[4, 1] = sum axes=[1] %8
  next %10
  emit %11
%12: f32[4, 2] = project 0 %4
%13: f32[3, 4, 1] = project 1 %4
%14: f32[3, 4, 1] = cumsum axis=1 exclusive %13
%15: i32[3, 4, 1] = argsort %14
final = %12
order = %15
`);
});

test("text is the same for the same graph built again", () => {
  expect(printGraph(graph())).toBe(printGraph(graph()));
});

test("JSON refers to nodes by place and nests loop bodies", () => {
  const lowest = g.constant(Number.NEGATIVE_INFINITY, [2]);
  const x = g.input("x", [2]);
  const outputs = new Map([["y", g.withOrigin(g.max(x, lowest), "here")]]);
  expect(JSON.parse(printGraphJson({ inputs: [x], outputs }))).toEqual({
    inputs: [0],
    nodes: [
      { op: "input", shape: [2], dtype: "float", operands: [], attrs: { name: "x" } },
      { op: "constant", shape: [2], dtype: "float", operands: [], attrs: { value: "-Infinity" } },
      { op: "max", shape: [2], dtype: "float", operands: [0, 1], attrs: {}, origin: "here" },
    ],
    outputs: { y: 2 },
  });
  const { nodes } = JSON.parse(printGraphJson(graph())) as {
    nodes: { op: string; attrs: { body?: { nodes: { op: string }[]; nextCarries: number[] } } }[];
  };
  const body = nodes.find(({ op }) => op === "scan")?.attrs.body;
  expect(body?.nodes.map(({ op }) => op)).toEqual([
    "input",
    "input",
    "input",
    "contract",
    "add",
    "tanh",
    "sum",
  ]);
  expect(body?.nextCarries).toEqual([5]);
});
