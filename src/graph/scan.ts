/** Reverse mode of a loop: a loop in the opposite direction that reads what the forward loop emits for it. */
import { activeInBody, reachedCarries } from "./activity.ts";
import { constant, input, reshape, scan, sum } from "./build.ts";
import type { Node, NodeOf } from "./op.ts";
import { at, remember, uniqueNames } from "./residuals.ts";
import { bodyArguments, bodyRoots, substitute } from "./walk.ts";

/** Cotangents that enter at some nodes, pulled back to others. */
export type Pullback = (question: {
  readonly seeds: readonly (readonly [node: Node, cotangent: Node])[];
  readonly wrt: readonly Node[];
  /** Nodes to rewrite so that they share one forward computation with the cotangents. */
  readonly kept: readonly Node[];
}) => Pulled;

/** The answer of a `Pullback`. */
export interface Pulled {
  readonly kept: readonly Node[];
  /** One for each of `wrt`; `undefined` is zero. */
  readonly cotangents: readonly (Node | undefined)[];
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
 */
export const reverseScan = (
  node: NodeOf<"scan">,
  received: ReadonlyMap<number, Node>,
  around: ReadonlySet<Node>,
  pullback: Pullback,
): ReversedScan => {
  const { length, reverse, body } = node.attrs;
  const names = uniqueNames();
  const active = activeInBody(node, around);
  const { carries, entering, emitting } = routes(node, received, active, names);
  if (carries.length + entering.length === 0) return { forward: node, cotangents: [] };

  const roots = bodyRoots(body);
  const pulled = pullback({
    seeds: [...carries, ...entering].map(({ index, cotangent }) => [at(roots, index), cotangent]),
    wrt: [...carries, ...emitting].map(({ argument }) => argument),
    kept: roots,
  });
  const nextCarries = carries.map(
    ({ argument }, i) => pulled.cotangents[i] ?? constant(0, argument.shape),
  );
  const outputs = emitting.flatMap((route, i) => {
    const cotangent = pulled.cotangents[carries.length + i];
    return cotangent === undefined ? [] : { ...route, cotangent };
  });
  const needed = [...nextCarries, ...outputs.map(({ cotangent }) => cotangent)];
  const memory = remember(node, pulled.kept, needed, names);
  const rootsOfReverse = substitute(needed, memory.replacements);
  const results = scan({
    length,
    reverse: !reverse,
    body: {
      carries: carries.map(({ cotangent }) => cotangent),
      constants: memory.constants.map(({ argument }) => argument),
      inputs: [...memory.inputs, ...entering].map(({ argument }) => argument),
      nextCarries: rootsOfReverse.slice(0, carries.length),
      outputs: rootsOfReverse.slice(carries.length),
    },
    carries: carries.map(({ value }) => value),
    constants: memory.constants.map(({ value }) => value),
    inputs: [...memory.inputs, ...entering].map(({ value }) => value),
  });

  const cotangents: (Node | undefined)[] = node.operands.map(() => undefined);
  carries.forEach(({ index }, i) => (cotangents[index] = at(results, i)));
  outputs.forEach(({ argument, index }, i) => {
    const stacked = at(results, carries.length + i); // [length, …]
    const isConstant = index < body.carries.length + body.constants.length;
    cotangents[index] = isConstant ? reshape(sum(stacked, [0]), argument.shape) : stacked;
  });
  return { forward: memory.forward, cotangents };
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
