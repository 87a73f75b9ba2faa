/**
 * Every operation, mapped over leading axes: whatever mixture of sizes 1, K and B its operands have, each particle
 * and sequence gets what the operation gives on its own. What it gives on its own is held against plain numbers.
 */
import { expect, test } from "vitest";
import { input } from "../../src/graph/build.ts";
import type { Node, Shape } from "../../src/graph/op.ts";
import { elements } from "../../src/graph/shapes.ts";
import { emit, type EmitContext } from "../../src/inference/emit.ts";
import type { Value, ValueOp, ValueOps } from "../../src/ir/value.ts";
import { evaluate, size } from "../../src/shape/dim.ts";
import { cases, type Case, type Leaf, type Operand } from "./support/emit-cases.ts";
import { numbers, prepare } from "./support/run.ts";

const K = 2;
const B = 3;
const LEADS: readonly Shape[] = [
  [1, 1],
  [1, B],
  [K, 1],
  [K, B],
];

/** All ways to give operands leading axes; of more than two, the later ones repeat. */
const mixtures = (operands: readonly Operand[]): readonly (readonly Shape[])[] => {
  const [first, second] = operands;
  if (second === undefined || first === undefined) return LEADS.map((lead) => [lead]);
  return LEADS.flatMap((a) =>
    LEADS.map((b) =>
      operands.map(({ plain }, i) => (plain === true ? [1, 1] : i % 2 === 0 ? a : b)),
    ),
  );
};

const at = (xs: readonly number[], i: number): number => xs[i] ?? Number.NaN;

const valuesFor = (operand: Operand, count: number, seed: number): number[] => {
  const raw = numbers(count, seed);
  if (operand.below !== undefined) {
    const below = operand.below;
    return raw.map((x) => Math.min(below - 1, Math.floor(((x + 1) / 2) * below)));
  }
  if (operand.order === true) {
    const n = operand.shape.at(-1) ?? 1;
    return raw.flatMap((_, i) => {
      if (i % n !== 0) return [];
      const keys = raw.slice(i, i + n);
      return [...keys.keys()].sort((a, b) => at(keys, a) - at(keys, b));
    });
  }
  return operand.positive === true ? raw.map((x) => 0.55 + 0.45 * x) : raw;
};

const context: EmitContext = {
  size: (dim) => evaluate(dim, new Map()) ?? Number.NaN,
  leaves: {
    parameter: () => input("unused", []),
    data: () => input("unused", []),
    site: () => input("unused", []),
    carry: () => input("unused", []),
  },
};

const emitted = (op: ValueOp, example: Case<ValueOps[ValueOp]>, operands: readonly Node[]): Node =>
  emit(
    {
      id: 9,
      op,
      operands: operands.map((_, i) => i),
      attrs: example.attrs,
      type: { base: "real", axes: example.result.map(size) },
      when: "static",
    } as Value,
    operands,
    context,
  );

const all = Object.entries(cases) as readonly (readonly [
  Exclude<ValueOp, Leaf>,
  Case<ValueOps[ValueOp]>,
])[];

test.each(all)("%s", (op, example) => {
  for (const leads of mixtures(example.operands)) {
    const whole = example.operands.map((operand, i) => {
      const shape = [...(leads[i] ?? [1, 1]), ...operand.shape];
      const node = input(`x${i}`, shape, operand.dtype);
      return { operand, shape, node, data: valuesFor(operand, elements(shape), 100 + i) };
    });
    const node = emitted(
      op,
      example,
      whole.map((x) => x.node),
    );
    const lead = [0, 1].map((axis) => Math.max(...leads.map((shape) => at(shape, axis))));
    expect(node.shape).toEqual([...lead, ...example.result]);
    const inputs = Object.fromEntries(whole.map(({ data }, i) => [`x${i}`, data]));
    const result = prepare(new Map([["it", node]]))(inputs).get("it") ?? [];

    const count = elements(example.result);
    for (let k = 0; k < at(lead, 0); k += 1) {
      for (let b = 0; b < at(lead, 1); b += 1) {
        const own = whole.map(({ operand, shape, data }) => {
          const n = elements(operand.shape);
          const place = (k % at(shape, 0)) * at(shape, 1) + (b % at(shape, 1));
          return data.slice(place * n, (place + 1) * n);
        });
        const expected = example.meaning(...own);
        const start = (k * at(lead, 1) + b) * count;
        expect(expected.length).toBe(count);
        expected.forEach((x, i) => {
          expect(at(result, start + i)).toBeCloseTo(x, 12);
        });
      }
    }
  }
});
