import { describe, expect, test } from "vitest";
import { chooseTile } from "../../../src/code/emit/tile.ts";
import type { Access, Instruction, Product, ProductTerm } from "../../../src/loops/program.ts";
import {
  between,
  check,
  input,
  making,
  output,
  pick,
  randomLayout,
  reading,
  shuffled,
  type Making,
} from "./case.ts";

/** The operand of a product that lies dense along `column`, if it varies there. */
const operand = (
  made: Making,
  axes: readonly number[],
  still: number | undefined,
  column?: number,
): Access => {
  const others = [...axes.keys()].filter((axis) => axis !== still && axis !== column);
  const order = [...shuffled(made.random, others), ...(column === undefined ? [] : [column])];
  const { base, strides, size } = randomLayout(made.random, axes, { broadcast: 0, order });
  return { buffer: input(made, size), base, strides, steps: [] };
};

const randomProduct = (made: Making, threads: number): Product => {
  const { random } = made;
  const others = Array.from({ length: between(random, 0, 2) }, () => between(random, 1, 3));
  const hasRow = random() < 0.85;
  // From 64 rows on, tiles go along the rows.
  const rows = random() < 0.2 ? between(random, 64, 80) : between(random, 1, 40);
  const sizes = [...(hasRow ? [rows] : []), between(random, 1, 40), ...others];
  const places = shuffled(random, [...sizes.keys()]);
  const axes = places.map((place) => sizes[place] ?? 1);
  const row = hasRow ? places.indexOf(0) : undefined;
  const column = places.indexOf(hasRow ? 1 : 0);
  const terms = Array.from({ length: between(random, 1, 2) }, (): ProductTerm => {
    const inner = Array.from({ length: between(random, 0, 2) }, () => between(random, 1, 7));
    return {
      inner,
      a: operand(made, [...axes, ...inner], column),
      b: operand(made, [...axes, ...inner], row, column),
    };
  });
  const { base, strides, size } = randomLayout(random, axes, { broadcast: 0 });
  const bias = reading(made, axes, 0.6);
  const to: Access = { buffer: output(made, size), base, strides, steps: [] };
  // A long body is done along whole rows.
  const more: readonly Instruction[] = [
    { op: "unary", name: "abs", of: 2 },
    { op: "binary", name: "sub", a: 4, b: 1 },
    { op: "binary", name: "max", a: 5, b: 3 },
  ];
  const isLong = random() < 0.5;
  const other: Access = { ...to, buffer: output(made, size) };
  const body: readonly Instruction[] = [
    { op: "product" },
    { op: "load", dtype: "float", from: bias },
    { op: "binary", name: "add", a: 0, b: 1 },
    { op: "unary", name: pick(random, ["relu", "neg"]), of: 2 },
    ...(isLong ? more : []),
    { op: "store", value: 2, to: other },
    { op: "store", value: isLong ? 6 : random() < 0.8 ? 3 : 0, to },
  ];
  const partitioned = random() < 0.1 ? "alone" : between(random, 0, axes.length - 1);
  const product: Product = { kind: "product", axes, row, column, terms, body };
  return threads === 1 ? product : { ...product, partitioned };
};

describe.each([1, 2, 3])("products on %i threads", (threads) => {
  test.each(Array.from({ length: 50 }, (_, i) => i))("%i", (seed) => {
    const made = making(seed * 29 + threads);
    check(made, [randomProduct(made, threads)], threads);
  });
});

describe("tiles", () => {
  const wide = { lanes: 16, registers: 32 } as const;
  const cover = (rows: number, columns: number, lanes: 4 | 8 | 16) => ({
    rows,
    columns,
    mostRows: rows,
    mostVectors: Math.ceil(columns / lanes),
    lanes,
  });
  test.each([
    [10, 512],
    [250, 256],
    [250, 784],
    [12, 64],
    [33, 100],
  ])("%i x %i fill the registers and do little twice", (rows, columns) => {
    const tile = chooseTile(cover(rows, columns, 16), wide);
    const covered = Math.ceil(rows / tile.rows) * tile.rows * Math.ceil(columns / 16) * 16;
    expect(tile.rows * tile.vectors + tile.vectors + 1).toBeLessThanOrEqual(32);
    expect(tile.rows * tile.vectors).toBeGreaterThanOrEqual(10);
    expect(covered / (rows * Math.ceil(columns / 16) * 16)).toBeLessThan(1.1);
  });

  test("leave room where registers are few", () => {
    const tile = chooseTile(cover(10, 512, 4), { lanes: 4, registers: 14 });
    expect(tile).toEqual({ rows: 5, vectors: 2, lanes: 4 });
  });
});
