/**
 * Where the carries of a loop live. Three ways, from the best:
 * - a queue, whose next value is its own with one end replaced: a view into the history of what entered it;
 * - a history, where the loop leaves the carry's value of every step: that stack itself, one longer;
 * - one buffer, to which the next value is copied when the step is over.
 */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node, NodeOf } from "../../graph/op.ts";
import { elements, stridesOf } from "../../graph/shapes.ts";
import { emitCopy, emitMap, type ResultName } from "./nests.ts";
import { allocate, noSteps, type LoopScope } from "./scope.ts";
import { bufferView, type View } from "./view.ts";

/** A carry, seen from inside of the loop unless it says otherwise. */
export interface LoweredCarry {
  /** What the body reads. */
  readonly current: View;
  /** Stores what the body made of it; called when everything else of the step has been computed. */
  readonly advance: (inside: LoopScope, next: View) => void;
  /** After the last step, from outside. */
  readonly last: View;
  /** Every step's `current` [length, …] and next value, from outside, where there is a history. */
  readonly stacked?: { readonly current: View; readonly next: View };
  /** A number for what enters, where the next value is made of part of `current` and of that. */
  readonly entering?: Node;
}

/** Makes room for carry `index` and stores its initial value. */
export const placeCarry = (
  scan: NodeOf<"scan">,
  index: number,
  initial: View,
  outside: LoopScope,
): LoweredCarry => {
  const { body } = scan.attrs;
  const argument = body.carries[index];
  const next = body.nextCarries[index];
  invariant(argument !== undefined && next !== undefined, `no carry ${index}`);
  const label: ResultName = {
    op: argument.attrs.name,
    ...(next.origin === undefined ? {} : { origin: next.origin }),
  };
  const queue = queueOf(argument, next);
  if (queue !== undefined) return placeQueue(scan, argument, queue, initial, outside, label);
  const emitted = new Set(body.outputs.map(withoutReshapes));
  return emitted.has(argument) || emitted.has(withoutReshapes(next))
    ? placeHistory(scan, argument, initial, outside, label)
    : placeSingle(argument, initial, outside, label);
};

/** What the elements are, whatever their shape. */
export const withoutReshapes = (node: Node): Node =>
  node.op === "reshape" ? withoutReshapes(node.operands[0]) : node;

/** How a queue moves: along `axis`, `entering` taking the place of its first or last elements. */
interface Queue {
  readonly axis: number;
  readonly entering: Node;
  readonly atFront: boolean;
}

const queueOf = (argument: NodeOf<"input">, next: Node): Queue | undefined => {
  if (next.op !== "concat" || next.operands.length !== 2) return undefined;
  const [first, second] = next.operands;
  if (first === undefined || second === undefined) return undefined;
  const { axis } = next.attrs;
  const atFront = isRest(second, argument, axis, 0);
  const [entering, rest] = atFront ? [first, second] : [second, first];
  const count = entering.shape[axis] ?? 0;
  if (count === 0 || elements(rest.shape) === 0) return undefined;
  if (!atFront && !isRest(first, argument, axis, count)) return undefined;
  return { axis, entering, atFront };
};

/** Whether the node is all of the argument from `from` on along the axis (or up to where that fits). */
const isRest = (node: Node, argument: Node, axis: number, from: number): boolean =>
  node.op === "slice" &&
  node.operands[0] === argument &&
  node.attrs.begin.every((begin, i) => begin === (i === axis ? from : 0)) &&
  node.shape.every((size, i) => i === axis || size === argument.shape[i]);

const placeSingle = (
  { shape, dtype }: Node,
  initial: View,
  outside: LoopScope,
  label: ResultName,
): LoweredCarry => {
  const name = allocate(outside, label.op, dtype, Math.max(1, elements(shape)));
  outside.homes.set(name, outside);
  const home = bufferView(name, shape, dtype, noSteps(outside));
  emitCopy(outside, label, initial, home);
  const current: View = {
    ...home,
    source: { kind: "buffer", name, steps: [...noSteps(outside), 0] },
  };
  return {
    current,
    last: home,
    advance: (inside, next) => {
      emitCopy(inside, label, next, current);
    },
  };
};

/** The number of steps taken before a step, as base and stride of the step. */
const taken = ({ attrs: { length, reverse } }: NodeOf<"scan">): readonly [number, number] =>
  reverse ? [length - 1, -1] : [0, 1];

const placeHistory = (
  scan: NodeOf<"scan">,
  { shape, dtype }: Node,
  initial: View,
  outside: LoopScope,
  label: ResultName,
): LoweredCarry => {
  const { length, reverse } = scan.attrs;
  const size = elements(shape);
  const name = allocate(outside, label.op, dtype, Math.max(1, (length + 1) * size));
  outside.homes.set(name, outside);
  // In the order of steps, so that the stack of all steps is the buffer itself: a reverse loop begins at the end.
  const row = (at: number): View => ({
    ...bufferView(name, shape, dtype, noSteps(outside)),
    base: at * size,
  });
  const stack = (from: number): View => ({
    ...row(from),
    shape: [length, ...shape],
    strides: [size, ...stridesOf(shape)],
  });
  const inLoop = (from: number): View => ({
    ...row(from),
    source: { kind: "buffer", name, steps: [...noSteps(outside), size] },
  });
  const [current, next] = reverse ? [1, 0] : [0, 1];
  emitCopy(outside, label, initial, row(reverse ? length : 0));
  return {
    current: inLoop(current),
    last: row(reverse ? 0 : length),
    stacked: { current: stack(current), next: stack(next) },
    advance: (inside, value) => {
      emitCopy(inside, label, value, inLoop(next));
    },
  };
};

const placeQueue = (
  scan: NodeOf<"scan">,
  argument: Node,
  { axis, entering, atFront }: Queue,
  initial: View,
  outside: LoopScope,
  label: ResultName,
): LoweredCarry => {
  const { length } = scan.attrs;
  const { shape, dtype } = argument;
  const slots = shape[axis] ?? 1;
  const count = entering.shape[axis] ?? 1;
  // Rows [slots + length · count] of what a slot holds, the oldest first.
  const rest = shape.map((size, i) => (i === axis ? 1 : size));
  const row = elements(rest);
  const name = allocate(outside, label.op, dtype, (slots + length * count) * row);
  outside.homes.set(name, outside);
  const across = stridesOf(rest).map((stride, i) => {
    if (i !== axis) return stride;
    return atFront ? -row : row;
  });
  /** `size` slots once `before` elements have entered; an inner view moves with the step. */
  const at = (from: number, size: number, steps: readonly number[]): View => ({
    source: { kind: "buffer", name, steps },
    dtype,
    shape: shape.map((n, i) => (i === axis ? size : n)),
    base: (from + (atFront ? size - 1 : 0)) * row,
    strides: across,
  });
  const [start, direction] = taken(scan);
  const moving = [...noSteps(outside), direction * count * row];
  const stacked = (entered: number): View => {
    const one = at(start * count + entered, slots, noSteps(outside));
    return {
      ...one,
      shape: [length, ...one.shape],
      strides: [direction * count * row, ...one.strides],
    };
  };
  emitCopy(outside, label, initial, at(0, slots, noSteps(outside)));
  return {
    current: at(start * count, slots, moving),
    last: at(length * count, slots, noSteps(outside)),
    stacked: { current: stacked(0), next: stacked(count) },
    entering,
    advance: (inside, value) => {
      emitCopy(inside, label, value, at(start * count + slots, count, moving));
    },
  };
};

/** A next value that is safe to store after others: not itself where a carry without history is overwritten. */
export const detached = (
  inside: LoopScope,
  label: ResultName,
  value: View,
  carries: readonly LoweredCarry[],
): View => {
  const { source } = value;
  if (source.kind !== "buffer") return value;
  const overwritten = carries.some(
    ({ current, stacked }) =>
      stacked === undefined &&
      current.source.kind === "buffer" &&
      current.source.name === source.name,
  );
  return overwritten ? emitMap(inside, label, value, [value], (_, [x = 0]) => x) : value;
};
