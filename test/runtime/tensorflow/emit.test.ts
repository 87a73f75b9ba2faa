/** What graphs become. */
import { describe, expect, test } from "vitest";
import * as g from "../../../src/graph/build.ts";
import type { Graph } from "../../../src/graph/op.ts";
import { emitGraph } from "../../../src/runtime/tensorflow/emit.ts";
import { printGraphDef } from "../../../src/runtime/tensorflow/print.ts";

/** h ← h · x, emitting h, then a loop over what it emits. */
const loops = (): Graph => {
  const [h, x] = [g.input("h", [2]), g.input("x", [2])];
  const [start, drive] = [g.input("start", [2]), g.input("drive", [2, 2])];
  const next = g.mul(h, x);
  const [, emitted = start] = g.scan({
    length: 2,
    body: { carries: [h], constants: [], inputs: [x], nextCarries: [next], outputs: [next] },
    carries: [start],
    inputs: [drive],
  });
  const total = g.add(h, x);
  const [end = start] = g.scan({
    length: 2,
    reverse: true,
    body: { carries: [h], constants: [], inputs: [x], nextCarries: [total], outputs: [] },
    carries: [g.constant(0, [2])],
    inputs: [emitted],
  });
  return { inputs: [start, drive], outputs: new Map([["end", end]]) };
};

const printed = (graph: Graph, limit: number): string =>
  printGraphDef(emitGraph(graph, limit).graph);

describe("a graph", () => {
  test("without loops: what is equal is there once", () => {
    const x = g.input("x", [2, 3]);
    const y = g.sum(x, [1]);
    const graph = {
      inputs: [x],
      outputs: new Map([
        ["a", g.mul(g.max(x, 0.5), g.add(y, 0.5))],
        ["x", x],
      ]),
    };
    expect(printed(graph, 100)).toMatchInlineSnapshot(`
      "input.0 = Placeholder() {dtype=float, shape=[2, 3]}
      Const.1 = Const() {dtype=float, value=float [1, 1] all 0.5}
      Maximum.2 = Maximum(input.0, Const.1) {T=float}
      Const.3 = Const() {dtype=int, value=int [1] all 1}
      Sum.4 = Sum(input.0, Const.3) {T=float, Tidx=int, keep_dims=true}
      AddV2.5 = AddV2(Sum.4, Const.1) {T=float}
      Mul.6 = Mul(Maximum.2, AddV2.5) {T=float}
      output.0 = Identity(Mul.6) {T=float}
      output.1 = Identity(input.0) {T=float}"
    `);
  });

  test("of short loops: step after step, never stacked in between", () => {
    expect(printed(loops(), 100)).toMatchInlineSnapshot(`
      "input.0 = Placeholder() {dtype=float, shape=[2]}
      input.1 = Placeholder() {dtype=float, shape=[2, 2]}
      Const.2 = Const() {dtype=float, value=float [2] all 0}
      Unpack.3 = Unpack(input.1) {num=2, T=float, axis=0}
      Mul.4 = Mul(input.0, Unpack.3) {T=float}
      Mul.5 = Mul(Mul.4, Unpack.3:1) {T=float}
      AddV2.6 = AddV2(Const.2, Mul.5) {T=float}
      AddV2.7 = AddV2(AddV2.6, Mul.4) {T=float}
      output.0 = Identity(AddV2.7) {T=float}"
    `);
  });

  test("of long loops: a function of one step, lists in between", () => {
    expect(printed(loops(), 0)).toMatchInlineSnapshot(`
      "input.0 = Placeholder() {dtype=float, shape=[2]}
      input.1 = Placeholder() {dtype=float, shape=[2, 2]}
      Const.2 = Const() {dtype=float, value=float [2] all 0}
      Const.3 = Const() {dtype=int, value=int [] all 0}
      Const.4 = Const() {dtype=int, value=int [1] all 2}
      TensorListFromTensor.5 = TensorListFromTensor(input.1, Const.4) {element_dtype=float, shape_type=int}
      Const.6 = Const() {dtype=int, value=int [] all 2}
      TensorListReserve.7 = TensorListReserve(Const.4, Const.6) {element_dtype=float, shape_type=int}
      StatelessWhile.8 = StatelessWhile(Const.3, input.0, TensorListFromTensor.5, TensorListReserve.7) {T=[int, float, list, list], cond=more_1, body=step_0, _lower_using_switch_merge=true}
      StatelessWhile.9 = StatelessWhile(Const.3, Const.2, StatelessWhile.8:3) {T=[int, float, list], cond=more_3, body=step_2, _lower_using_switch_merge=true}
      output.0 = Identity(StatelessWhile.9:1) {T=float}
      step_0(x0: int, x1: float, x2: list, x3: list)
        Const.0 = Const() {dtype=int, value=int [] all 1}
        Const.1 = Const() {dtype=int, value=int [1] all 2}
        TensorListGetItem.2 = TensorListGetItem(x2, x0, Const.1:output:0) {element_dtype=float}
        Mul.3 = Mul(x1, TensorListGetItem.2:item:0) {T=float}
        AddV2.4 = AddV2(x0, Const.0:output:0) {T=int}
        TensorListSetItem.5 = TensorListSetItem(x3, x0, Mul.3:z:0) {element_dtype=float}
        return AddV2.4:z:0: int, Mul.3:z:0: float, x2: list, TensorListSetItem.5:output_handle:0: list
      more_1(x0: int, x1: float, x2: list, x3: list)
        Const.0 = Const() {dtype=int, value=int [] all 2}
        Less.1 = Less(x0, Const.0:output:0) {T=int}
        return Less.1:z:0: bool
      step_2(x0: int, x1: float, x2: list)
        Const.0 = Const() {dtype=int, value=int [] all 1}
        Sub.1 = Sub(Const.0:output:0, x0) {T=int}
        Const.2 = Const() {dtype=int, value=int [1] all 2}
        TensorListGetItem.3 = TensorListGetItem(x2, Sub.1:z:0, Const.2:output:0) {element_dtype=float}
        AddV2.4 = AddV2(x1, TensorListGetItem.3:item:0) {T=float}
        AddV2.5 = AddV2(x0, Const.0:output:0) {T=int}
        return AddV2.5:z:0: int, AddV2.4:z:0: float, x2: list
      more_3(x0: int, x1: float, x2: list)
        Const.0 = Const() {dtype=int, value=int [] all 2}
        Less.1 = Less(x0, Const.0:output:0) {T=int}
        return Less.1:z:0: bool"
    `);
  });

  test("keeps apart what looks the same as text: 0 and -0, infinities and nothing", () => {
    const x = g.input("x", []);
    const values = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const outputs = new Map(values.map((value, i) => [`y${i}`, g.pow(x, g.constant(value, []))]));
    const { graph } = emitGraph({ inputs: [x], outputs }, 100);
    const constants = graph.nodes.filter(({ operation }) => operation === "Const");
    expect(constants).toHaveLength(values.length);
  });
});
