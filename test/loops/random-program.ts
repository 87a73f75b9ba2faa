/** Loop programs for property tests: valid, small, of every kind of statement and access. */
import type {
  Access,
  BufferDeclaration,
  Instruction,
  Nest,
  Product,
  LoopProgram,
  Statement,
} from "../../src/loops/program.ts";

interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** How far a step of the loop around moves it, and where its first step begins. */
  readonly step: number;
  readonly base: number;
}

/** Numbers in [0, 1), the same for the same seed. */
const numbers = (seed: number): (() => number) => {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
};

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const rowMajor = (dims: readonly number[]): number[] =>
  dims.map((_, i) => product(dims.slice(i + 1)));

/** A valid program, not planned; the same for the same seed. */
export function randomProgram(seed: number): LoopProgram {
  const random = numbers(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const chance = (p: number): boolean => random() < p;
  const oneOf = <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0];
  const batch = oneOf([2, 3, 4, 6]);
  const sizes: readonly [number, ...number[]] = [batch, batch, batch, oneOf([5, 6, 33]), 7];
  const wide = oneOf([32, 40, 64]);
  const buffers: BufferDeclaration[] = [];
  const fresh = (size: number, role: BufferDeclaration["role"]): string => {
    const name = `${role[0] ?? ""}${buffers.length}`;
    buffers.push({ name, dtype: "float", size, role });
    return name;
  };
  const tensor = (
    dims: readonly number[],
    role: BufferDeclaration["role"] = "temporary",
  ): Tensor => ({
    name: fresh(product(dims), role),
    dims,
    step: 0,
    base: 0,
  });
  const weights = [
    tensor([batch, wide], "input"),
    tensor([wide, wide], "input"),
    tensor([wide], "input"),
  ];

  /** An access to all or a part of a tensor: each of its dimensions goes along an axis of that size, or stays. */
  const accessTo = (from: Tensor, axes: readonly number[], depth: number): Access => {
    const strides = axes.map(() => 0);
    let base = from.base;
    const moves = rowMajor(from.dims);
    for (const [i, size] of from.dims.entries()) {
      const fits = axes.flatMap((axis, a) => (axis === size ? [a] : []));
      const axis = chance(0.8) && fits.includes(i) ? i : fits[below(fits.length)];
      if (axis === undefined || chance(0.05)) base += below(size) * (moves[i] ?? 0);
      else strides[axis] = (strides[axis] ?? 0) + (moves[i] ?? 0);
    }
    return { buffer: from.name, base, strides, steps: stepsOf(from, depth) };
  };
  const stepsOf = (of: Tensor, depth: number): number[] =>
    Array.from({ length: depth }, (_, d) => (d === depth - 1 ? of.step : 0));

  const loads = (
    known: readonly Tensor[],
    axes: readonly number[],
    depth: number,
    body: Instruction[],
  ): number => {
    let value = -1;
    const count = 1 + below(3);
    for (let k = 0; k < count; k++) {
      const from = known[known.length - 1 - below(Math.min(known.length, 6))] ?? known[0];
      if (from === undefined) continue;
      let access = accessTo(from, axes, depth);
      if (chance(0.1) && from.dims.length > 1 && from.step === 0) {
        const size = from.dims[0] ?? 1;
        const stride = rowMajor(from.dims)[0] ?? 1;
        body.push({ op: "number", dtype: "int", value: below(size) });
        body.push({ op: "clamp", of: body.length - 1, size });
        const inner = accessTo({ ...from, dims: from.dims.slice(1) }, axes, depth);
        access = { ...inner, dynamic: { value: body.length - 1, stride } };
      }
      body.push({ op: "load", dtype: "float", from: access });
      if (value >= 0) body.push({ op: "binary", name: "add", a: value, b: body.length - 1 });
      value = body.length - 1;
    }
    return value;
  };

  const storeTo = (to: Tensor, rank: number, depth: number, order: readonly number[]): Access => {
    const strides = Array.from({ length: rank }, () => 0);
    const moves = rowMajor(to.dims);
    for (const [i, axis] of order.entries()) strides[axis] = moves[i] ?? 0;
    return { buffer: to.name, base: to.base, strides, steps: stepsOf(to, depth) };
  };

  const nest = (known: readonly Tensor[], depth: number, target?: Tensor): [Statement, Tensor] => {
    const free = target?.dims ?? Array.from({ length: 1 + below(3) }, () => oneOf(sizes));
    const reduced = chance(0.3) ? [oneOf(sizes)] : [];
    const axes = [...free, ...reduced];
    const order = free.map((_, i) => i);
    if (target === undefined && chance(0.3)) order.reverse();
    const body: Instruction[] = [];
    const value = loads(known, axes, depth, body);
    const to = target ?? tensor(order.map((i) => free[i] ?? 1));
    const access = storeTo(to, axes.length, depth, order);
    if (reduced.length > 0) body.push({ op: "reduce", name: "add", value, to: access });
    else body.push({ op: "store", value, to: access });
    if (reduced.length === 0 && target === undefined && depth === 0 && chance(0.3)) {
      // Two stores side by side in one buffer twice as wide.
      const pair = tensor([...to.dims.slice(0, -1), (to.dims.at(-1) ?? 1) * 2]);
      const half = { ...storeTo(pair, axes.length, depth, order), base: to.dims.at(-1) ?? 1 };
      body.push({ op: "store", value, to: storeTo(pair, axes.length, depth, order) });
      body.push({ op: "store", value, to: half });
    }
    return [{ kind: "nest", axes, reduced: reduced.length, body } satisfies Nest, to];
  };

  const flat = (known: readonly Tensor[], depth: number): [Statement, Tensor] | undefined => {
    const from = known.at(-1 - below(Math.min(known.length, 3)));
    if (from === undefined) return undefined;
    const size = product(from.dims);
    const to = tensor(from.dims);
    const along = (of: Tensor): Access => ({
      buffer: of.name,
      base: of.base,
      strides: [1],
      steps: stepsOf(of, depth),
    });
    const body: Instruction[] = [
      { op: "load", dtype: "float", from: along(from) },
      { op: "unary", name: "tanh", of: 0 },
      { op: "store", value: 1, to: along(to) },
    ];
    return [{ kind: "nest", axes: [size], reduced: 0, body }, to];
  };

  const matmul = (known: readonly Tensor[], depth: number): [Statement, Tensor] => {
    const wides = known.filter(({ dims }) => dims.length === 2 && dims[1] === wide);
    const from = wides.at(-1 - below(wides.length)) ?? weights[0] ?? tensor([1, 1], "input");
    const weight = weights[1] ?? from;
    const rows = from.dims[0] ?? 1;
    const to = tensor([rows, wide]);
    const steps = stepsOf(from, depth);
    const a: Access = { buffer: from.name, base: from.base, strides: [wide, 0, 1], steps };
    const none = stepsOf(weight, depth);
    const b: Access = { buffer: weight.name, base: 0, strides: [0, 1, wide], steps: none };
    const statement: Product = {
      kind: "product",
      axes: [rows, wide],
      row: 0,
      column: 1,
      terms: [{ inner: [wide], a, b }],
      body: [{ op: "product" }, { op: "store", value: 0, to: storeTo(to, 2, depth, [0, 1]) }],
    };
    return [statement, to];
  };

  const scatter = (known: readonly Tensor[], depth: number): [Statement[], Tensor] => {
    const rows = oneOf(sizes);
    const columns = oneOf(sizes);
    const to = tensor([rows, columns]);
    const zero: Instruction[] = [
      { op: "number", dtype: "float", value: 0 },
      { op: "store", value: 0, to: storeTo(to, 2, depth, [0, 1]) },
    ];
    const body: Instruction[] = [];
    const value = loads(known, [batch, columns], depth, body);
    body.push({ op: "number", dtype: "int", value: below(rows) });
    body.push({ op: "clamp", of: body.length - 1, size: rows });
    const access: Access = {
      buffer: to.name,
      base: 0,
      strides: [0, 1],
      steps: stepsOf(to, depth),
      dynamic: { value: body.length - 1, stride: columns },
    };
    body.push({ op: "store", value, to: access, accumulate: true });
    return [
      [
        { kind: "nest", axes: [rows, columns], reduced: 0, body: zero },
        { kind: "nest", axes: [batch, columns], reduced: 0, order: "ordered", body },
      ],
      to,
    ];
  };

  const straight = (known: Tensor[], depth: number, count: number): Statement[] => {
    const statements: Statement[] = [];
    for (let k = 0; k < count; k++) {
      const kind = random();
      if (kind < 0.5) {
        const [statement, to] = nest(known, depth);
        statements.push(statement);
        known.push(to);
      } else if (kind < 0.7) {
        const made = flat(known, depth);
        if (made === undefined) continue;
        statements.push(made[0]);
        known.push(made[1]);
      } else if (kind < 0.9) {
        const [statement, to] = matmul(known, depth);
        statements.push(statement);
        known.push(to);
      } else {
        const [some, to] = scatter(known, depth);
        statements.push(...some);
        known.push(to);
      }
    }
    return statements;
  };

  const loop = (known: Tensor[], depth: number): Statement[] => {
    const length = 1 + below(4);
    const reverse = chance(0.5);
    const dims = chance(0.6) ? [batch, wide] : [oneOf(sizes), oneOf(sizes)];
    const step = product(dims);
    const start = reverse ? step * length : 0;
    const history = fresh(step * (length + 1), "temporary");
    const outer: Tensor = { name: history, dims, step: 0, base: start };
    const [first] = nest(known, depth, outer);
    const read: Tensor = { name: history, dims, step, base: reverse ? step : 0 };
    const write: Tensor = { name: history, dims, step, base: reverse ? 0 : step };
    const carried = tensor(dims);
    const [initial] = nest(known, depth, carried);
    const inside = [...known.map((one) => ({ ...one, step: 0 })), carried, read];
    const body = straight(inside, depth + 1, 1 + below(5));
    // A history's place at a step of this loop is not known in another loop.
    const still = inside.filter((one) => one.step === 0);
    const before = still.length;
    const nested = depth === 0 && chance(0.3) ? loop(still, depth + 1) : [];
    inside.push(...still.slice(before));
    const later = straight(inside, depth + 1, 1 + below(2));
    const [last] = nest(
      inside.filter(({ name }) => name !== history),
      depth + 1,
      write,
    );
    const withoutCarried = inside.filter(({ name }) => name !== carried.name);
    const [update] = nest(withoutCarried, depth + 1, carried);
    known.push({ ...outer, base: reverse ? 0 : step * length }, carried);
    known.push({ name: history, dims: [length + 1, ...dims], step: 0, base: 0 });
    return [
      first,
      initial,
      { kind: "loop", length, reverse, body: [...body, ...nested, ...later, last, update] },
    ];
  };

  const known: Tensor[] = [...weights];
  const body = straight(known, 0, 2 + below(4));
  const rounds = 1 + below(2);
  for (let k = 0; k < rounds; k++) {
    body.push(...loop(known, 0));
    body.push(...straight(known, 0, below(5)));
  }
  const [result] = nest(known, 0, tensor([batch, wide], "output"));
  body.push(result);
  return { buffers, body, threads: 1, arena: 0 };
}
