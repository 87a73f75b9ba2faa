/** Text and JSON forms of a graph, for golden files and people. Deterministic. */
import { distinctly } from "../diagnostics/json.ts";
import {
  binaryNames,
  comparisonNames,
  cumulationNames,
  reductionNames,
  unaryNames,
  type CumulationName,
  type ReductionName,
} from "./kinds.ts";
import type { Graph, Node, NodeOf, OpName } from "./op.ts";
import { showType } from "./shapes.ts";
import { entryOf, tabulate } from "./table.ts";
import { bodyArguments, bodyRoots, topological } from "./walk.ts";

/**
 * One line a node, `%7: f32[4, 10, 32] = add %5 %6  // origin`; the bodies of scans are indented under them.
 * Inputs come first, in the graph's order; numbers count over the whole text.
 */
export const printGraph = (graph: Graph): string => {
  const lines: string[] = [];
  let next = 0;

  const section = (
    leaves: readonly Node[],
    roots: readonly Node[],
    indent: string,
    roles: Roles,
  ) => {
    const numbers = new Map<Node, string>();
    const refer = (node: Node): string => numbers.get(node) ?? "%?";
    for (const node of topological([...leaves, ...roots])) {
      const number = `%${next++}`;
      numbers.set(node, number);
      const type = node.op === "scan" ? "" : `: ${showType(node)}`;
      const role = node.op === "input" ? roles.get(node) : undefined;
      const words = [
        role ?? node.op,
        entryOf(attributes, node.op)(node),
        ...operandWords(node, refer),
      ];
      const comment = node.origin === undefined ? "" : `  // ${node.origin}`;
      const text = words.filter((word) => word !== "").join(" ");
      lines.push(`${indent}${number}${type} = ${text}${comment}`);
      if (node.op !== "scan") continue;
      const { body } = node.attrs;
      const inner = section(bodyArguments(body), bodyRoots(body), `${indent}  `, rolesIn(node));
      lines.push(`${indent}  next${list(body.nextCarries.map(inner))}`);
      lines.push(`${indent}  emit${list(body.outputs.map(inner))}`);
    }
    return refer;
  };

  const refer = section(graph.inputs, [...graph.outputs.values()], "", new Map());
  for (const [name, node] of graph.outputs) lines.push(`${name} = ${refer(node)}`);
  return `${lines.join("\n")}\n`;
};

type Roles = ReadonlyMap<Node, string>;

const list = (words: readonly string[]): string => words.map((word) => ` ${word}`).join("");

const rolesIn = ({ attrs: { body } }: NodeOf<"scan">): Roles =>
  new Map<Node, string>([
    ...body.carries.map((node) => [node, "carry"] as const),
    ...body.constants.map((node) => [node, "same"] as const),
    ...body.inputs.map((node) => [node, "step"] as const),
  ]);

const operandWords = (node: Node, refer: (node: Node) => string): readonly string[] => {
  const words = node.operands.map(refer);
  if (node.op !== "scan") return words;
  const { body } = node.attrs;
  const constantsEnd = body.carries.length + body.constants.length;
  return [
    `carry(${words.slice(0, body.carries.length).join(", ")})`,
    `same(${words.slice(body.carries.length, constantsEnd).join(", ")})`,
    `step(${words.slice(constantsEnd).join(", ")})`,
  ];
};

const nothing = (): string => "";
const axesOf = ({ attrs: { axes } }: NodeOf<ReductionName>): string => `axes=${numbers(axes)}`;
const cumulative = ({ attrs }: NodeOf<CumulationName>): string =>
  [`axis=${attrs.axis}`, attrs.exclusive ? "exclusive" : "", attrs.reverse ? "reverse" : ""]
    .filter((word) => word !== "")
    .join(" ");
const numbers = (values: readonly number[]): string => `[${values.join(", ")}]`;

const attributes: { readonly [K in OpName]: (node: NodeOf<K>) => string } = {
  input: ({ attrs: { name } }) => name,
  constant: ({ attrs: { value } }) => String(value),
  iota: ({ attrs: { axis } }) => `axis=${axis}`,
  ...tabulate([...unaryNames, ...binaryNames, ...comparisonNames], () => nothing),
  stop: nothing,
  cast: nothing,
  select: nothing,
  ...tabulate(reductionNames, () => axesOf),
  softmax: nothing,
  logSoftmax: nothing,
  logsumexp: nothing,
  ...tabulate(cumulationNames, () => cumulative),
  argsort: nothing,
  argmax: nothing,
  onehot: ({ attrs: { depth } }) => `depth=${depth}`,
  gather: ({ attrs: { batch } }) => `batch=${batch}`,
  scatterAdd: ({ attrs: { batch, size } }) => `batch=${batch} size=${size}`,
  reshape: nothing,
  transpose: ({ attrs: { permutation } }) => numbers(permutation),
  broadcast: nothing,
  concat: ({ attrs: { axis } }) => `axis=${axis}`,
  slice: ({ attrs: { begin, size } }) => `begin=${numbers(begin)} size=${numbers(size)}`,
  pad: ({ attrs: { before, after } }) => `before=${numbers(before)} after=${numbers(after)}`,
  reverse: ({ attrs: { axis } }) => `axis=${axis}`,
  windows: ({ attrs: { axis, size, stride } }) => `axis=${axis} size=${size} stride=${stride}`,
  overlapAdd: ({ attrs: { axis, length, stride } }) =>
    `axis=${axis} length=${length} stride=${stride}`,
  contract: ({ attrs: { a, b, out } }) => `${a},${b}->${out}`,
  scan: ({ attrs: { length, reverse } }) => `${length}${reverse ? " reverse" : ""}`,
  project: ({ attrs: { index } }) => `${index}`,
};

/**
 * The same as JSON: `{ inputs, nodes, outputs }`, where a node refers to others by their place in `nodes`, and
 * the body of a scan is such an object too. Numbers that JSON lacks are strings.
 */
export const printGraphJson = (graph: Graph): string => {
  const roots = [...graph.outputs.values()];
  const { nodes, refer } = jsonNodes(graph.inputs, roots);
  const names = [...graph.outputs].map(([name, node]) => [name, refer(node)] as const);
  return `${JSON.stringify({ inputs: graph.inputs.map(refer), nodes, outputs: Object.fromEntries(names) })}\n`;
};

const jsonNodes = (leaves: readonly Node[], roots: readonly Node[]) => {
  const order = topological([...leaves, ...roots]);
  const places = new Map(order.map((node, place) => [node, place]));
  const refer = (node: Node): number => places.get(node) ?? -1;
  const nodes = order.map((node): unknown => ({
    op: node.op,
    shape: node.shape,
    dtype: node.dtype,
    operands: node.operands.map(refer),
    attrs: jsonAttributes(node),
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  }));
  return { nodes, refer };
};

const jsonAttributes = (node: Node): unknown => {
  if (node.op === "constant") return { value: distinctly("value", node.attrs.value) };
  if (node.op !== "scan") return node.attrs;
  const { body, ...others } = node.attrs;
  const { nodes, refer } = jsonNodes(bodyArguments(body), bodyRoots(body));
  return {
    ...others,
    body: {
      carries: body.carries.map(refer),
      constants: body.constants.map(refer),
      inputs: body.inputs.map(refer),
      nodes,
      nextCarries: body.nextCarries.map(refer),
      outputs: body.outputs.map(refer),
    },
  };
};
