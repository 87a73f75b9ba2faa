/** Loops to differentiate. */
import * as g from "../../src/graph/build.ts";
import type { Node, ScanBody, Shape } from "../../src/graph/op.ts";
import { at } from "../../src/graph/residuals.ts";
import { type Case, type Cases, some } from "./case.ts";

const [B, H, D] = [2, 3, 4];

const row = (x: Node): Node => g.reshape(x, [1, x.shape.reduce((product, n) => product * n, 1)]);

/** All results in one row, so that one case checks all of them. */
const together = (...xs: readonly Node[]): Node => g.concat(xs.map(row), 1);

/** h' = tanh(h·W + x·U), emitting h' ⊙ h. */
const recurrent = (): ScanBody => {
  const h = g.input("h", [B, H]);
  const w = g.input("w", [H, H]);
  const u = g.input("u", [D, H]);
  const x = g.input("x", [B, D]);
  const next = g.tanh(g.add(g.contract(h, w, "bh,hk->bk"), g.contract(x, u, "bd,dk->bk")));
  return {
    carries: [h],
    constants: [w, u],
    inputs: [x],
    nextCarries: [next],
    outputs: [g.mul(next, h)],
  };
};

const network = (
  length: number,
  reverse: boolean,
  pick: (results: readonly Node[]) => Node,
): Case => ({
  about: `recurrent network, ${length} steps${reverse ? ", reverse" : ""}`,
  inputs: { h: some(B, H), w: some(H, H), u: some(D, H), x: some(length, B, D) },
  build: (h, w, u, x) =>
    pick(
      g.scan({ length, reverse, body: recurrent(), carries: [h], constants: [w, u], inputs: [x] }),
    ),
});

const all = (results: readonly Node[]): Node => together(...results);

interface Simple {
  readonly about: string;
  readonly carries: readonly Shape[];
  readonly constants?: readonly Shape[];
  readonly inputs?: readonly Shape[];
  readonly reverse?: boolean;
  readonly step: (...args: readonly [Node, Node, Node, Node]) => {
    readonly next: readonly Node[];
    readonly emit: readonly Node[];
  };
}

/** A loop of 4 steps over inputs of these shapes, all of whose results count. */
const simple = ({
  about,
  carries,
  constants = [],
  inputs = [],
  reverse = false,
  step,
}: Simple): Case => {
  const length = 4;
  const shapes = [...carries, ...constants, ...inputs.map((shape) => [length, ...shape])];
  const names = shapes.map((_, i) => `v${i}`);
  return {
    about,
    inputs: Object.fromEntries(names.map((name, i) => [name, some(...at(shapes, i))])),
    build: (...values) => {
      const given = values.slice(0, shapes.length);
      const argument = (shape: Shape, i: number): ReturnType<typeof g.input> =>
        g.input(`a${i}`, shape);
      const args = [...carries, ...constants, ...inputs].map(argument);
      const zero = g.constant(0);
      const { next, emit } = step(
        args[0] ?? zero,
        args[1] ?? zero,
        args[2] ?? zero,
        args[3] ?? zero,
      );
      const ends = [carries.length, carries.length + constants.length] as const;
      const body: ScanBody = {
        carries: args.slice(0, ends[0]),
        constants: args.slice(ends[0], ends[1]),
        inputs: args.slice(ends[1]),
        nextCarries: next,
        outputs: emit,
      };
      return together(
        ...g.scan({
          length,
          reverse,
          body,
          carries: given.slice(0, ends[0]),
          constants: given.slice(ends[0], ends[1]),
          inputs: given.slice(ends[1]),
        }),
      );
    },
  };
};

/** Reads one of three slots, chosen by an int that the loop itself counts, and writes into the next. */
const counted: Case = {
  about: "an int carry, gather and scatterAdd inside",
  inputs: { memory: some(3, 2), x: some(5, 2) },
  build: (memory, x) => {
    const slots = g.input("memory", [3, 2]);
    const count = g.input("count", [1], "int");
    const step = g.input("x", [2]);
    const word = g.gather(slots, count); // [1, 2]
    const written = g.mul(g.square(word), g.reshape(step, [1, 2]));
    const wrapped = g.select(g.greater(count, 1), g.constant(0, [1], "int"), g.add(count, 1));
    const results = g.scan({
      length: 5,
      body: {
        carries: [slots, count],
        constants: [],
        inputs: [step],
        nextCarries: [g.add(g.tanh(slots), g.scatterAdd(written, wrapped, 0, 3)), wrapped],
        outputs: [count],
      },
      carries: [memory, g.constant(0, [1], "int")],
      inputs: [x],
    });
    return at(results, 0);
  },
};

/** Nothing but the loop's result is differentiated, and only some of its results are used. */
const partly = (about: string, pick: (results: readonly Node[]) => Node): Case => ({
  ...network(4, false, pick),
  about,
});

/** What is emitted was the first carry three steps before: cotangents reach it through two others. */
const delayed: Case = {
  about: "a delay line, of which only the end is used",
  inputs: { h: some(2), x: some(6, 2) },
  build: (h, x) => {
    const [a, b] = [g.input("a", [2]), g.input("b", [2])];
    const [c, step] = [g.input("c", [2]), g.input("x", [2])];
    const results = g.scan({
      length: 6,
      body: {
        carries: [a, b, c],
        constants: [],
        inputs: [step],
        nextCarries: [g.mul(g.tanh(a), step), a, b],
        outputs: [g.square(c)],
      },
      carries: [h, h, h],
      inputs: [x],
    });
    return at(results, 3);
  },
};

/** An outer loop of two steps around an inner one of three. */
const nested: Case = {
  about: "a loop in a loop",
  inputs: { h: some(2), w: some(2), x: some(2, 3, 2) },
  build: (h, w, x) => {
    const [innerH, innerW, innerX] = [g.input("h", [2]), g.input("w", [2]), g.input("x", [2])];
    const next = g.tanh(g.add(g.mul(innerH, innerW), innerX));
    const [outerH, outerW, outerX] = [g.input("h", [2]), g.input("w", [2]), g.input("x", [3, 2])];
    const inner = g.scan({
      length: 3,
      body: {
        carries: [innerH],
        constants: [innerW],
        inputs: [innerX],
        nextCarries: [next],
        outputs: [g.mul(next, innerH)],
      },
      carries: [g.square(outerH)],
      constants: [g.exp(outerW)],
      inputs: [outerX],
    });
    return together(
      ...g.scan({
        length: 2,
        reverse: true,
        body: {
          carries: [outerH],
          constants: [outerW],
          inputs: [outerX],
          nextCarries: [g.mul(at(inner, 0), outerH)],
          outputs: [at(inner, 1)],
        },
        carries: [h],
        constants: [w],
        inputs: [x],
      }),
    );
  },
};

export const scanCases: Cases = [
  network(4, false, all),
  network(4, true, all),
  network(1, false, all),
  network(1, true, all),
  partly("final carry only", (results) => at(results, 0)),
  partly("outputs only", (results) => at(results, 1)),
  partly("results unused", (results) => g.mul(0, at(results, 0))),
  simple({
    about: "no carry",
    carries: [],
    constants: [[2]],
    inputs: [[2]],
    step: (w, x) => ({ next: [], emit: [g.mul(g.exp(w), x), x, w] }),
  }),
  simple({
    about: "carries that stay, that swap, and that are an output",
    carries: [[2], [2], [2]],
    inputs: [[2]],
    step: (a, b, c, x) => ({ next: [a, c, g.mul(b, x)], emit: [b, g.mul(a, c)] }),
  }),
  simple({
    about: "a carry that ignores its past",
    carries: [[2], [2]],
    inputs: [[2]],
    step: (a, b, x) => ({ next: [g.square(x), g.mul(a, b)], emit: [] }),
  }),
  simple({
    about: "reverse, with broadcast constants",
    reverse: true,
    carries: [[2, 3]],
    constants: [[1, 3]],
    inputs: [[2, 1]],
    step: (h, w, x) => ({ next: [g.sigmoid(g.add(g.mul(h, w), x))], emit: [g.softmax(h)] }),
  }),
  simple({
    about: "a recurrence through softmax, cumprod, sorting and normalisation",
    carries: [[1, 5]],
    inputs: [[1, 5]],
    step: (usage, x) => {
      const gate = g.sigmoid(g.add(usage, x));
      const order = g.argsort(gate);
      const sorted = g.gather(gate, order, 1);
      const free = g.mul(g.sub(1, sorted), g.cumprod(sorted, 1, { exclusive: true }));
      const allocation = g.scatterAdd(free, order, 1, 5);
      return {
        next: [g.add(g.mul(usage, 0.5), allocation)],
        emit: [g.div(gate, g.sum(gate, [1]))],
      };
    },
  }),
  simple({
    about: "two outputs that are one value, and a constant used twice",
    carries: [[2]],
    constants: [[2]],
    step: (h, w) => {
      const next = g.add(g.mul(h, w), g.square(w));
      return { next: [next], emit: [next, next] };
    },
  }),
  simple({
    about: "a stopped path",
    carries: [[2]],
    inputs: [[2]],
    step: (h, x) => ({ next: [g.mul(g.tanh(h), g.greater(x, 0))], emit: [g.mul(x, 2)] }),
  }),
  delayed,
  counted,
  nested,
];
