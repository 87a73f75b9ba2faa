import { describe, expect, test } from "vitest";
import * as build from "../../../src/graph/build.ts";
import { fission } from "../../../src/graph/passes/fission.ts";
import { fold } from "../../../src/graph/passes/fold.ts";
import { merge } from "../../../src/graph/passes/merge.ts";
import { narrow } from "../../../src/graph/passes/narrow.ts";
import type { Pass } from "../../../src/graph/passes/pass.ts";
import { regroup } from "../../../src/graph/passes/regroup.ts";
import { separate } from "../../../src/graph/passes/separate.ts";
import { specialise } from "../../../src/graph/passes/specialise.ts";
import type { Graph, Node, NodeOf, ScanBody } from "../../../src/graph/op.ts";
import { printGraph } from "../../../src/graph/print.ts";
import { inputsOf, topological } from "../../../src/graph/walk.ts";
import { expression } from "./expression.ts";
import { difference, inputValues } from "./random-graph.ts";

const { add, broadcast, concat, constant, contract, exp, input, mul, scan, slice, sub, tanh } =
  build;

const T = 5;
const h = input("h", [2, 3]);
const x = input("x", [2, 3]);
const w = input("w", [3, 3]);
const initial = input("initial", [2, 3]);
const steps = input("steps", [T, 2, 3]);
const weights = input("weights", [3, 3]);

const body = (nextCarries: readonly Node[], outputs: readonly Node[]): ScanBody => ({
  carries: [h],
  constants: [w],
  inputs: [x],
  nextCarries,
  outputs,
});

/** A loop over h with the constant w and the per-step input x: what one step makes of them. */
const loop = (next: Node, ...outputs: readonly Node[]): readonly Node[] =>
  scan({
    length: T,
    body: body([next], outputs),
    carries: [initial],
    constants: [weights],
    inputs: [steps],
  });

const at = (nodes: readonly Node[], index: number): Node => {
  const node = nodes[index];
  if (node === undefined) throw new Error(`no node ${index}`);
  return node;
};

const apply = (pass: Pass, ...nodes: readonly Node[]): readonly Node[] => pass(nodes);

const scansOf = (nodes: readonly Node[]): readonly NodeOf<"scan">[] =>
  topological(nodes).flatMap((node) => (node.op === "scan" ? [node] : []));

/** The one loop that is left: what its steps compute. */
const stepOf = (nodes: readonly Node[]): { next: readonly string[]; emit: readonly string[] } => {
  const scans = scansOf(nodes);
  expect(scans).toHaveLength(1);
  const { nextCarries = [], outputs = [] } = scans[0]?.attrs.body ?? {};
  return { next: nextCarries.map(expression), emit: outputs.map(expression) };
};

const graphOf = (value: Node): Graph => ({
  inputs: inputsOf([value]),
  outputs: new Map([["value", value]]),
});

const recur = tanh(contract(h, w, "bi,ij->bj"));

describe("dead parts", () => {
  test("an output that nobody projects is dropped", () => {
    const [result] = apply(fold, at(loop(recur, exp(h)), 0));
    expect(stepOf([at([result ?? initial], 0)])).toEqual({
      next: ["tanh(contract[ab,bc->ac](h, w))"],
      emit: [],
    });
  });

  test("a carry that only feeds itself goes, and with it its arguments", () => {
    const results = apply(fold, at(loop(recur, exp(x)), 1));
    const scans = scansOf(results);
    expect(scans[0]?.attrs.body.carries).toEqual([]);
    expect(scans[0]?.attrs.body.constants).toEqual([]);
  });

  test("a loop that reads only a dead output of another lets that go too", () => {
    const first = loop(recur, exp(h));
    const second = scan({
      length: T,
      body: body([recur], [exp(x)]),
      carries: [initial],
      constants: [weights],
      inputs: [at(first, 1)],
    });
    expect(scansOf(apply(fold, at(second, 0)))).toHaveLength(1);
  });
});

describe("specialise", () => {
  test("numbers move into the body", () => {
    const results = scan({
      length: T,
      body: body([add(mul(h, x), contract(h, w, "bi,ij->bj"))], []),
      carries: [initial],
      constants: [constant(0, [3, 3])],
      inputs: [constant(2, [T, 2, 3])],
    });
    expect(stepOf(fold(specialise([at(results, 0)])))).toEqual({ next: ["mul(h, 2)"], emit: [] });
  });

  test("what is equal in every step is a constant", () => {
    const results = scan({
      length: T,
      body: body([add(tanh(h), x)], []),
      carries: [initial],
      constants: [weights],
      inputs: [broadcast(build.reshape(initial, [1, 2, 3]), [T, 2, 3])],
    });
    const [tuple] = scansOf(specialise([at(results, 0)]));
    expect(tuple?.attrs.body.inputs).toEqual([]);
    expect(tuple?.attrs.body.constants).toHaveLength(1);
  });

  test("a carry that never changes is a constant", () => {
    const results = loop(h, add(h, x));
    const optimised = specialise([at(results, 0), at(results, 1)]);
    expect(optimised[0]).toBe(initial);
    expect(scansOf(optimised)[0]?.attrs.body.carries).toEqual([]);
  });

  test("a sum over time leaves the loop", () => {
    const [total] = specialise([at(loop(add(h, exp(x))), 0)]);
    expect(total?.op).toBe("add");
    expect(total?.operands.map(expression).toSorted()).toEqual([
      "initial",
      "reshape[2, 3](sum[[0]](project[0](scan[5](steps))))",
    ]);
  });

  test("a running total stays", () => {
    const results = loop(add(h, exp(x)), h);
    expect(scansOf(specialise([at(results, 1)]))[0]?.attrs.body.carries).toHaveLength(1);
  });

  test("a single step is no loop", () => {
    const results = scan({
      length: 1,
      body: body([add(h, x)], [mul(h, x)]),
      carries: [initial],
      constants: [weights],
      inputs: [input("one", [1, 2, 3])],
    });
    expect(specialise([at(results, 0), at(results, 1)]).map(expression)).toEqual(
      fold([
        add(initial, build.reshape(input("one", [1, 2, 3]), [2, 3])),
        build.reshape(mul(initial, build.reshape(input("one", [1, 2, 3]), [2, 3])), [1, 2, 3]),
      ]).map(expression),
    );
  });
});

describe("fission", () => {
  test("what depends on constants alone is computed once", () => {
    const results = fission([at(loop(contract(h, exp(w), "bi,ij->bj")), 0)]);
    expect(stepOf(results)).toEqual({ next: ["contract[ab,bc->ac](h, fixed)"], emit: [] });
  });

  test("what the carries do not reach is computed for all steps at once, before", () => {
    const encoded = contract(tanh(x), w, "bi,ij->bj");
    const results = fission([at(loop(tanh(sub(h, encoded))), 0)]);
    expect(stepOf(results)).toEqual({ next: ["tanh(sub(h, before))"], emit: [] });
    const [tuple] = scansOf(results);
    expect(tuple?.operands.map(expression)).toContain(
      "contract[abc,cd->abd](tanh(steps), weights)",
    );
  });

  test("what no carry waits for is computed for all steps at once, after", () => {
    const results = fission([at(loop(recur, exp(contract(h, w, "bi,ji->bj"))), 1)]);
    expect(stepOf(results)).toEqual({ next: ["tanh(contract[ab,bc->ac](h, w))"], emit: ["h"] });
    expect(results.map(expression)).toEqual([
      "exp(contract[abc,dc->abd](project[1](scan[5](initial, weights)), weights))",
    ]);
  });

  test("a small reduction of something large stays in the loop", () => {
    const m = input("m", [200, 200]);
    const big = scan({
      length: T,
      body: {
        carries: [m],
        constants: [],
        inputs: [],
        nextCarries: [tanh(m)],
        outputs: [build.sum(m, [0, 1])],
      },
      carries: [input("m0", [200, 200])],
    });
    expect(stepOf(fission([at(big, 1)]))).toEqual({ next: ["tanh(m)"], emit: ["sum[[0,1]](m)"] });
  });

  test("a large copy of something small is made in the step", () => {
    const slots = build.pad(x, [0, 0], [20, 0]);
    const scores = contract(h, slots, "bi,ni->bn");
    const next = tanh(contract(scores, slots, "bn,ni->bi"));
    const [tuple] = scansOf(fission([at(loop(next), 0)]));
    expect(tuple?.operands.map(({ shape }) => shape)).toEqual([
      [2, 3],
      [T, 2, 3],
    ]);
  });

  test("weight gradients: contributions of all steps in one product", () => {
    const contributions = at(loop(recur, contract(x, recur, "bi,bj->ij")), 1); // [T, 3, 3]
    const [total] = fission([build.sum(contributions, [0])]);
    expect(total && expression(at(total.operands, 0))).toMatch(
      /^contract\[abc,abd->cd\]\(steps, project\[1\]\(scan/u,
    );
  });

  test("a carry that is a delayed input is one where that takes work out of the loop", () => {
    const c = input("c", [2, 3]);
    const [, , emitted] = scan({
      length: T,
      body: {
        carries: [h, c],
        constants: [w],
        inputs: [x],
        nextCarries: [tanh(add(h, contract(c, w, "bi,ij->bj"))), x],
        outputs: [h],
      },
      carries: [initial, initial],
      constants: [weights],
      inputs: [steps],
    });
    const results = fission([at([emitted ?? initial], 0)]);
    expect(stepOf(results)).toEqual({ next: ["tanh(add(h, before))"], emit: ["h"] });
  });
});

describe("products in loops", () => {
  test("sums are regrouped so that their carry-free part can leave", () => {
    const bias = input("bias", [1, 3]);
    const next = tanh(add(add(contract(h, w, "bi,ij->bj"), bias), x));
    const results = scan({
      length: T,
      body: { ...body([next], []), constants: [w, bias] },
      carries: [initial],
      constants: [weights, input("offset", [1, 3])],
      inputs: [steps],
    });
    expect(stepOf(fission(regroup([at(results, 0)])))).toEqual({
      next: ["tanh(add(before, contract[ab,bc->ac](h, w)))"],
      emit: [],
    });
  });

  test("products of concatenations are taken apart by stage", () => {
    const wide = input("wide", [6, 3]);
    const next = tanh(contract(concat([x, h], 1), wide, "bi,ij->bj"));
    const results = scan({
      length: T,
      body: { ...body([next], []), constants: [wide] },
      carries: [initial],
      constants: [input("both", [6, 3])],
      inputs: [steps],
    });
    const [final] = fission(separate([at(results, 0)]));
    const scans = scansOf([at([final ?? initial], 0)]);
    expect(stepOf([at([final ?? initial], 0)]).next).toEqual([
      expression(tanh(at([...commuted(contractOf("h", "fixed"), input("before", [2, 3]))], 0))),
    ]);
    expect(scans[0]?.operands.map(expression)).toContain(
      "contract[abc,cd->abd](steps, slice[[0,0]; [3,3]](both))",
    );
  });

  test("what is equal for all particles is multiplied once", () => {
    const [k, b, e, n] = [8, 10, 50, 40];
    const encoding = broadcast(input("encoding", [1, b, e]), [k, b, e]);
    const latent = input("latent", [k, b, 3]);
    const both = input("both", [e + 3, n]);
    const [result] = fold(separate([contract(concat([encoding, latent], 2), both, "kbi,io->kbo")]));
    const shapes = topological([at([result ?? initial], 0)]).flatMap((node) =>
      node.op === "contract" ? [node.shape] : [],
    );
    expect(shapes).toEqual(
      expect.arrayContaining([
        [b, n],
        [k, b, n],
      ]),
    );
    expect(shapes).toHaveLength(2);
  });

  test.each([false, true])("products of one value are one, transposed %s", (transposed) => {
    const other = input("other", [3, 3]);
    const product = transposed ? contract(other, h, "ji,bi->bj") : contract(h, other, "bi,ij->bj");
    const results = scan({
      length: T,
      body: {
        ...body([tanh(add(contract(h, w, "bi,ij->bj"), add(x, product)))], []),
        constants: [w, other],
      },
      carries: [initial],
      constants: [weights, input("others", [3, 3])],
      inputs: [steps],
    });
    const final = at(results, 0);
    const [merged = final] = fission(merge(fold([final])));
    const [tuple] = scansOf([merged]);
    const inside = topological(tuple?.attrs.body.nextCarries ?? []);
    expect(inside.filter(({ op }) => op === "contract")).toHaveLength(1);
    const [before, after] = [graphOf(final), graphOf(merged)];
    expect(difference(before, after, inputValues(before))).toBeLessThan(1e-12);
  });

  test("three products in a sum are one, whose weights are joined outside", () => {
    const a = input("a", [3, 3]);
    const b = input("b", [4, 3]);
    const wide = concat([h, slice(h, [0, 0], [2, 1])], 1); // [2, 4]
    const products = [
      contract(h, w, "bi,ij->bj"),
      contract(a, tanh(h), "ji,bi->bj"),
      contract(exp(wide), b, "bi,ij->bj"),
    ];
    const next = tanh(sub(add(add(at(products, 0), x), add(at(products, 1), at(products, 2))), 1));
    const values = { w: input("w0", [3, 3]), a: input("a0", [3, 3]), b: input("b0", [4, 3]) };
    const results = scan({
      length: T,
      body: { ...body([next], []), constants: [w, a, b] },
      carries: [initial],
      constants: [values.w, values.a, values.b],
      inputs: [steps],
    });
    const merged = fission(merge(fold([at(results, 0)])));
    const [tuple] = scansOf(merged);
    const contracts = topological(tuple?.attrs.body.nextCarries ?? []).filter(
      (node) => node.op === "contract",
    );
    expect(contracts.map(({ operands: [left] }) => left.shape)).toEqual([[2, 10]]);
    expect(tuple?.operands.map(({ op }) => op)).toContain("concat");
  });

  test("products are computed no further than read", () => {
    const product = contract(h, w, "bi,ij->bj");
    const [result] = narrow([slice(build.reshape(product, [2, 3]), [0, 1], [2, 2])]);
    expect(result && expression(result)).toBe("contract[ab,bc->ac](h, slice[[0,1]; [3,2]](w))");
  });

  test("the part that no carry needs is computed after the loop", () => {
    const wide = input("wide", [3, 7]);
    const product = contract(h, wide, "bi,ij->bj");
    const results = scan({
      length: T,
      body: {
        ...body([tanh(slice(product, [0, 0], [2, 3]))], [slice(product, [0, 3], [2, 4])]),
        constants: [wide],
      },
      carries: [initial],
      constants: [input("both", [3, 7])],
      inputs: [steps],
    });
    expect(stepOf(fission(narrow([at(results, 1)])))).toEqual({
      next: ["tanh(contract[ab,bc->ac](h, fixed))"],
      emit: ["h"],
    });
  });
});

describe("order", () => {
  test("the order in which arguments are passed does not matter", () => {
    const v = input("v", [3, 3]);
    const next = tanh(add(contract(h, w, "bi,ij->bj"), contract(h, v, "bi,ij->bj")));
    const text = (constants: readonly NodeOf<"input">[], values: readonly Node[]): string => {
      const [final] = scan({
        length: T,
        body: { ...body([next], []), constants },
        carries: [initial],
        constants: values,
        inputs: [steps],
      });
      const outputs = specialise(fold([at([final ?? initial], 0)]));
      const graph: Graph = {
        inputs: [...inputsOf(outputs)].sort((a, b) => (a.attrs.name < b.attrs.name ? -1 : 1)),
        outputs: new Map([["final", at(outputs, 0)]]),
      };
      return printGraph(graph);
    };
    const other = input("other", [3, 3]);
    expect(text([w, v], [weights, other])).toBe(text([v, w], [other, weights]));
  });
});

function contractOf(left: string, right: string): Node {
  return contract(input(left, [2, 3]), input(right, [3, 3]), "ab,bc->ac");
}

/** A sum in the order in which structure alone writes it. */
function commuted(a: Node, b: Node): readonly Node[] {
  return fold([add(a, b)]);
}
