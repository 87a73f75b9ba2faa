/** Where a graph decides by comparing numbers, where rounding could decide otherwise, and what deciding otherwise is. */
import type { Node, OpName } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";

type Elements = HostArray["data"];

/** Where something is chosen: for each element of what a node gives. */
export interface Decision {
  readonly chosen: Elements;
  /** How far the choice lies from its border. */
  readonly margins: readonly number[];
}

interface Kind {
  readonly margins: (
    chosen: Elements,
    operands: readonly HostArray[],
    value: HostArray,
  ) => number[];
  /** Turns the choice of one element to the other side of its border. */
  readonly turn: (chosen: Elements, i: number, operands: readonly HostArray[]) => void;
}

/** What the node has decided, from its value and those of its operands. */
export const decisionOf = (
  { op }: Node,
  value: HostArray,
  operands: readonly HostArray[],
): Decision | undefined => {
  const kind = kinds[op];
  if (kind === undefined) return undefined;
  const chosen = value.data.slice();
  return { chosen, margins: kind.margins(chosen, operands, value) };
};

/** Decides otherwise at these elements, in place. */
export const decideOtherwise = (
  { op }: Node,
  { data }: HostArray,
  operands: readonly HostArray[],
  elements: Iterable<number>,
): void => {
  for (const i of elements) kinds[op]?.turn(data, i, operands);
};

/** How many times its own movement a choice has to be away from the border. */
const CLEAR = 16;

/** The elements whose choice rounding may turn, seen from what is computed exactly and from what is moved. */
export const unclear = (exact: Decision, moved: Decision): readonly number[] =>
  exact.margins.flatMap((margin, i) =>
    exact.chosen[i] === moved.chosen[i] && isClear(margin, moved.margins[i]) ? [] : [i],
  );

/** Whether rounding leaves it on its side of 0, or at infinity. */
const isClear = (x: number, moved = NaN): boolean => {
  const movement = Math.abs(x - moved);
  return !Number.isFinite(x) || movement === 0 || Math.abs(x) > CLEAR * movement;
};

/** a - b, either broadcast to the shape. */
const difference: Kind["margins"] = (_, [a, b], { shape }) => {
  const [left, right] = [broadcastTo(a, shape), broadcastTo(b, shape)];
  return left.map((x, i) => x - (right[i] ?? 0));
};

const broadcastTo = (array: HostArray | undefined, shape: readonly number[]): number[] => {
  if (array === undefined) return [];
  let elements = [...array.data];
  // From the last axis on: everything within it is a block by now.
  let block = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] ?? 1;
    if (array.shape[axis] === 1 && size !== 1) {
      const width = block;
      elements = Array.from({ length: (elements.length / width) * size * width }, (_, i) => {
        const row = Math.floor(i / (width * size));
        return elements[row * width + (i % width)] ?? Number.NaN;
      });
    }
    block *= size;
  }
  return elements;
};

/** The row of the last axis in which its element lies. */
const rowOf = (x: HostArray | undefined, row: number): Elements => {
  const size = x?.shape.at(-1) ?? 1;
  return x?.data.subarray(row * size, (row + 1) * size) ?? new Float64Array();
};

/** Where the largest element lies but for this one. */
const nextBest = (row: Elements, best: number): number =>
  [...row.keys()].reduce(
    (found, i) => (i !== best && (row[i] ?? 0) > (row[found] ?? -Infinity) ? i : found),
    -1,
  );

const comparison: Kind = {
  margins: difference,
  turn: (chosen, i) => (chosen[i] = 1 - (chosen[i] ?? 0)),
};

const kinds: Partial<Readonly<Record<OpName, Kind>>> = {
  greater: comparison,
  equal: comparison,
  sign: {
    margins: (_, [x]) => [...(x?.data ?? [])],
    turn: (chosen, i) => (chosen[i] = (chosen[i] ?? 0) > 0 ? -1 : 1),
  },
  cast: {
    margins: (_, [x]) => [...(x?.data ?? [])].map((value) => value - Math.round(value)),
    // What is left of a number is the whole one that it is near, or the one before that, towards 0.
    turn: (chosen, i, [x]) => {
      const near = Math.round(x?.data[i] ?? 0);
      chosen[i] = chosen[i] === near ? near - Math.sign(near) : near;
    },
  },
  argmax: {
    margins: (chosen, [x]) =>
      Array.from(chosen, (best, r) => {
        const row = rowOf(x, r);
        return (row[best] ?? 0) - (row[nextBest(row, best)] ?? -Infinity);
      }),
    turn: (chosen, i, [x]) => {
      const other = nextBest(rowOf(x, i), chosen[i] ?? 0);
      if (other >= 0) chosen[i] = other;
    },
  },
  argsort: {
    margins: (chosen, [x]) => {
      const size = x?.shape.at(-1) ?? 1;
      return Array.from(chosen, (_, i) => {
        const row = rowOf(x, Math.floor(i / size));
        const [lower, upper] = [chosen[i] ?? 0, chosen[i + 1] ?? 0];
        return i % size === size - 1 ? Infinity : (row[upper] ?? 0) - (row[lower] ?? 0);
      });
    },
    turn: (chosen, i, [x]) => {
      const size = x?.shape.at(-1) ?? 1;
      if (i % size === size - 1) return;
      [chosen[i], chosen[i + 1]] = [chosen[i + 1] ?? 0, chosen[i] ?? 0];
    },
  },
};
