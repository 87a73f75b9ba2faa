/** Loops over time. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node, NodeOf } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { bodyRoots } from "../../graph/walk.ts";
import { detached, placeCarry, withoutReshapes, type LoweredCarry } from "./carry.ts";
import { emitCopy } from "./nests.ts";
import { allocateView, innerScope, seenFrom, valueOf, type LoopScope } from "./scope.ts";
import { atStep, numberView, reshaped, type View } from "./view.ts";

/** Lowers nodes in the order in which they are needed. */
export type LowerAll = (scope: LoopScope, roots: readonly Node[]) => void;

/** The scan's components: final carries, then stacked outputs [length, …]. */
export const scan = (
  node: NodeOf<"scan">,
  outside: LoopScope,
  lowerAll: LowerAll,
): readonly View[] => {
  const { length, reverse, body } = node.attrs;
  const operands = node.operands.map((operand) => valueOf(outside, operand));
  if (length === 0) {
    const stacks = body.outputs.map(({ shape, dtype }) => numberView(0, [0, ...shape], dtype));
    return [...operands.slice(0, body.carries.length), ...stacks];
  }
  const operand = (index: number): View => {
    const view = operands[index];
    invariant(view !== undefined, `loop has no operand ${index}`);
    return view;
  };
  const inside = innerScope(outside);
  const carries = body.carries.map((argument, i) => {
    const carry = placeCarry(node, i, operand(i), outside);
    inside.values.set(argument, carry.current);
    const { source } = carry.current;
    if (carry.stacked === undefined && source.kind === "buffer")
      inside.overwritten.add(source.name);
    return carry;
  });
  body.constants.forEach((argument, i) => {
    inside.values.set(argument, seenFrom(inside, operand(carries.length + i)));
  });
  const stepsFrom = carries.length + body.constants.length;
  body.inputs.forEach((argument, i) => {
    inside.values.set(argument, atStep(seenFrom(outside, operand(stepsFrom + i))));
  });

  lowerAll(inside, needed(node, carries));
  const outputs = stackOutputs(node, carries, { inside, outside });
  advance(node, carries, inside);
  outside.statements.push({ kind: "loop", length, reverse, body: inside.statements });
  return [...carries.map(({ last }) => last), ...outputs];
};

/** The roots that the body must compute: of a queue, only what enters. */
const needed = (
  { attrs: { body } }: NodeOf<"scan">,
  carries: readonly LoweredCarry[],
): readonly Node[] => {
  const next = body.nextCarries.map((root, i) => carries[i]?.entering ?? root);
  const histories = new Set(body.nextCarries.filter((_, i) => carries[i]?.entering !== undefined));
  return [
    ...next,
    ...bodyRoots(body)
      .slice(carries.length)
      .filter((root) => !histories.has(root)),
  ];
};

/** Stacks that are not the history of a carry are copied step by step, those of equal elements once. */
const stackOutputs = (
  { attrs: { length, body } }: NodeOf<"scan">,
  carries: readonly LoweredCarry[],
  { inside, outside }: { readonly inside: LoopScope; readonly outside: LoopScope },
): readonly View[] => {
  const stacks = new Map<Node, View>();
  carries.forEach(({ stacked }, i) => {
    const [argument, next] = [body.carries[i], body.nextCarries[i]];
    if (stacked === undefined || argument === undefined || next === undefined) return;
    stacks.set(argument, stacked.current);
    const made = withoutReshapes(next);
    if (!stacks.has(made)) stacks.set(made, stacked.next);
  });
  return body.outputs.map((output) => {
    const { shape, dtype } = output;
    if (elements(shape) === 0) return numberView(0, [length, ...shape], dtype);
    const source = withoutReshapes(output);
    const known = stacks.get(source);
    const same = known === undefined ? undefined : stackedAs(known, output);
    if (same !== undefined) return same;
    const stack = allocateView(outside, "stack", [length, ...shape], dtype);
    emitCopy(inside, output, valueOf(inside, output), atStep(stack));
    stacks.set(source, stack);
    return stack;
  });
};

/** The stack with every step in the node's shape, if strides can say it. */
const stackedAs = (stack: View, { shape }: Node): View | undefined =>
  reshaped(stack, [stack.shape[0] ?? 1, ...shape]);

const advance = (
  { attrs: { body } }: NodeOf<"scan">,
  carries: readonly LoweredCarry[],
  inside: LoopScope,
): void => {
  const moves = carries.flatMap((carry, i) => {
    const [argument, next] = [body.carries[i], body.nextCarries[i]];
    if (next === undefined || elements(next.shape) === 0) return [];
    // A carry that keeps its value in a buffer of its own has nothing to do.
    if (next === argument && carry.stacked === undefined) return [];
    const value = valueOf(inside, carry.entering ?? next);
    return [{ carry, value: detached(inside, next, value, carries) }];
  });
  for (const { carry, value } of moves) carry.advance(inside, value);
};
