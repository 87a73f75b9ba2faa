/** Reverse mode of a loop: a loop in the opposite direction that reads what the forward loop emits for it. */
import { activeInBody, reachedCarries } from "./activity.ts";
import { add, constant, input, reshape, scan, sum } from "./build.ts";
import type { Node, NodeOf } from "./op.ts";
import { at, remember, rememberCarries, uniqueNames } from "./residuals.ts";
import { bodyArguments, bodyRoots, substitute } from "./walk.ts";

/** Cotangents that enter at some nodes, pulled back to others. */
export type Pullback = (question: {
  readonly seeds: readonly (readonly [node: Node, cotangent: Node])[];
  readonly wrt: readonly Node[];
  /** Nodes to rewrite so that they share one forward computation with the cotangents. */
  readonly kept: readonly Node[];
  /** The loops of which nothing but the carries is stored. */
  readonly blocks: ReadonlySet<Node>;
}) => Pulled;

/** The answer of a `Pullback`. */
export interface Pulled {
  readonly kept: readonly Node[];
  /** One for each of `wrt`; `undefined` is zero. */
  readonly cotangents: readonly (Node | undefined)[];
  /** Scans to the ones that emit what their reverse scans read. */
  readonly augmented: ReadonlyMap<Node, NodeOf<"scan">>;
}

/** A forward scan and what its reverse makes of the cotangents. */
export interface ReversedScan {
  /** The scan with more outputs at the end: what the reverse scan reads. */
  readonly forward: NodeOf<"scan">;
  /** One for each operand of the scan; `undefined` is zero. */
  readonly cotangents: readonly (Node | undefined)[];
}

/**
 * The reverse of a scan, given the cotangents of its components (by index) and the active nodes around it.
 *
 * The cotangents of the carries are the reverse scan's carries. Those of the constants leave every step as an
 * output and are summed over time afterwards: nothing in the loop waits for them, so that what computes them
 * can be done for all steps at once.
 *
 * Of a loop over `blocks`, the reverse scan computes a block's steps again, and sums up the cotangents of constants
 * itself.
 */
export const reverseScan = (
  node: NodeOf<"scan">,
  received: ReadonlyMap<number, Node>,
  around: ReadonlySet<Node>,
  blocks: ReadonlySet<Node>,
  pullback: Pullback,
): ReversedScan => {
  const { length, reverse, body } = node.attrs;
  const names = uniqueNames();
  const isBlocks = blocks.has(node);
  const active = activeInBody(node, around);
  const { carries, entering, emitting } = routes(node, received, active, names);
  if (carries.length + entering.length === 0) return { forward: node, cotangents: [] };

  const roots = bodyRoots(body);
  const pulled = pullback({
    seeds: [...carries, ...entering].map(({ index, cotangent }) => [at(roots, index), cotangent]),
    wrt: [...carries, ...emitting].map(({ argument }) => argument),
    kept: roots,
    blocks,
  });
  const nextCarries = carries.map(
    ({ argument }, i) => pulled.cotangents[i] ?? constant(0, argument.shape),
  );
  const leaving = emitting.flatMap((route, i) => {
    const cotangent = pulled.cotangents[carries.length + i];
    return cotangent === undefined ? [] : { ...route, cotangent };
  });
  const isConstant = (index: number): boolean =>
    index < body.carries.length + body.constants.length;
  const totals = leaving.flatMap((route) =>
    isBlocks && isConstant(route.index) ? totalOf(route, names) : [],
  );
  const outputs = leaving.filter(({ index }) => !isBlocks || !isConstant(index));
  const needed = [
    ...nextCarries,
    ...totals.map(({ next }) => next),
    ...outputs.map(({ cotangent }) => cotangent),
  ];
  const memory = isBlocks
    ? rememberCarries(node, needed, names)
    : remember(node, pulled.kept, needed, names);
  const rootsOfReverse = substitute(needed, memory.replacements);
  const carryCount = carries.length + totals.length;
  const results = scan({
    length,
    reverse: !reverse,
    body: {
      carries: [...carries, ...totals].map(({ cotangent }) => cotangent),
      constants: memory.constants.map(({ argument }) => argument),
      inputs: [...memory.inputs, ...entering].map(({ argument }) => argument),
      nextCarries: rootsOfReverse.slice(0, carryCount),
      outputs: rootsOfReverse.slice(carryCount),
    },
    carries: [...carries, ...totals].map(({ value }) => value),
    constants: memory.constants.map(({ value }) => value),
    inputs: [...memory.inputs, ...entering].map(({ value }) => value),
  });

  const cotangents: (Node | undefined)[] = node.operands.map(() => undefined);
  [...carries, ...totals].forEach(({ index }, i) => (cotangents[index] = at(results, i)));
  outputs.forEach(({ argument, index }, i) => {
    const stacked = at(results, carryCount + i); // [length, …]
    cotangents[index] = isConstant(index) ? reshape(sum(stacked, [0]), argument.shape) : stacked;
  });
  return { forward: memory.forward, cotangents };
};

/** A cotangent that is summed in a carry from step to step. */
const totalOf = (
  { index, argument, cotangent }: { index: number; argument: NodeOf<"input">; cotangent: Node },
  names: (wish: string) => string,
) => {
  const { shape } = argument;
  const total = input(names(`d.${argument.attrs.name}`), shape);
  return { index, value: constant(0, shape), cotangent: total, next: add(total, cotangent) };
};

/** Where cotangents enter and leave the body. Indices count the scan's operands, or its components. */
const routes = (
  { attrs: { body } }: NodeOf<"scan">,
  received: ReadonlyMap<number, Node>,
  active: ReadonlySet<Node>,
  names: (wish: string) => string,
) => {
  const roots = bodyRoots(body);
  const entersAt = roots.map((root, index) => received.has(index) && active.has(root));
  const reached = reachedCarries(body, active, entersAt);
  return {
    /** The reverse scan's carries: `value` is the cotangent of the final carry. */
    carries: body.carries.flatMap((argument, index) =>
      reached[index] === true
        ? {
            index,
            argument,
            value: received.get(index) ?? constant(0, argument.shape),
            cotangent: input(names(`d.${argument.attrs.name}`), argument.shape),
          }
        : [],
    ),
    /** Cotangents of the outputs: `value` holds those of all steps. */
    entering: roots.flatMap((output, index) => {
      const value = received.get(index);
      if (index < body.carries.length || entersAt[index] !== true || value === undefined) return [];
      const cotangent = input(names(`d.output${index - body.carries.length}`), output.shape);
      return { index, value, cotangent, argument: cotangent };
    }),
    /** Constants and per-step inputs whose cotangents leave. */
    emitting: bodyArguments(body).flatMap((argument, index) =>
      index >= body.carries.length && active.has(argument) ? { index, argument } : [],
    ),
  };
};
