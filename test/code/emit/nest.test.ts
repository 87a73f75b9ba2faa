import { describe, test } from "vitest";
import type { Access, Instruction, Nest, InstructionId } from "../../../src/loops/program.ts";
import {
  between,
  check,
  input,
  making,
  output,
  pick,
  randomLayout,
  reading,
  type Making,
} from "./case.ts";

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

const randomAxes = ({ random }: Making, limit = 2500): readonly number[] => {
  const axes = Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 40));
  while (axes.reduce((a, b) => a * b, 1) > limit) {
    const largest = axes.indexOf(Math.max(...axes));
    axes[largest] = Math.ceil((axes[largest] ?? 1) / 3);
  }
  return axes;
};

/** Where a value of the given free axes is stored, the others standing still. */
const writing = (
  made: Making,
  axes: readonly number[],
  free: number,
  dtype: "float" | "int" = "float",
): Access => {
  const { base, strides, size } = randomLayout(made.random, axes.slice(0, free), { broadcast: 0 });
  const still = axes.slice(free).map(() => 0);
  return { buffer: output(made, size, dtype), base, strides: [...strides, ...still], steps: [] };
};

/** Loads and exact operations on them, such that small whole numbers stay so. */
const randomBody = (made: Making, axes: readonly number[]): Instruction[] => {
  const { random } = made;
  const body: Instruction[] = Array.from({ length: between(random, 1, 3) }, () => ({
    op: "load",
    dtype: "float",
    from: reading(made, axes),
  }));
  const any = (): InstructionId => between(random, 0, body.length - 1);
  const bounded = (): InstructionId => between(random, 0, Math.min(2, body.length - 1));
  for (let count = between(random, 0, 5); count > 0; count -= 1) {
    const kinds: readonly (() => readonly Instruction[])[] = [
      () => [
        { op: "binary", name: pick(random, ["add", "sub", "max", "min"]), a: any(), b: any() },
      ],
      () => [{ op: "binary", name: pick(random, ["greater", "equal"]), a: any(), b: any() }],
      () => [
        { op: "binary", name: "mul", a: bounded(), b: bounded() },
        { op: "binary", name: "add", a: body.length, b: any() },
      ],
      () => [{ op: "unary", name: pick(random, ["neg", "abs", "sign", "relu"]), of: any() }],
      () => [{ op: "select", condition: any(), a: any(), b: any() }],
      () => [{ op: "number", dtype: "float", value: between(random, -3, 3) }],
      () => [
        {
          op: "index",
          axis: between(random, 0, axes.length - 1),
          scale: between(random, 1, 2),
          offset: between(random, -2, 2),
        },
        { op: "cast", dtype: "float", of: body.length },
      ],
      () => [
        { op: "binary", name: "greater", a: any(), b: any() },
        { op: "select", condition: body.length, a: any(), b: any() },
      ],
    ];
    body.push(...pick(random, kinds)());
    // The last of it may be an int.
    if (body.at(-1)?.op === "index") body.pop();
  }
  return body;
};

/** No int is combined with a float. */
const lastFloat = (body: readonly Instruction[]): InstructionId =>
  body.findLastIndex(({ op }) => op !== "index");

const isTyped = (body: readonly Instruction[]): boolean => {
  const ints = new Set([...body.keys()].filter((id) => body[id]?.op === "index"));
  return body.every((one) => {
    const operands =
      one.op === "binary"
        ? [one.a, one.b]
        : one.op === "unary"
          ? [one.of]
          : one.op === "select"
            ? [one.condition, one.a, one.b]
            : [];
    return operands.every((id) => !ints.has(id));
  });
};

const partitionedAxis = (
  { random }: Making,
  threads: number,
  free: number,
): Nest["partitioned"] => {
  if (threads === 1) return undefined;
  return free === 0 || random() < 0.1 ? "alone" : between(random, 0, free - 1);
};

const nest = (
  made: Making,
  threads: number,
  parts: Pick<Nest, "axes" | "body"> & Partial<Nest>,
): void => {
  const { axes, reduced = 0, order } = parts;
  const free = axes.length - Math.max(reduced, order === "sequential" ? 1 : 0);
  const partitioned = parts.partitioned ?? partitionedAxis(made, threads, free);
  check(
    made,
    [{ kind: "nest", reduced, ...parts, ...(partitioned === undefined ? {} : { partitioned }) }],
    threads,
  );
};

describe.each([1, 2, 3])("on %i threads", (threads) => {
  test.each(seeds(40))("maps %i", (seed) => {
    const made = making(seed * 7 + threads);
    const axes = randomAxes(made);
    const body = randomBody(made, axes);
    if (!isTyped(body)) return;
    const stores: Instruction[] = Array.from({ length: between(made.random, 1, 2) }, (_, i) => ({
      op: "store",
      value: Math.max(0, lastFloat(body) - i),
      to: writing(made, axes, axes.length),
    }));
    if (stores.some((one) => one.op === "store" && body[one.value]?.op === "index")) return;
    nest(made, threads, { axes, body: [...body, ...stores] });
  });

  test.each(seeds(40))("reductions %i", (seed) => {
    const made = making(seed * 11 + threads);
    const axes = randomAxes(made);
    const reduced = between(made.random, 1, axes.length);
    const body = randomBody(made, axes);
    if (!isTyped(body)) return;
    const reductions: Instruction[] = Array.from({ length: between(made.random, 1, 2) }, () => ({
      op: "reduce",
      name: pick(made.random, ["add", "max", "min"]),
      value: lastFloat(body),
      to: writing(made, axes, axes.length - reduced),
    }));
    const onTheWay: readonly Instruction[] =
      made.random() < 0.3
        ? [{ op: "store", value: lastFloat(body), to: writing(made, axes, axes.length) }]
        : [];
    nest(made, threads, { axes, reduced, body: [...body, ...onTheWay, ...reductions] });
  });

  test.each(seeds(8))("products of elements %i", (seed) => {
    const made = making(seed * 13 + threads);
    const axes = [between(made.random, 1, 9), between(made.random, 1, 40)];
    const from = reading(made, axes, 0, [1, 1, 1, -1, 1, 1, 2]);
    const to = writing(made, axes, 1);
    const body: readonly Instruction[] = [
      { op: "load", dtype: "float", from },
      { op: "reduce", name: "mul", value: 0, to },
    ];
    nest(made, threads, { axes, reduced: 1, body });
  });

  test.each(seeds(16))("running sums %i", (seed) => {
    const made = making(seed * 17 + threads);
    const axes = randomAxes(made, 600);
    const name = pick(made.random, ["add", "mul"] as const);
    const values = name === "mul" ? [1, -1] : undefined;
    const body: readonly Instruction[] = [
      { op: "load", dtype: "float", from: reading(made, axes, 0.2, values) },
      { op: "running", name, of: 0, exclusive: made.random() < 0.5 },
      { op: "store", value: 1, to: writing(made, axes, axes.length) },
    ];
    nest(made, threads, { axes, order: "sequential", body });
  });

  test.each(seeds(16))("gathers %i", (seed) => {
    const made = making(seed * 19 + threads);
    const axes = [between(made.random, 1, 12), between(made.random, 1, 40)];
    const [rows = 1, columns = 1] = axes;
    const size = between(made.random, 1, 9);
    const indices = input(made, rows, [-1, 0, 1, 2, 5, 9, 20], "int");
    const table = input(made, size * columns);
    const swapped = made.random() < 0.4;
    const strides = (a: number, b: number): readonly number[] => (swapped ? [b, a] : [a, b]);
    const body: readonly Instruction[] = [
      {
        op: "load",
        dtype: "int",
        from: { buffer: indices, base: 0, strides: strides(1, 0), steps: [] },
      },
      { op: "clamp", of: 0, size },
      {
        op: "load",
        dtype: "float",
        from: {
          buffer: table,
          base: 0,
          strides: strides(0, 1),
          steps: [],
          dynamic: { value: 1, stride: columns },
        },
      },
      { op: "load", dtype: "float", from: reading(made, swapped ? axes.toReversed() : axes) },
      { op: "binary", name: "add", a: 2, b: 3 },
      { op: "store", value: 4, to: writing(made, swapped ? axes.toReversed() : axes, 2) },
    ];
    nest(made, threads, { axes: swapped ? axes.toReversed() : axes, body });
  });

  test.each(seeds(16))("scattered sums %i", (seed) => {
    const made = making(seed * 23 + threads);
    const [rows, columns, size] = [
      between(made.random, 1, 12),
      between(made.random, 1, 40),
      between(made.random, 1, 9),
    ];
    const indices = input(made, rows, [-1, 0, 1, 2, 5, 9, 20], "int");
    const to: Access = { buffer: output(made, size * columns), base: 0, strides: [1], steps: [] };
    const clear: Nest = {
      kind: "nest",
      axes: [size * columns],
      reduced: 0,
      body: [
        { op: "number", dtype: "float", value: 0 },
        { op: "store", value: 0, to },
      ],
      ...(threads === 1 ? {} : { partitioned: "alone" }),
    };
    const add: Nest = {
      kind: "nest",
      axes: [rows, columns],
      reduced: 0,
      order: "ordered",
      body: [
        {
          op: "load",
          dtype: "int",
          from: { buffer: indices, base: 0, strides: [1, 0], steps: [] },
        },
        { op: "clamp", of: 0, size },
        { op: "load", dtype: "float", from: reading(made, [rows, columns]) },
        {
          op: "store",
          value: 2,
          accumulate: true,
          to: { ...to, strides: [0, 1], dynamic: { value: 1, stride: columns } },
        },
      ],
      ...(threads === 1 ? {} : { partitioned: made.random() < 0.3 ? "alone" : 1 }),
    };
    check(made, threads === 1 ? [clear, add] : [clear, { kind: "barrier" }, add], threads);
  });
});

test.each(seeds(6))("sums of overlapping windows %i", (seed) => {
  const made = making(seed);
  const [count, size, stride] = [
    between(made.random, 1, 9),
    between(made.random, 1, 40),
    between(made.random, 1, 5),
  ];
  const length = (count - 1) * stride + size;
  const to: Access = { buffer: output(made, length), base: 0, strides: [1], steps: [] };
  const body: readonly Instruction[] = [
    { op: "load", dtype: "float", from: reading(made, [count, size], 0) },
    { op: "store", value: 0, accumulate: true, to: { ...to, strides: [stride, 1] } },
  ];
  const clear: readonly Instruction[] = [
    { op: "number", dtype: "float", value: 0 },
    { op: "store", value: 0, to },
  ];
  check(
    made,
    [
      { kind: "nest", axes: [length], reduced: 0, body: clear },
      { kind: "nest", axes: [count, size], reduced: 0, order: "ordered", body },
    ],
    1,
  );
});
