/** Where a graph decides by comparing numbers, and whether rounding could decide otherwise. */
import type { Graph, Node, OpName } from "../../src/graph/op.ts";
import { bodyRoots, topological } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";

/** Where something is chosen. */
export interface Decision {
  /** How far from the border each choice lies. */
  readonly margins: readonly number[];
  /** What was chosen, where that says more than a sign. */
  readonly choices: readonly number[];
  /** How far apart the two values are of which each choice takes one, where it does no more than that. */
  readonly gaps?: readonly number[];
}

type ValueOf = (node: Node) => HostArray | undefined;

/** What a node of the graph has decided, from its value and those of its operands. */
export const decidingIn = (
  graph: Graph,
): ((node: Node, valueOf: ValueOf) => Decision | undefined) => {
  const selecting = onlySelecting([...graph.outputs.values()]);
  return (node, valueOf) => {
    if (selecting.has(node)) return undefined;
    const [condition] = node.operands;
    return node.op === "select" && condition !== undefined && selecting.has(condition)
      ? selection(node, condition, valueOf)
      : decision(node, valueOf);
  };
};

const decision = (node: Node, valueOf: ValueOf): Decision | undefined => {
  const value = valueOf(node);
  const operands = node.operands.flatMap((operand) => valueOf(operand) ?? []);
  return value === undefined ? undefined : deciders[node.op]?.(value, operands);
};

/** Comparisons that nothing sees but selections by them. */
const onlySelecting = (roots: readonly Node[]): ReadonlySet<Node> => {
  const seen = new Set<Node>(roots);
  const conditions = new Set<Node>();
  const bodies: (readonly Node[])[] = [];
  for (const node of topological(roots)) {
    const [first, ...rest] = node.operands;
    const isSelection = node.op === "select" && (first?.op === "equal" || first?.op === "greater");
    if (isSelection) conditions.add(first);
    for (const operand of isSelection ? rest : node.operands) seen.add(operand);
    if (node.op === "scan") bodies.push(bodyRoots(node.attrs.body));
  }
  const here = [...conditions].filter((node) => !seen.has(node));
  return new Set([...here, ...bodies.flatMap((body) => [...onlySelecting(body)])]);
};

/** That of the condition, for each element of the selection. */
const selection = (node: Node, condition: Node, valueOf: ValueOf): Decision | undefined => {
  const [value, compared, [, a, b]] = [valueOf(node), decision(condition, valueOf), node.operands];
  const shape = valueOf(condition)?.shape;
  if (value === undefined || compared === undefined || shape === undefined) return undefined;
  const between = difference(
    value,
    [a, b].flatMap((one) => (one === undefined ? [] : (valueOf(one) ?? []))),
  );
  const margins = stretched({ shape, data: Float64Array.from(compared.margins) }, value.shape);
  return { margins, choices: [], gaps: between.margins };
};

type Decide = (value: HostArray, operands: readonly HostArray[]) => Decision;

/** a - b, either stretched to the shape. */
const difference: Decide = ({ shape }, [a, b]) => {
  const [left, right] = [stretched(a, shape), stretched(b, shape)];
  return { margins: left.map((x, i) => x - (right[i] ?? 0)), choices: [] };
};

const stretched = (array: HostArray | undefined, shape: readonly number[]): readonly number[] => {
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

/** Of each row, in descending order, how far neighbours are apart: the first two, or all. */
const order =
  (all: boolean): Decide =>
  ({ data: chosen }, [x]) => {
    const size = x?.shape.at(-1) ?? 1;
    const margins: number[] = [];
    for (let from = 0; from < (x?.data.length ?? 0); from += size) {
      const row = [...(x?.data.slice(from, from + size) ?? [])].sort((a, b) => b - a);
      const pairs = row.slice(1).map((lower, i) => (row[i] ?? 0) - lower);
      margins.push(...(all ? pairs : pairs.slice(0, 1)));
    }
    return { margins, choices: [...chosen] };
  };

const deciders: Partial<Readonly<Record<OpName, Decide>>> = {
  greater: difference,
  equal: difference,
  sign: (_, [x]) => ({ margins: [...(x?.data ?? [])], choices: [] }),
  cast: ({ data }, [x]) => ({
    margins: [...(x?.data ?? [])].map((value) => value - Math.round(value)),
    choices: data instanceof Int32Array ? [...data] : [],
  }),
  argmax: order(false),
  argsort: order(true),
};

/** How many times its own movement a choice has to be away from the border. */
const CLEAR = 16;

/** Whether what is computed exactly and what is moved decide alike, each choice clear of its border. */
export const agreesOn = (exact: readonly Decision[], moved: readonly Decision[]): boolean =>
  exact.every(({ margins, choices, gaps }, k) => {
    const other = moved[k];
    if (other === undefined) return false;
    if (choices.some((choice, i) => choice !== other.choices[i])) return false;
    return margins.every((margin, i) => {
      if (isClear(margin, other.margins[i])) return true;
      // Between values that are equal as far as rounding goes there is nothing to choose: around g = 0 between 0 and g / x.
      const [gap, otherGap] = [gaps?.[i] ?? Infinity, other.gaps?.[i]];
      return gap === 0 || !isClear(gap, otherGap);
    });
  });

/** Whether rounding leaves it on its side of 0, or at infinity. */
const isClear = (x: number, moved = NaN): boolean => {
  const movement = Math.abs(x - moved);
  return !Number.isFinite(x) || movement === 0 || Math.abs(x) > CLEAR * movement;
};
