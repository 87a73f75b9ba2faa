/** Graphs to loop programs: every primitive becomes nests, a product, a loop, or nothing but a view. */
import { invariant } from "../../diagnostics/invariant.ts";
import * as kinds from "../../graph/kinds.ts";
import {
  binaryNames,
  comparisonNames,
  cumulationNames,
  reductionNames,
  unaryNames,
} from "../../graph/kinds.ts";
import type { Graph, Node, NodeOf, OpName } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { topological } from "../../graph/walk.ts";
import type { LoopProgram } from "../program.ts";
import { contract } from "./contract.ts";
import { binary, cast, select, unary } from "./elementwise.ts";
import { gather, onehot, scatterAdd } from "./indexing.ts";
import { concat, overlapAdd, pad, reshape } from "./layout.ts";
import { emitCopy } from "./nests.ts";
import {
  argmax,
  argsort,
  cumulation,
  logSoftmax,
  logsumexp,
  reduction,
  softmax,
} from "./reductions.ts";
import { scan } from "./scan.ts";
import { noSteps, rootScope, valueOf, type LoopScope } from "./scope.ts";
import {
  bufferView,
  numberView,
  rampView,
  reversed,
  sliced,
  broadcastTo,
  transposed,
  windowed,
  type View,
} from "./view.ts";
import { entryOf, tabulate } from "../../graph/table.ts";

/** Handled where nodes are walked. */
type Structural = "input" | "scan" | "project";

type Lowerings = {
  readonly [K in Exclude<OpName, Structural>]: (node: NodeOf<K>, scope: LoopScope) => View;
};

const lowerings: Lowerings = {
  constant: ({ shape, dtype, attrs }) => numberView(attrs.value, shape, dtype),
  iota: ({ shape, dtype, attrs }) => rampView(shape, attrs.axis, dtype),

  ...tabulate(unaryNames, (name) => unary(name)),
  stop: ({ operands: [x] }, scope) => valueOf(scope, x),
  cast,
  ...tabulate([...binaryNames, ...comparisonNames], (name) => binary(name)),
  select,

  ...tabulate(reductionNames, (name) => reduction(kinds.reduction[name])),
  softmax,
  logSoftmax,
  logsumexp,
  ...tabulate(cumulationNames, (name) => cumulation(kinds.cumulation[name])),
  argsort,
  argmax,

  onehot,
  gather,
  scatterAdd,

  reshape,
  transpose: ({ operands: [x], attrs }, scope) => transposed(valueOf(scope, x), attrs.permutation),
  broadcast: ({ operands: [x], shape }, scope) => broadcastTo(valueOf(scope, x), shape),
  concat,
  slice: ({ operands: [x], attrs }, scope) => sliced(valueOf(scope, x), attrs.begin, attrs.size),
  pad,
  reverse: ({ operands: [x], attrs }, scope) => reversed(valueOf(scope, x), attrs.axis),
  windows: ({ operands: [x], shape, attrs }, scope) =>
    windowed(valueOf(scope, x), attrs.axis, attrs.stride, shape),
  overlapAdd,

  contract,
};

/** Lowers what the roots need in this scope. */
const lowerAll = (scope: LoopScope, roots: readonly Node[]): void => {
  for (const node of topological(roots, scope.values)) {
    if (scope.values.has(node)) continue;
    if (node.op === "scan") {
      scope.tuples.set(node, scan(node, scope, lowerAll));
    } else if (node.op === "project") {
      const view = scope.tuples.get(node.operands[0])?.[node.attrs.index];
      invariant(view !== undefined, `no component ${node.attrs.index}`);
      scope.values.set(node, view);
    } else {
      invariant(node.op !== "input", `${node.op} has no value`);
      scope.values.set(node, entryOf(lowerings, node.op)(node, scope));
    }
  }
};

/** The name of the buffer of an output: primed, as inputs and outputs of a training step share names. */
export const outputBuffer = (name: string): string => `${name}'`;

/**
 * A loop program with one statement or a few for every node; naive, for the passes to improve. Outputs replace donated inputs of
 * the same names.
 */
export const lower = (graph: Graph): LoopProgram => {
  const scope = rootScope();
  const { buffers } = scope.pool;
  for (const node of graph.inputs) {
    const { name } = node.attrs;
    buffers.push({ name, dtype: node.dtype, size: elements(node.shape), role: "input" });
    scope.values.set(node, bufferView(name, node.shape, node.dtype, noSteps(scope)));
  }
  lowerAll(scope, [...graph.outputs.values()]);
  for (const [name, node] of graph.outputs) {
    const { shape, dtype } = node;
    const buffer = outputBuffer(name);
    const replaces = graph.donated?.has(name) ? { replaces: name } : {};
    buffers.push({ name: buffer, dtype, size: elements(shape), role: "output", ...replaces });
    const label = { op: name, ...(node.origin === undefined ? {} : { origin: node.origin }) };
    emitCopy(scope, label, valueOf(scope, node), bufferView(buffer, shape, dtype, noSteps(scope)));
  }
  return { buffers, body: scope.statements, threads: 1, arena: 0 };
};
