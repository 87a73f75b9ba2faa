/** Random loops over memories: what is carried is read along either axis, handed on, exchanged, queued, stacked, and carried into loops inside. */
import fc from "fast-check";
import * as g from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Graph, Node, NodeOf, Shape } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { randomArray } from "../support/numbers.ts";

/** A memory [B, N, W], what links its slots [B, N, N], a weight for each [B, N], and what one holds [B, W]. */
const kinds = ["memory", "links", "weights", "word"] as const;
type Kind = (typeof kinds)[number];

interface Sizes {
  readonly batch: number;
  readonly slots: number;
  readonly width: number;
}

const shapeOf = (kind: Kind, { batch, slots, width }: Sizes): Shape =>
  ({
    memory: [batch, slots, width],
    links: [batch, slots, slots],
    weights: [batch, slots],
    word: [batch, width],
  })[kind];

interface Operation {
  readonly of: readonly [Kind] | readonly [Kind, Kind];
  readonly gives: Kind;
  readonly build: (...operands: readonly [Node, Node]) => Node;
}

/** Of two operands, or of the first alone. */
const operation = (of: Operation["of"], gives: Kind, build: Operation["build"]): Operation => ({
  of,
  gives,
  build,
});

/** A contraction, kept from growing. */
const product = (spec: string, of: readonly [Kind, Kind], gives: Kind): Operation =>
  operation(of, gives, (a, b) => g.tanh(g.contract(a, b, spec)));

const summed = (x: Node, axis: number): Node =>
  g.reshape(
    g.sum(x, [axis]),
    x.shape.filter((_, other) => other !== axis),
  );

/** What enters takes the place of the first or the last. */
const push = (x: Node, entering: Node, atFront: boolean): Node => {
  const [batch = 1, slots = 1, ...rest] = x.shape;
  const first = g.reshape(entering, [batch, 1, ...rest]);
  if (slots === 1) return first;
  const begin = x.shape.map((_, axis) => (axis === 1 && !atFront ? 1 : 0));
  const others = g.slice(x, begin, [batch, slots - 1, ...rest]);
  return g.concat(atFront ? [first, others] : [others, first], 1);
};

const operations: readonly Operation[] = [
  product("bw,bnw->bn", ["word", "memory"], "weights"),
  product("bn,bnw->bw", ["weights", "memory"], "word"),
  product("bn,bw->bnw", ["weights", "word"], "memory"),
  product("bn,bm->bnm", ["weights", "weights"], "links"),
  product("bnm,bm->bn", ["links", "weights"], "weights"),
  product("bmn,bm->bn", ["links", "weights"], "weights"),
  product("bnm,bmw->bnw", ["links", "memory"], "memory"),
  product("bmn,bmw->bnw", ["links", "memory"], "memory"),
  product("bnw,bmw->bnm", ["memory", "memory"], "links"),
  product("bnm,bml->bnl", ["links", "links"], "links"),
  operation(["links"], "links", (x) => g.transpose(x, [0, 2, 1])),
  operation(["memory", "word"], "memory", (x, entering) => push(x, entering, true)),
  operation(["memory", "word"], "memory", (x, entering) => push(x, entering, false)),
  operation(["memory", "memory"], "memory", (x, y) => g.tanh(g.add(x, g.mul(y, 0.5)))),
  operation(["memory", "weights"], "memory", (x, y) =>
    g.mul(x, g.reshape(g.sigmoid(y), [...y.shape, 1])),
  ),
  operation(["links", "links"], "links", (x, y) => g.sub(g.mul(x, 0.5), g.mul(y, 0.3))),
  operation(["weights"], "weights", g.softmax),
  operation(["weights", "weights"], "weights", (x, y) => g.sub(x, g.mul(y, 0.5))),
  operation(["weights"], "weights", (x) => g.cumprod(g.sigmoid(x), 1)),
  operation(["memory"], "weights", (x) => g.tanh(summed(x, 2))),
  operation(["memory"], "word", (x) => g.tanh(summed(x, 1))),
  operation(["links"], "weights", (x) => g.tanh(summed(x, 1))),
  operation(["word", "word"], "word", (x, y) => g.add(g.mul(x, 0.5), g.mul(y, y))),
];

/** Any number: which one of what there is. */
const pick = fc.nat(99);
type Pick = number;

const kindOf = fc.constantFrom(...kinds);

const steps = fc.array(fc.tuple(fc.nat(operations.length - 1), pick, pick), {
  minLength: 1,
  maxLength: 6,
});
type Steps = readonly (readonly [Pick, Pick, Pick])[];

interface LoopPlan {
  readonly length: number;
  readonly reverse: boolean;
  /** Where each carry begins, and what it becomes. */
  readonly carries: readonly (readonly [Kind, Pick, Pick])[];
  /** What each per-step input is made of, the same ones in turn. */
  readonly inputs: readonly (readonly [Kind, Pick, Pick])[];
  readonly outputs: readonly (readonly [Kind, Pick])[];
  readonly before: Steps;
  readonly inner: LoopPlan | null;
  readonly after: Steps;
}

const loopPlan = (inner: fc.Arbitrary<LoopPlan | null>): fc.Arbitrary<LoopPlan> =>
  fc.record({
    length: fc.integer({ min: 1, max: 4 }),
    reverse: fc.boolean(),
    carries: fc.array(fc.tuple(kindOf, pick, pick), { minLength: 1, maxLength: 4 }),
    inputs: fc.array(fc.tuple(kindOf, pick, pick), { maxLength: 2 }),
    outputs: fc.array(fc.tuple(kindOf, pick), { maxLength: 2 }),
    before: steps,
    inner,
    after: steps,
  });

const plans = fc.record({
  batch: fc.constantFrom(2, 1, 3),
  slots: fc.constantFrom(2, 8, 3, 9, 1, 17),
  width: fc.constantFrom(3, 5, 1, 8),
  loop: loopPlan(fc.option(loopPlan(fc.constant(null)), { freq: 1 })),
  after: steps,
  hasGradient: fc.boolean(),
});

type Pool = Readonly<Record<Kind, Node[]>>;

const nodeIn = (pool: Pool, kind: Kind, which: Pick): Node => {
  const nodes = pool[kind];
  // The last ones come first.
  const node = nodes.at(-1 - (which % nodes.length));
  if (node === undefined) throw new Error(`there is no ${kind}`);
  return node;
};

const compute = (pool: Pool, todo: Steps): void => {
  for (const [which, a, b] of todo) {
    const one = operations[which];
    if (one === undefined) throw new Error(`there is no operation ${which}`);
    const [first, second = first] = one.of;
    pool[one.gives].push(one.build(nodeIn(pool, first, a), nodeIn(pool, second, b)));
  }
};

/** Adds what the loop leaves to the pool. */
const runLoop = (pool: Pool, plan: LoopPlan, sizes: Sizes): void => {
  const { length, reverse, carries, inputs, outputs, before, inner, after } = plan;
  const argument = (name: string, kind: Kind): NodeOf<"input"> =>
    g.input(name, shapeOf(kind, sizes));
  const constants = kinds.flatMap((kind) =>
    pool[kind].map((outside, i) => ({ outside, kind, inside: argument(`${kind}${i}`, kind) })),
  );
  const carried = carries.map(([kind], i) => argument(`carry${i}`, kind));
  const perStep = inputs.map(([kind], i) => argument(`step${i}`, kind));
  const within: Pool = { memory: [], links: [], weights: [], word: [] };
  for (const { kind, inside } of constants) within[kind].push(inside);
  for (const [i, [kind]] of inputs.entries()) within[kind].push(...perStep.slice(i, i + 1));
  for (const [i, [kind]] of carries.entries()) within[kind].push(...carried.slice(i, i + 1));
  compute(within, before);
  if (inner !== null) runLoop(within, inner, sizes);
  compute(within, after);
  const results = g.scan({
    length,
    reverse,
    body: {
      carries: carried,
      constants: constants.map(({ inside }) => inside),
      inputs: perStep,
      nextCarries: carries.map(([kind, , next]) => nodeIn(within, kind, next)),
      outputs: outputs.map(([kind, which]) => nodeIn(within, kind, which)),
    },
    carries: carries.map(([kind, initial]) => nodeIn(pool, kind, initial)),
    constants: constants.map(({ outside }) => outside),
    inputs: inputs.map(([kind, a, b]) =>
      stackOf([nodeIn(pool, kind, a), nodeIn(pool, kind, b)], length),
    ),
  });
  const left = [...carries.map(([kind]) => kind), ...outputs.map(([kind]) => kind)];
  for (const [i, result] of results.entries()) {
    const kind = left[i] ?? "word";
    // Of a stack, some step that is neither the first nor always the last.
    pool[kind].push(i < carries.length ? result : stepOf(result, Math.floor(length / 2)));
  }
};

/** [length, ...], the nodes in turn. */
const stackOf = (nodes: readonly Node[], length: number): Node =>
  g.concat(
    Array.from({ length }, (_, i) => nodes[i % nodes.length] ?? nodes[0]).flatMap((node) =>
      node === undefined ? [] : [g.reshape(node, [1, ...node.shape])],
    ),
    0,
  );

const stepOf = (stack: Node, step: number): Node => {
  const [, ...shape] = stack.shape;
  const begin = stack.shape.map((_, axis) => (axis === 0 ? step : 0));
  return g.reshape(g.slice(stack, begin, [1, ...shape]), shape);
};

/** A graph and numbers for what it takes. */
export interface RandomLoop {
  readonly graph: Graph;
  readonly feed: ReadonlyMap<string, HostArray>;
}

/** All that is there when the loop is over; of half of them, with the gradients of its sum. */
export const randomLoop: fc.Arbitrary<RandomLoop> = plans.map(
  ({ loop, after, hasGradient, ...sizes }) => {
    const inputs = kinds.map((kind) => g.input(kind, shapeOf(kind, sizes)));
    const pool: Pool = { memory: [], links: [], weights: [], word: [] };
    for (const [i, kind] of kinds.entries()) pool[kind].push(...inputs.slice(i, i + 1));
    runLoop(pool, loop, sizes);
    compute(pool, after);
    const results = kinds.flatMap((kind) => pool[kind].slice(1));
    const outputs = new Map(results.map((node, i) => [`result ${i}`, node]));
    if (hasGradient) {
      const total = results
        .map((node) =>
          g.reshape(
            g.sum(
              g.square(node),
              node.shape.map((_, axis) => axis),
            ),
            [],
          ),
        )
        .reduce((a, b) => g.add(a, b));
      gradient(total, inputs).gradients.forEach((node, i) => outputs.set(`gradient ${i}`, node));
    }
    const feed = new Map(
      inputs.map(({ attrs: { name }, shape }, i) => {
        const { data } = randomArray(i + 1, shape);
        return [name, { shape, data: Float32Array.from(data) }] as const;
      }),
    );
    return {
      graph: { inputs, outputs },
      feed,
      [fc.toStringMethod]: () => JSON.stringify({ ...sizes, loop, after, hasGradient }),
    };
  },
);

/** As they are or optimised. */
export const loopOrOptimised: fc.Arbitrary<RandomLoop> = fc.oneof(
  randomLoop,
  randomLoop.map((loop) => ({ ...loop, graph: optimise(loop.graph) })),
);
