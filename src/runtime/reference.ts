/** The oracle: graphs interpreted in float64, one primitive after the other. */
import { success } from "../diagnostics/diagnostic.ts";
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import type { Dtype, Graph, Node, NodeOf, ScanBody } from "../graph/op.ts";
import { schedule, type LiveStep } from "../graph/analysis/liveness.ts";
import { elements, sameShape } from "../graph/shapes.ts";
import { verify } from "../graph/verify.ts";
import { bodyArguments, bodyRoots } from "../graph/walk.ts";
import type { Backend, Buffer, HostArray } from "./backend.ts";
import { kernels, type WithoutReferenceKernel } from "./reference/kernels.ts";
import { allocate, type DenseValue } from "./reference/strided.ts";
import { entryOf } from "../graph/table.ts";

/** Is told every value as it is computed; `step` is the step of the innermost loop. */
export type Observer = (node: Node, value: HostArray, step: number | undefined) => void;

/** Runs a graph on host arrays. */
export const evaluate = (
  graph: Graph,
  inputs: ReadonlyMap<string, HostArray>,
  observe?: Observer,
): Map<string, HostArray> => run(graph, planner(), inputs, observe);

/** The backend of the tests: float64, slow, and the definition of what every primitive means. */
export const referenceBackend: Backend = {
  name: "reference",
  upload: (array, dtype = array.data instanceof Int32Array ? "int" : "float") =>
    bufferOf(toValue(array, dtype), dtype),
  compile: (graph) => {
    verify(graph);
    const plan = planner();
    return success({
      run: (buffers) => {
        const inputs = new Map([...buffers].map(([name, buffer]) => [name, buffer.read()]));
        const results = run(graph, plan, inputs, undefined);
        for (const [name, buffer] of buffers) if (graph.donated?.has(name)) buffer.dispose();
        return new Map(
          [...graph.outputs].map(([name, { dtype }]) => {
            const value = results.get(name);
            invariant(value !== undefined, `no result ${name}`);
            return [name, bufferOf(toValue(value, dtype), dtype)];
          }),
        );
      },
      dispose: () => undefined,
    });
  },
  count: () => live.size,
  dispose: () => undefined,
};

/** The buffers alive, of all who use the reference. */
const live = new Set<Buffer>();

const bufferOf = (value: DenseValue, dtype: Dtype): Buffer => {
  const buffer: Buffer = {
    shape: value.shape,
    dtype,
    read: () => {
      invariant(live.has(buffer), "read of a disposed buffer");
      return { shape: value.shape, data: value.data.slice() };
    },
    dispose: () => {
      invariant(live.delete(buffer), "buffer disposed of twice");
    },
  };
  live.add(buffer);
  return buffer;
};

/** A copy in the evaluator's precision. */
const toValue = ({ shape, data }: HostArray, dtype: Dtype): DenseValue => {
  invariant(data.length === elements(shape), `${data.length} elements for [${shape.join(", ")}]`);
  const copy = allocate(dtype, data.length);
  copy.set(data);
  return { shape, data: copy };
};

type Plan = readonly LiveStep[];

/** Plans the graph and its loop bodies once each. */
const planner = (): ((key: Graph | ScanBody, roots: () => readonly Node[]) => Plan) => {
  const plans = new Map<Graph | ScanBody, Plan>();
  return (key, roots) => {
    const plan = plans.get(key) ?? schedule(roots());
    plans.set(key, plan);
    return plan;
  };
};

const run = (
  graph: Graph,
  plan: ReturnType<typeof planner>,
  inputs: ReadonlyMap<string, HostArray>,
  observe: Observer | undefined,
): Map<string, HostArray> => {
  const given = new Map<Node, DenseValue>();
  for (const node of graph.inputs) {
    const array = inputs.get(node.attrs.name);
    invariant(array !== undefined, `no input ${node.attrs.name}`);
    invariant(
      sameShape(array.shape, node.shape),
      `input ${node.attrs.name} is [${array.shape.join(", ")}], not [${node.shape.join(", ")}]`,
    );
    given.set(node, toValue(array, node.dtype));
  }
  const roots = [...graph.outputs.values()];
  const results = compute(
    plan(graph, () => roots),
    roots,
    given,
    { plan, observe, step: undefined },
  );
  return new Map([...graph.outputs.keys()].map((name, i) => [name, copyOf(results[i])]));
};

const copyOf = (value: DenseValue | undefined): HostArray => {
  invariant(value !== undefined, "a result is missing");
  return { shape: value.shape, data: value.data.slice() };
};

interface Context {
  readonly plan: ReturnType<typeof planner>;
  readonly observe: Observer | undefined;
  readonly step: number | undefined;
}

const compute = (
  plan: Plan,
  roots: readonly Node[],
  given: ReadonlyMap<Node, DenseValue>,
  context: Context,
): readonly DenseValue[] => {
  const values = new Map(given);
  const tuples = new Map<Node, readonly DenseValue[]>();
  const valueOf = (node: Node): DenseValue => {
    const value = values.get(node);
    if (value === undefined) throw new InternalError(`${node.op} has no value`);
    return value;
  };
  for (const { node, frees } of plan) {
    if (node.op === "scan") {
      tuples.set(node, loop(node, node.operands.map(valueOf), context));
    } else {
      if (node.op === "project") {
        const value = tuples.get(node.operands[0])?.[node.attrs.index];
        invariant(value !== undefined, `no component ${node.attrs.index}`);
        values.set(node, value);
      } else if (node.op !== "input") {
        values.set(node, apply(node, node.operands.map(valueOf)));
      }
      context.observe?.(node, valueOf(node), context.step);
    }
    for (const operand of frees) {
      values.delete(operand);
      tuples.delete(operand);
    }
  }
  return roots.map(valueOf);
};

const apply = (
  node: NodeOf<Exclude<Node["op"], WithoutReferenceKernel>>,
  operands: readonly DenseValue[],
): DenseValue => {
  return { shape: node.shape, data: entryOf(kernels, node.op)(operands, node) };
};

const loop = (
  { attrs: { length, reverse, body } }: NodeOf<"scan">,
  operands: readonly DenseValue[],
  context: Context,
): readonly DenseValue[] => {
  const roots = bodyRoots(body);
  const plan = context.plan(body, () => roots);
  const stepsFrom = body.carries.length + body.constants.length;
  const stacks = body.outputs.map(({ shape, dtype }) => ({
    shape: [length, ...shape],
    data: allocate(dtype, length * elements(shape)),
  }));
  let carries = operands.slice(0, body.carries.length);
  for (let count = 0; count < length; count += 1) {
    const step = reverse ? length - 1 - count : count;
    const given = new Map<Node, DenseValue>();
    bodyArguments(body).forEach((argument, i) => {
      const operand = (i < carries.length ? carries : operands)[i];
      invariant(operand !== undefined, `loop has no operand ${i}`);
      given.set(argument, i < stepsFrom ? operand : rowOf(operand, step));
    });
    const results = compute(plan, roots, given, { ...context, step });
    carries = results.slice(0, carries.length);
    results.slice(carries.length).forEach(({ data }, i) => {
      stacks[i]?.data.set(data, step * data.length);
    });
  }
  return [...carries, ...stacks];
};

const rowOf = ({ shape, data }: DenseValue, row: number): DenseValue => {
  const size = elements(shape.slice(1));
  return { shape: shape.slice(1), data: data.subarray(row * size, (row + 1) * size) };
};
