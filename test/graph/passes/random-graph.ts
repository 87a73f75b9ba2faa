/** Random small graphs for property tests: valid by construction, values bounded, no ties to break. */
import fc from "fast-check";
import * as build from "../../../src/graph/build.ts";
import type { UnaryName } from "../../../src/graph/kinds.ts";
import type { Graph, Node, NodeOf, Shape } from "../../../src/graph/op.ts";
import { printGraph } from "../../../src/graph/print.ts";
import { broadcastShapes, elements, sameShape } from "../../../src/graph/shapes.ts";
import type { HostArray } from "../../../src/runtime/backend.ts";
import { evaluate } from "../../../src/runtime/reference.ts";

/** Of what random graphs compute with. */
interface Sizes {
  readonly rows: number;
  readonly columns: number;
  /** Of loops. */
  readonly length: number;
  /** Elements of a value. */
  readonly most: number;
}

const inputShapes = ({ rows, columns, length }: Sizes): readonly Shape[] => [
  [rows, columns],
  [1, columns],
  [columns, columns],
  [length, rows, columns],
  [columns, rows, 1],
];

/** Turns an endless list of whole numbers into decisions. */
class Choices {
  readonly sizes: Sizes;
  readonly #numbers: readonly number[];
  #next = 0;
  constructor(numbers: readonly number[], sizes: Sizes) {
    this.#numbers = numbers;
    this.sizes = sizes;
  }
  below(n: number): number {
    const value = this.#numbers[this.#next % this.#numbers.length] ?? 0;
    this.#next += 1;
    return (value + this.#next) % n;
  }
  of<T>(list: readonly T[]): T {
    const value = list[this.below(list.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  }
}

const broadcasts = (a: Node, b: Node): boolean =>
  a.shape.length === b.shape.length &&
  a.shape.every((n, axis) => n === b.shape[axis] || n === 1 || b.shape[axis] === 1);

type Step = (pick: Choices, pool: readonly Node[]) => Node;

/** Every function of one operand, where it is defined, bounded and far from a jump. */
const functions: readonly ((x: Node) => Node)[] = Object.values({
  neg: build.neg,
  exp: (x) => build.exp(build.neg(build.square(x))),
  log: (x) => build.log(build.add(build.square(x), 1)),
  sqrt: (x) => build.sqrt(build.add(build.square(x), 1)),
  square: build.square,
  reciprocal: (x) => build.reciprocal(build.add(build.square(x), 1)),
  abs: build.abs,
  sign: (x) => build.sign(build.sub(x, 0.1234567)),
  sin: build.sin,
  cos: build.cos,
  tanh: build.tanh,
  sigmoid: build.sigmoid,
  softplus: build.softplus,
  relu: build.relu,
  lgamma: (x) => build.lgamma(build.add(build.abs(x), 0.5)),
  digamma: (x) => build.digamma(build.add(build.abs(x), 0.5)),
  trigamma: (x) => build.trigamma(build.add(build.abs(x), 0.5)),
} satisfies Readonly<Record<UnaryName, (x: Node) => Node>>);

const unary: Step = (pick, pool) => pick.of([...functions, build.stop])(pick.of(pool));

const binary: Step = (pick, pool) => {
  const a = pick.of(pool);
  const others = pool.filter((b) => broadcasts(a, b));
  const b = pick.below(4) === 0 ? pick.of([0, 1, -1, 2, 0.5]) : pick.of(others);
  const f = pick.of([
    build.add,
    build.sub,
    build.mul,
    build.add,
    build.max,
    (x: Node, y: Node | number) =>
      build.div(x, typeof y === "number" ? y + 3 : build.add(build.abs(y), 1)),
  ]);
  return pick.below(2) === 0 || typeof b === "number" ? f(a, b) : f(b, a);
};

const select: Step = (pick, pool) => {
  const a = pick.of(pool);
  const b = pick.of(pool.filter((x) => broadcasts(a, x)));
  const shape = broadcastShapes(a.shape, b.shape);
  const condition = pick.of(pool.filter((x) => x.shape.length === shape.length));
  const isFit = condition.shape.every((n, axis) => n === 1 || n === shape[axis]);
  return build.select(build.greater(isFit ? condition : a, 0.1234567), a, b);
};

const reduction: Step = (pick, pool) => {
  const x = pick.of(pool);
  const axes = x.shape.map((_, axis) => axis).filter(() => pick.below(2) === 0);
  const last = x.shape.length - 1;
  return pick.of([
    () => build.sum(x, axes),
    () => build.sum(x, axes.toReversed()),
    () => build.amax(x, axes),
    () => build.prod(build.tanh(x), axes),
    () => build.softmax(x),
    () => build.logsumexp(x),
    () => build.cumsum(x, pick.below(last + 1), { reverse: pick.below(2) === 0 }),
    () => build.cumprod(build.tanh(x), last, { exclusive: pick.below(2) === 0 }),
  ])();
};

const layout: Step = (pick, pool) => {
  const x = pick.of(pool);
  const { shape } = x;
  const rank = shape.length;
  const axis = pick.below(rank);
  return pick.of([
    () => build.reshape(x, [...shape].reverse()),
    () => build.reshape(x, rank === 2 ? [1, ...shape] : [shape[0] ?? 1, elements(shape.slice(1))]),
    () =>
      build.transpose(
        x,
        rank === 2
          ? [1, 0]
          : pick.of([
              [1, 0, 2],
              [2, 0, 1],
              [0, 2, 1],
            ]),
      ),
    () =>
      build.broadcast(
        x,
        shape.map((n) => (n === 1 ? pick.sizes.columns : n)),
      ),
    () =>
      build.slice(
        x,
        shape.map((n, i) => (i === axis && n > 1 ? 1 : 0)),
        shape.map((n, i) => (i === axis && n > 1 ? n - 1 : n)),
      ),
    () =>
      build.pad(
        x,
        shape.map((_, i) => (i === axis ? 1 : 0)),
        shape.map(() => 0),
      ),
    () => build.reverse(x, axis),
    () => build.concat([x, build.tanh(x)], axis),
    () => build.concat([x, build.constant(0, shape)], axis),
  ])();
};

/** Small values keep their size however often they are used. */
const limit = (x: Node, most: number): Node =>
  elements(x.shape) > most ? build.sum(x, [x.shape.indexOf(Math.max(...x.shape))]) : x;

const gather: Step = (pick, pool) => {
  const x = pick.of(pool);
  const rows = x.shape[0] ?? 1;
  const source = pick.of(pool);
  const index = build.min(
    build.cast(build.mul(build.sigmoid(source), rows), "int"),
    build.constant(rows - 1, [], "int"),
  );
  const flat = build.reshape(index, [elements(source.shape)]);
  const first = build.slice(flat, [0], [Math.min(2, elements(source.shape))]);
  return pick.below(2) === 0
    ? build.gather(x, first)
    : build.reshape(build.sum(build.onehot(first, pick.sizes.columns), [0]), [
        1,
        pick.sizes.columns,
      ]);
};

const contract: Step = (pick, pool) => {
  const x = pick.of(pool);
  const y = pick.of(pool);
  const a = "abc".slice(0, x.shape.length);
  let b = "";
  for (const [axis, n] of y.shape.entries()) {
    const same = Array.from(a).find(
      (subscript, i) => x.shape[i] === n && !b.includes(subscript) && pick.below(3) > 0,
    );
    b += same ?? "xyz".charAt(axis);
  }
  const subscripts = Array.from(new Set(a + b));
  const out = subscripts.filter((l) => !(a.includes(l) && b.includes(l)) || pick.below(2) === 0);
  return build.contract(
    build.tanh(x),
    build.tanh(y),
    `${a},${b}->${(pick.below(2) === 0 ? out : out.reverse()).join("")}`,
  );
};

const fit = (x: Node, shape: Shape): Node => {
  if (sameShape(x.shape, shape)) return x;
  const total = build.sum(
    x,
    x.shape.map((_, axis) => axis),
  );
  return build.broadcast(
    build.reshape(
      total,
      shape.map(() => 1),
    ),
    shape,
  );
};

const loop =
  (depth: number): Step =>
  (pick, pool) => {
    const carries = Array.from({ length: 1 + pick.below(3) }, () => pick.of(pool));
    const constants = Array.from({ length: pick.below(3) }, () => pick.of(pool));
    const { length } = pick.sizes;
    const stacks = pool.filter((x) => x.shape[0] === length && x.shape.length === 3);
    const inputs = stacks.length === 0 ? [] : [pick.of(stacks), pick.of(stacks)];
    const arg = (name: string, shape: Shape): NodeOf<"input"> => build.input(name, shape);
    const carryArgs = carries.map((x, i) => arg(`c${i}`, x.shape));
    const constantArgs = constants.map((x, i) => arg(`k${i}`, x.shape));
    const inputArgs = inputs.map((x, i) => arg(`x${i}`, x.shape.slice(1)));
    const args: readonly Node[] = [...carryArgs, ...constantArgs, ...inputArgs];
    const grown = grow(pick, args, 5 + pick.below(8), depth - 1);
    const nextCarries = carryArgs.map((c) =>
      pick.of([
        () => build.tanh(build.add(c, fit(pick.of(grown), c.shape))),
        () => build.add(c, fit(pick.of(grown), c.shape)),
        () => fit(pick.of([...inputArgs, ...constantArgs, c]), c.shape),
        () => c,
      ])(),
    );
    const outputs = Array.from({ length: 1 + pick.below(3) }, () => pick.of(grown));
    const results = build.scan({
      length,
      reverse: pick.below(2) === 0,
      body: {
        carries: carryArgs,
        constants: constantArgs,
        inputs: inputArgs,
        nextCarries,
        outputs,
      },
      carries,
      constants,
      inputs,
    });
    return pick.of(results);
  };

/** Adds values to the given ones. */
const grow = (
  pick: Choices,
  given: readonly Node[],
  steps: number,
  depth: number,
): readonly Node[] => {
  const pool = [...given];
  const kinds: readonly Step[] = [
    unary,
    binary,
    binary,
    select,
    reduction,
    layout,
    layout,
    gather,
    contract,
  ];
  for (let i = 0; i < steps; i += 1) {
    const usable = pool.filter((x) => x.shape.length === 2 || x.shape.length === 3);
    const step = depth > 0 && pick.below(4) === 0 ? loop(depth) : pick.of(kinds);
    pool.push(limit(step(pick, usable), pick.sizes.most));
  }
  return pool;
};

/** Graphs of a few outputs. */
const graphsOf = (sizes: Sizes): fc.Arbitrary<Graph> =>
  fc.array(fc.nat(9973), { minLength: 40, maxLength: 80 }).map((numbers) => {
    const pick = new Choices(numbers, sizes);
    const inputs = inputShapes(sizes).map((shape, i) => build.input(`in${i}`, shape));
    const values = grow(pick, inputs, 14, 2).slice(inputs.length);
    const outputs = new Map(values.slice(-6).map((node, i) => [`out${i}`, node]));
    const graph: Graph = { inputs, outputs };
    return { ...graph, [fc.toStringMethod]: () => printGraph(graph) };
  });

export const randomGraph: fc.Arbitrary<Graph> = graphsOf({
  rows: 2,
  columns: 3,
  length: 3,
  most: 40,
});

/** Graphs with rows and columns around the numbers of lanes, and of rows and columns of tiles. */
export const wideGraph: fc.Arbitrary<Graph> = fc
  .record({
    rows: fc.constantFrom(2, 1, 4, 8, 16, 17),
    columns: fc.constantFrom(8, 9, 3, 7, 16, 17),
    length: fc.constantFrom(3, 1, 2, 4),
  })
  .chain((sizes) => graphsOf({ ...sizes, most: 300 }));

/** Fixed values for a graph's inputs, all different. */
export const inputValues = (graph: Graph): Map<string, HostArray> =>
  new Map(
    graph.inputs.map(({ attrs: { name }, shape }, k) => [
      name,
      {
        shape,
        data: Float64Array.from({ length: elements(shape) }, (_, i) =>
          Math.sin(1 + i * 1.7 + k * 2.3),
        ),
      },
    ]),
  );

/** The largest difference between two graphs' results, relative to results larger than 1. */
export const difference = (a: Graph, b: Graph, inputs: ReadonlyMap<string, HostArray>): number => {
  const right = evaluate(b, inputs);
  let largest = 0;
  for (const [name, { shape, data }] of evaluate(a, inputs)) {
    const other = right.get(name);
    if (other === undefined || !sameShape(shape, other.shape)) return Infinity;
    data.forEach((x, i) => {
      const y = other.data[i] ?? NaN;
      const error = Object.is(x, y) ? 0 : Math.abs(x - y) / Math.max(1, Math.abs(x));
      largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
    });
  }
  return largest;
};
