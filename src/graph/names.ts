/** Names for nodes that have none: what in the model they help to compute. */
import { withOrigin } from "./build.ts";
import type { Graph, Node, NodeOf } from "./op.ts";
import { bodyArguments, bodyRoots, rewrite, topological } from "./walk.ts";

/**
 * For every node, bodies of loops included, the nearest thing with a name that it is computed for: a value of the
 * model, a parameter that multiplies, or an output. Nodes that nothing with a name needs are absent.
 */
export const namesOf = (graph: Graph): ReadonlyMap<Node, string> => {
  const sources: Sources = new Map();
  collect([...graph.outputs.values()], sources);
  const names = new Map<Node, string>();
  for (const node of sources.keys()) {
    if (node.origin !== undefined) names.set(node, node.origin);
  }
  const state = graph.donated ?? new Set();
  for (const node of sources.keys()) {
    const factor = names.has(node) ? undefined : parameterIn(node, sources, state);
    if (factor !== undefined) names.set(node, factor);
  }
  for (const [name, node] of graph.outputs) {
    if (!names.has(node)) names.set(node, outputName(name, state));
  }
  // A map is gone through in the order of its entries, those that are added on the way too: breadth first.
  for (const [node, name] of names) {
    for (const source of sources.get(node) ?? []) {
      if (!names.has(source)) names.set(source, name);
    }
  }
  return names;
};

/** The same graph, with an origin on every node that `namesOf` has a name for. */
export const withNames = (graph: Graph): Graph => {
  const names = namesOf(graph);
  const named = (roots: readonly Node[]): readonly Node[] =>
    rewrite(roots, (node, original) => {
      const inside = node.op === "scan" ? withBody(node, named) : node;
      const name = names.get(original);
      const isPlain = node.op !== "input" && node.origin === undefined;
      return isPlain && name !== undefined ? withOrigin(inside, name) : inside;
    });
  const outputs = named([...graph.outputs.values()]);
  return {
    ...graph,
    outputs: new Map(
      [...graph.outputs].map(([name, node], i) => [name, outputs[i] ?? node] as const),
    ),
  };
};

const withBody = (
  scan: NodeOf<"scan">,
  change: (roots: readonly Node[]) => readonly Node[],
): NodeOf<"scan"> => {
  const { body } = scan.attrs;
  const roots = change(bodyRoots(body));
  const nextCarries = roots.slice(0, body.carries.length);
  const outputs = roots.slice(body.carries.length);
  return { ...scan, attrs: { ...scan.attrs, body: { ...body, nextCarries, outputs } } };
};

/** What each node is computed from, through loops: projections from results of bodies, arguments from operands. */
type Sources = Map<Node, readonly Node[]>;

const collect = (roots: readonly Node[], sources: Sources): void => {
  const order = topological(roots);
  for (const node of order) {
    // An argument of a body has its operand already.
    if (!sources.has(node)) sources.set(node, resultsOf(node));
  }
  for (const node of order) {
    if (node.op !== "scan") continue;
    const { body } = node.attrs;
    bodyArguments(body).forEach((argument, i) => {
      const operand = node.operands[i];
      const next = body.nextCarries[i];
      sources.set(
        argument,
        [operand, next].filter((source) => source !== undefined),
      );
    });
    collect(bodyRoots(body), sources);
  }
};

const resultsOf = (node: Node): readonly Node[] => {
  if (node.op !== "project") return node.operands;
  const [tuple] = node.operands;
  if (tuple.op !== "scan") return [tuple];
  const result = bodyRoots(tuple.attrs.body)[node.attrs.index];
  return result === undefined ? [tuple] : [result, tuple];
};

/** What stands before a slash says what is kept of a parameter, such as a moment of its gradient. */
const outputName = (name: string, state: ReadonlySet<string>): string => {
  const owner = name.slice(name.lastIndexOf("/") + 1);
  return state.has(owner) ? `update of ${owner}` : name;
};

/** The parameter that a product multiplies by. */
const parameterIn = (
  node: Node,
  sources: Sources,
  state: ReadonlySet<string>,
): string | undefined => {
  if (node.op !== "contract") return undefined;
  for (const operand of node.operands) {
    const { op, attrs } = elementsOf(operand, sources);
    if (op === "input" && state.has(attrs.name)) return attrs.name;
  }
  return undefined;
};

/** The node whose elements these are, in another layout or in part; outside of loops, where it is fixed in them. */
const elementsOf = (node: Node, sources: Sources): Node => {
  for (let at = node; ;) {
    const [source, another] = sources.get(at) ?? [];
    const isView = isLayout(at) || (at.op === "input" && another === undefined);
    if (source === undefined || !isView) return at;
    at = source;
  }
};

const isLayout = ({ op }: Node): boolean =>
  op === "reshape" || op === "transpose" || op === "slice" || op === "broadcast" || op === "concat";
