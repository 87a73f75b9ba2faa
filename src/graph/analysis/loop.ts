/** A scan taken apart, so that passes speak of carries, constants and inputs instead of operand numbers. */
import { invariant } from "../../diagnostics/invariant.ts";
import { input, make, project, withOrigin } from "../build.ts";
import type { Node, NodeOf, ScanBody } from "../op.ts";
import type { Typed } from "../shapes.ts";

/** An argument of the body and the outer value that it gets. */
export interface LoopArgument {
  readonly arg: NodeOf<"input">;
  readonly value: Node;
}

/** `value` is the initial one. */
export interface LoopCarry extends LoopArgument {
  readonly next: Node;
}

export interface TimeLoop {
  readonly length: number;
  readonly reverse: boolean;
  readonly carries: readonly LoopCarry[];
  readonly constants: readonly LoopArgument[];
  readonly inputs: readonly LoopArgument[];
  /** Of one step. */
  readonly outputs: readonly Node[];
  readonly origin?: string;
  /** The scan that was taken apart. */
  readonly source?: NodeOf<"scan">;
}

const operand = (node: Node, index: number): Node => {
  const value = node.operands[index];
  invariant(value !== undefined, `${node.op} has no operand ${index}`);
  return value;
};

export const loopOf = (node: NodeOf<"scan">): TimeLoop => {
  const { length, reverse, body } = node.attrs;
  const constantsAt = body.carries.length;
  const inputsAt = constantsAt + body.constants.length;
  return {
    length,
    reverse,
    carries: body.carries.map((arg, i) => {
      const next = body.nextCarries[i];
      invariant(next !== undefined, `carry ${arg.attrs.name} has no next value`);
      return { arg, value: operand(node, i), next };
    }),
    constants: body.constants.map((arg, i) => ({ arg, value: operand(node, constantsAt + i) })),
    inputs: body.inputs.map((arg, i) => ({ arg, value: operand(node, inputsAt + i) })),
    outputs: body.outputs,
    source: node,
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  };
};

/** The components of the loop: the final carries, then the stacked outputs. */
export const componentsOf = (loop: TimeLoop): readonly Node[] => {
  const tuple = scanOf(loop);
  return rootsOf(loop).map((_, index) => project(tuple, index));
};

/** The scan; the very one that was taken apart, if nothing was changed. */
const scanOf = (loop: TimeLoop): NodeOf<"scan"> => {
  const args = (list: readonly LoopArgument[]): readonly NodeOf<"input">[] =>
    list.map((a) => a.arg);
  const { length, reverse, origin } = loop;
  const body = {
    carries: args(loop.carries),
    constants: args(loop.constants),
    inputs: args(loop.inputs),
    nextCarries: loop.carries.map(({ next }) => next),
    outputs: loop.outputs,
  };
  const operands = argumentsOf(loop).map(({ value }) => value);
  if (loop.source !== undefined && isMadeOf(loop.source, operands, body)) return loop.source;
  const bare = make("scan", operands, { length, reverse, body });
  return origin === undefined ? bare : withOrigin(bare, origin);
};

const isMadeOf = (
  { operands, attrs }: NodeOf<"scan">,
  values: readonly Node[],
  body: ScanBody,
): boolean =>
  isSameList(operands, values) &&
  isSameList(attrs.body.carries, body.carries) &&
  isSameList(attrs.body.constants, body.constants) &&
  isSameList(attrs.body.inputs, body.inputs) &&
  isSameList(attrs.body.nextCarries, body.nextCarries) &&
  isSameList(attrs.body.outputs, body.outputs);

const isSameList = (a: readonly Node[], b: readonly Node[]): boolean =>
  a.length === b.length && a.every((node, i) => node === b[i]);

/** What one step computes: the next carries, then the outputs. */
export const rootsOf = (loop: TimeLoop): readonly Node[] => [
  ...loop.carries.map(({ next }) => next),
  ...loop.outputs,
];

/** The same loop whose step computes `roots`, in the order of `rootsOf`. */
export const withRoots = (loop: TimeLoop, roots: readonly Node[]): TimeLoop => ({
  ...loop,
  carries: loop.carries.map((carry, i) => ({ ...carry, next: roots[i] ?? carry.next })),
  outputs: roots.slice(loop.carries.length),
});

/** Every argument of the body, in the order of the scan's operands. */
export const argumentsOf = (loop: TimeLoop): readonly LoopArgument[] => [
  ...loop.carries,
  ...loop.constants,
  ...loop.inputs,
];

/** Makes arguments whose names no argument of the loop has. */
export const freshArguments = (
  loop: TimeLoop,
): ((stem: string, type: Typed) => NodeOf<"input">) => {
  const taken = new Set(argumentsOf(loop).map(({ arg }) => arg.attrs.name));
  return (stem, { shape, dtype }) => {
    let name = stem;
    for (let n = 1; taken.has(name); n += 1) name = `${stem}${n}`;
    taken.add(name);
    return input(name, shape, dtype);
  };
};
