/** Every primitive for all steps of a loop at once: operands that depend on the step have a leading axis for it. */
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import * as build from "../build.ts";
import {
  binaryNames,
  comparisonNames,
  cumulationNames,
  reductionNames,
  unaryNames,
  type CumulationName,
  type ReductionName,
} from "../kinds.ts";
import type { Node, NodeOf, OpName } from "../op.ts";
import { rebuild } from "../walk.ts";
import { lead, broadcastTo } from "./axes.ts";
import { entryOf, tabulate } from "../table.ts";

/** A value of every step, stacked on a leading axis, or one that is equal in every step. */
export interface Stacked {
  readonly node: Node;
  readonly isStacked: boolean;
}

/** Operands, at least one of them stacked, in the forms that the rules ask for. */
interface Operands {
  readonly given: readonly Stacked[];
  /** All with the leading axis, of size 1 where the value is equal in every step. */
  readonly led: readonly Node[];
  /** All with the leading axis in its full size. */
  readonly full: readonly Node[];
}

/** The stacked value. */
type Batch<K extends OpName> = (node: NodeOf<K>, operands: Operands, length: number) => Node;

const elementwise = (node: Node, { led }: Operands): Node => rebuild(node, led);

/** Nothing in the attributes names an axis, or only the last one is meant. */
const unchanged = (node: Node, { full }: Operands): Node => rebuild(node, full);

const first = ({ full }: Operands): Node => operand(full, 0);

const operand = (nodes: readonly Node[], index: number): Node => {
  const node = nodes[index];
  invariant(node !== undefined, `no operand ${index}`);
  return node;
};

const later = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);

/** A subscript that a contraction does not use. */
const freshSubscript = ({ a, b }: NodeOf<"contract">["attrs"]): string => {
  const used = new Set(a + b);
  for (const subscript of "tsruvwxyzabcdefghijklmnopqTSRUVWXYZABCDEFGHIJKLMNOPQ") {
    if (!used.has(subscript)) return subscript;
  }
  throw new InternalError("a contraction uses every subscript");
};

/** Total; `undefined` where the steps must stay in sequence. */
const batches: { readonly [K in OpName]: Batch<K> | undefined } = {
  // Leaves have no operands: they are equal in every step, and nobody asks.
  input: unchanged,
  constant: unchanged,
  iota: unchanged,

  ...tabulate([...unaryNames, ...binaryNames, ...comparisonNames], () => elementwise),
  stop: elementwise,
  cast: elementwise,
  select: elementwise,

  ...tabulate(
    reductionNames,
    (name) =>
      ({ attrs: { axes } }: NodeOf<ReductionName>, xs: Operands) =>
        build[name](first(xs), later(axes)),
  ),
  softmax: unchanged,
  logSoftmax: unchanged,
  logsumexp: unchanged,
  ...tabulate(
    cumulationNames,
    (name) =>
      ({ attrs: { axis, ...how } }: NodeOf<CumulationName>, xs: Operands) =>
        build[name](first(xs), axis + 1, how),
  ),
  argsort: unchanged,
  argmax: unchanged,

  onehot: unchanged,
  gather: ({ attrs: { batch } }, { given: [x, indices], full }) =>
    // Every step reads the same rows: its indices are more indices.
    x?.isStacked === false && indices !== undefined && batch === 0
      ? build.gather(x.node, indices.node, 0)
      : build.gather(operand(full, 0), operand(full, 1), batch + 1),
  scatterAdd: ({ attrs: { batch, size } }, { full }) =>
    build.scatterAdd(operand(full, 0), operand(full, 1), batch + 1, size),

  reshape: ({ shape }, xs, length) => build.reshape(first(xs), [length, ...shape]),
  transpose: ({ attrs: { permutation } }, xs) =>
    build.transpose(first(xs), [0, ...later(permutation)]),
  broadcast: ({ shape }, xs, length) => build.broadcast(first(xs), [length, ...shape]),
  concat: ({ attrs: { axis } }, { full }) => build.concat(full, axis + 1),
  slice: ({ attrs: { begin, size } }, xs, length) =>
    build.slice(first(xs), [0, ...begin], [length, ...size]),
  pad: ({ attrs: { before, after } }, xs) => build.pad(first(xs), [0, ...before], [0, ...after]),
  reverse: ({ attrs: { axis } }, xs) => build.reverse(first(xs), axis + 1),
  windows: ({ attrs: { axis, size, stride } }, xs) =>
    build.windows(first(xs), axis + 1, size, stride),
  overlapAdd: ({ attrs: { axis, length, stride } }, xs) =>
    build.overlapAdd(first(xs), axis + 1, length, stride),

  contract: ({ operands: [x, y], attrs }, { given: [a, b] }) => {
    const t = freshSubscript(attrs);
    const subscripts = (side: Stacked | undefined): string => (side?.isStacked === true ? t : "");
    const spec = `${subscripts(a)}${attrs.a},${subscripts(b)}${attrs.b}->${t}${attrs.out}`;
    return build.contract(a?.node ?? x, b?.node ?? y, spec);
  },

  // A loop in the loop stays there: its steps are in sequence anyway.
  scan: undefined,
  project: undefined,
};

/** Whether the primitive can be done for all steps at once. */
export const isBatchable = (op: OpName): boolean => batches[op] !== undefined;

/**
 * A node of a loop's body for all of the loop's steps, given its operands so. Equal in every step if all of the
 * operands are.
 */
export const batch = (node: Node, operands: readonly Stacked[], length: number): Stacked => {
  const isStacked = operands.some((x) => x.isStacked);
  if (!isStacked) {
    return {
      node: rebuild(
        node,
        operands.map((x) => x.node),
      ),
      isStacked,
    };
  }
  const led = operands.map((x) => (x.isStacked ? x.node : lead(x.node)));
  const full = led.map((x) => broadcastTo(x, [length, ...x.shape.slice(1)]));
  const rule = entryOf(batches, node.op);
  invariant(rule !== undefined, `${node.op} cannot be done for all steps at once`);
  return { node: rule(node, { given: operands, led, full }, length), isStacked };
};
