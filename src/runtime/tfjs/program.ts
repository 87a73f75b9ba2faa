/** Graphs as straight lists of closures over numbered slots: nothing is looked up while they run. */
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import type { Node, NodeOf, OpName } from "../../graph/op.ts";
import { bodyArguments, bodyRoots } from "../../graph/walk.ts";
import type { Constants } from "./constants.ts";
import type { Device, Evaluated, TensorKernel } from "./device.ts";
import { isGiven, plan, type PlannedStep } from "./plan.ts";

/** Computes the roots from the arguments. The arguments stay the caller's, the results become the caller's. */
export type TensorProgram<T> = (args: readonly T[]) => T[];

/** What compiling one graph and its loop bodies shares. */
export interface Compilation<T> {
  readonly device: Device<T>;
  readonly constants: Constants<T>;
  /** Gets the primitives that the device lacks. */
  readonly missing: Set<OpName>;
}

/** What a loop leaves: a value per carry, and for each per-step output one value per step. */
interface Loop<T> {
  readonly carries: readonly T[];
  readonly outputs: readonly (readonly T[])[];
}

type Action = () => void;

export const compileProgram = <T>(
  compilation: Compilation<T>,
  args: readonly Node[],
  roots: readonly Node[],
): TensorProgram<T> => {
  const { device, constants } = compilation;
  const steps = plan(roots);
  const slotOf = new Map<Node, number>();
  for (const node of [...args, ...steps.map((step) => step.node)]) {
    if (!slotOf.has(node)) slotOf.set(node, slotOf.size);
  }
  const slot = (node: Node): number => {
    const index = slotOf.get(node);
    invariant(index !== undefined, `${node.op} has no slot`);
    return index;
  };
  // A node has its value in one of the two, by what it is.
  const values: (T | undefined)[] = Array.from({ length: slotOf.size });
  const loops: (Loop<T> | undefined)[] = Array.from({ length: slotOf.size });

  const value = (index: number): T => {
    const tensor = values[index];
    if (tensor === undefined) throw new InternalError(`slot ${index} is empty`);
    return tensor;
  };
  const loop = (index: number): Loop<T> => {
    const left = loops[index];
    if (left === undefined) throw new InternalError(`slot ${index} holds no loop`);
    return left;
  };

  const evaluation = (node: Evaluated): Action => {
    const kernel = kernelOf(compilation, node);
    const to = slot(node);
    const [a = 0, b = 0, ...more] = node.operands.map(slot);
    switch (node.operands.length) {
      case 1:
        return () => {
          values[to] = kernel([value(a)]);
        };
      case 2:
        return () => {
          values[to] = kernel([value(a), value(b)]);
        };
      default: {
        const from = [a, b, ...more];
        return () => {
          values[to] = kernel(from.map(value));
        };
      }
    }
  };

  const projection = (node: NodeOf<"project">): Action => {
    const [tuple] = node.operands;
    invariant(tuple.op === "scan", "only loops are projected from");
    const { length, body } = tuple.attrs;
    const from = slot(tuple);
    const to = slot(node);
    const { index } = node.attrs;
    const output = body.outputs[index - body.carries.length];
    if (output === undefined) {
      return () => {
        const carry = loop(from).carries[index];
        invariant(carry !== undefined, `no carry ${index}`);
        device.retain(carry);
        values[to] = carry;
      };
    }
    const stack = device.stack(length, output.shape, output.dtype);
    return () => {
      const tensors = loop(from).outputs[index - body.carries.length];
      invariant(tensors !== undefined, `no output ${index}`);
      values[to] = stack(tensors);
    };
  };

  const scan = (node: NodeOf<"scan">, { unstacked }: PlannedStep): Action => {
    const { body } = node.attrs;
    const run = compileLoop(compilation, node);
    const to = slot(node);
    const fixed = node.operands.slice(0, body.carries.length + body.constants.length).map(slot);
    const perStep = node.operands.slice(fixed.length).map((operand, i): (() => PerStep<T>) => {
      const apart = unstacked.get(fixed.length + i);
      if (apart === undefined) {
        const from = slot(operand);
        const [length = 0, ...shape] = operand.shape;
        const unstack = device.unstack(length, shape, operand.dtype);
        return () => ({ tensors: unstack(value(from)), owned: true });
      }
      const [source] = apart.operands;
      invariant(source.op === "scan", "only loops are projected from");
      const from = slot(source);
      const output = apart.attrs.index - source.attrs.body.carries.length;
      return () => ({ tensors: loop(from).outputs[output] ?? [], owned: false });
    });
    return () => {
      loops[to] = run(
        fixed.map(value),
        perStep.map((source) => source()),
      );
    };
  };

  const action = (step: PlannedStep): readonly Action[] => {
    const { node } = step;
    if (node.op === "input") {
      invariant(slotOf.has(node) && args.includes(node), `${node.attrs.name} is no argument`);
      return [];
    }
    if (node.op === "constant" || node.op === "iota") {
      values[slot(node)] = constants.get(node);
      return [];
    }
    if (node.op === "scan") return [scan(node, step)];
    return [node.op === "project" ? projection(node) : evaluation(node)];
  };

  const release = (nodes: readonly Node[]): readonly Action[] =>
    nodes.map((node) => {
      const index = slot(node);
      if (node.op !== "scan") {
        return () => {
          device.release(value(index));
          values[index] = undefined;
        };
      }
      return () => {
        const { carries, outputs } = loop(index);
        for (const tensor of [...carries, ...outputs.flat()]) device.release(tensor);
        loops[index] = undefined;
      };
    });

  const actions = steps.flatMap((step) => [...action(step), ...release(step.frees)]);
  const argumentSlots = args.map(slot);
  // The first mention of a computed root hands its slot's ownership on; any other mention shares.
  const results = roots.map((root, i) => ({
    from: slot(root),
    shared: isGiven(root) || roots.indexOf(root) < i,
  }));
  return (given) => {
    for (let i = 0; i < argumentSlots.length; i += 1) values[argumentSlots[i] ?? 0] = given[i];
    for (const act of actions) act();
    return results.map(({ from, shared }) => {
      const tensor = value(from);
      if (shared) device.retain(tensor);
      return tensor;
    });
  };
};

const kernelOf = <T>({ device, missing }: Compilation<T>, node: Evaluated): TensorKernel<T> => {
  const kernel = device.lower(node);
  if (kernel !== undefined) return kernel;
  missing.add(node.op);
  return () => {
    throw new InternalError(`${device.name} lacks ${node.op}`);
  };
};

/** A per-step input: one tensor per step, made for this loop or left by another. */
interface PerStep<T> {
  readonly tensors: readonly T[];
  readonly owned: boolean;
}

/** Gets the initial carries with the constants, then the per-step inputs. */
const compileLoop = <T>(
  compilation: Compilation<T>,
  node: NodeOf<"scan">,
): ((fixed: readonly T[], perStep: readonly PerStep<T>[]) => Loop<T>) => {
  const { device } = compilation;
  const { length, reverse, body } = node.attrs;
  const run = compileProgram(compilation, bodyArguments(body), bodyRoots(body));
  const carryCount = body.carries.length;
  return (fixed, perStep) => {
    const outputs = body.outputs.map((): T[] => []);
    const args = [...fixed];
    for (let i = 0; i < carryCount; i += 1) retainAt(device, args, i);
    for (let count = 0; count < length; count += 1) {
      const step = reverse ? length - 1 - count : count;
      perStep.forEach(({ tensors }, i) => {
        const tensor = tensors[step];
        invariant(tensor !== undefined, `no step ${step}`);
        args[fixed.length + i] = tensor;
      });
      const results = run(args);
      for (const { tensors, owned } of perStep) {
        const tensor = tensors[step];
        if (owned && tensor !== undefined) device.release(tensor);
      }
      results.forEach((tensor, i) => {
        const previous = args[i];
        if (i >= carryCount) {
          const output = outputs[i - carryCount];
          if (output !== undefined) output[step] = tensor;
        } else if (previous !== undefined) {
          device.release(previous);
          args[i] = tensor;
        }
      });
    }
    return { carries: args.slice(0, carryCount), outputs };
  };
};

const retainAt = <T>(device: Device<T>, tensors: readonly T[], index: number): void => {
  const tensor = tensors[index];
  invariant(tensor !== undefined, `no carry ${index}`);
  device.retain(tensor);
};
