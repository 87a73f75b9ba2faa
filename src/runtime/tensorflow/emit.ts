/** A graph as one graph of TensorFlow. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Graph, Node, NodeOf, ScanBody } from "../../graph/op.ts";
import { at } from "../../graph/residuals.ts";
import { bodyArguments, bodyRoots } from "../../graph/walk.ts";
import { arrayOf } from "../tfjs/constants.ts";
import type { Evaluated } from "../tfjs/device.ts";
import { recipeOf } from "./operations.ts";
import { isGiven, plan, type PlannedStep } from "../tfjs/plan.ts";
import { type as typeOf, type Recipe } from "./recipe.ts";
import type { FunctionDef, GraphDef, Tensor } from "./graph-def.ts";
import { repeated, unrolled, type LoopResult } from "./loops.ts";
import { stacked, type TensorSeries } from "./series.ts";
import { graphWriter, type GraphWriter } from "./writer.ts";

/** The graph, and under which names it takes its inputs and leaves its outputs; equal outputs share theirs. */
export interface EmittedGraph {
  readonly graph: GraphDef;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/**
 * Loops of more nodes than this, all steps together, stay loops. TensorFlow looks at every node before the first run, for
 * 0.3 ms: unrolled, W1 of the benchmarks begins after 1.3 s instead of 0.7, and a step takes 0.9 of the time.
 */
export const defaultUnrolledNodes = 1000;

export const emitGraph = (graph: Graph, limit: number): EmittedGraph => {
  const writer = graphWriter("graph");
  const functions: FunctionDef[] = [];
  const emission = { functions, limit, recipes: new Map(), bodies: new Map() };
  const given = new Map<Node, Tensor>();
  const inputs = graph.inputs.map((node, i) => {
    const { dtype, shape } = node;
    const attributes = { dtype: typeOf(dtype), shape: { kind: "shape", value: shape } } as const;
    const tensor = writer.named(`input.${i}`, "Placeholder", [], attributes);
    given.set(node, tensor);
    return tensor;
  });
  const roots = [...graph.outputs.values()];
  const results = writeBlock(emission, writer, { steps: plan(roots), roots }, given);
  const outputs = results.map((tensor, i) =>
    writer.named(`output.${i}`, "Identity", [tensor], { T: typeOf(at(roots, i).dtype) }),
  );
  return { graph: { nodes: writer.nodes, functions }, inputs, outputs };
};

/** What the parts of one graph share. */
interface Emission {
  readonly functions: FunctionDef[];
  readonly limit: number;
  /** Made once, not at every step. */
  readonly recipes: Map<Node, Recipe>;
  readonly bodies: Map<ScanBody, Body>;
}

interface Block {
  readonly roots: readonly Node[];
  readonly steps: readonly PlannedStep[];
}

/** One step of a loop. */
interface Body extends Block {
  readonly args: readonly Node[];
  /** How many nodes it comes to. */
  readonly size: number;
}

/** The tensors of the roots. */
const writeBlock = (
  emission: Emission,
  writer: GraphWriter,
  { roots, steps }: Block,
  given: ReadonlyMap<Node, Tensor>,
): readonly Tensor[] => {
  const tensors = new Map(given);
  const loops = new Map<Node, LoopResult>();
  const tensor = (node: Node): Tensor => {
    const found = tensors.get(node);
    invariant(found !== undefined, `${node.op} has no tensor`);
    return found;
  };
  const left = (node: Node): LoopResult => {
    const found = loops.get(node);
    invariant(found !== undefined, `${node.op} is no loop`);
    return found;
  };
  for (const step of steps) {
    const { node } = step;
    if (node.op === "scan") {
      loops.set(
        node,
        writeLoop(emission, writer, node, { unstacked: step.unstacked, tensor, left }),
      );
    } else if (node.op === "project") {
      const { carries, outputs } = left(node.operands[0]);
      const { index } = node.attrs;
      const value =
        index < carries.length
          ? at(carries, index)
          : stacked(writer, at(outputs, index - carries.length));
      tensors.set(node, value);
    } else if (node.op === "constant") {
      const { dtype, shape } = node;
      tensors.set(node, writer.constant({ dtype, shape, data: node.attrs.value }));
    } else if (node.op === "iota") {
      tensors.set(node, writer.constant({ dtype: node.dtype, ...arrayOf(node) }));
    } else if (node.op !== "input") {
      tensors.set(node, evaluate(emission, writer, node, node.operands.map(tensor)));
    }
  }
  return roots.map(tensor);
};

/** The last of what the steps of the recipe make. */
const evaluate = (
  emission: Emission,
  writer: GraphWriter,
  node: Evaluated,
  operands: readonly Tensor[],
): Tensor => {
  const values = [...operands];
  for (const step of recipe(emission, node).steps) {
    if (step.kind === "constant") {
      const { dtype, shape, data } = step;
      const array = dtype === "int" ? Int32Array.from(data) : Float32Array.from(data);
      values.push(writer.constant({ dtype, shape, data: array }));
    } else {
      const inputs = step.inputs.map((place) => at(values, place));
      values.push(writer.node(step.name, inputs, step.attributes)(step.results - 1));
    }
  }
  return at(values, values.length - 1);
};

const recipe = ({ recipes }: Emission, node: Evaluated): Recipe => {
  const found = recipes.get(node) ?? recipeOf(node);
  recipes.set(node, found);
  return found;
};

/** What a loop finds where it is. */
interface Surroundings {
  readonly unstacked: PlannedStep["unstacked"];
  readonly tensor: (node: Node) => Tensor;
  readonly left: (node: Node) => LoopResult;
}

const writeLoop = (
  emission: Emission,
  writer: GraphWriter,
  scan: NodeOf<"scan">,
  { unstacked, tensor, left }: Surroundings,
): LoopResult => {
  const { length } = scan.attrs;
  const body = bodyOf(emission, scan.attrs.body);
  const fixedCount = scan.operands.length - scan.attrs.body.inputs.length;
  const inputs = scan.operands.slice(fixedCount).map((operand, i): TensorSeries => {
    const apart = unstacked.get(fixedCount + i);
    if (apart !== undefined) {
      const { carries, outputs } = left(apart.operands[0]);
      return at(outputs, apart.attrs.index - carries.length);
    }
    const { dtype } = operand;
    return {
      kind: "stacked",
      tensor: tensor(operand),
      length,
      shape: operand.shape.slice(1),
      dtype,
    };
  });
  const site = {
    writer,
    scan,
    inputs,
    fixed: scan.operands.slice(0, fixedCount).map(tensor),
    writeStep: (inner: GraphWriter, args: readonly Tensor[]) =>
      writeBlock(emission, inner, body, new Map(body.args.map((node, i) => [node, at(args, i)]))),
  };
  if (isUnrolled(emission, body, length)) return unrolled(site);
  return repeated(site, (wish, definition) => {
    const name = `${wish}_${emission.functions.length}`;
    emission.functions.push({ name, ...definition });
    return name;
  });
};

const isUnrolled = ({ limit }: Emission, { size }: Body, length: number): boolean =>
  length > 0 && size * length <= limit;

const bodyOf = (emission: Emission, body: ScanBody): Body => {
  const found = emission.bodies.get(body);
  if (found !== undefined) return found;
  const roots = bodyRoots(body);
  const steps = plan(roots);
  const sizes = steps.map(({ node }) => sizeOf(emission, node));
  const size = sizes.reduce((total, count) => total + count, 0);
  const made = { roots, steps, args: bodyArguments(body), size };
  emission.bodies.set(body, made);
  return made;
};

const sizeOf = (emission: Emission, node: Node): number => {
  if (isGiven(node) || node.op === "project") return 0;
  if (node.op !== "scan") {
    return recipe(emission, node).steps.filter(({ kind }) => kind === "operation").length;
  }
  const { length } = node.attrs;
  const body = bodyOf(emission, node.attrs.body);
  return isUnrolled(emission, body, length) ? body.size * length : body.size;
};
