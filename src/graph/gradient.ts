/** Reverse mode as a graph transformation: values in, values and cotangents out, all ordinary nodes. */
import { invariant } from "../diagnostics/invariant.ts";
import { sumOf } from "./accumulate.ts";
import { activeNodes } from "./activity.ts";
import { bytesOf, inBlocks, type Storage } from "./blocks.ts";
import { broadcast, choose, constant, equal, sum } from "./build.ts";
import { binaryNames, unaryNames } from "./kinds.ts";
import type { Node, NodeOf, OpName, Shape } from "./op.ts";
import { at } from "./residuals.ts";
import { reverseScan, type Pullback, type Pulled } from "./scan.ts";
import { sameShape } from "./shapes.ts";
import { cotangentsOfOperands, type WithoutVjp } from "./vjp.ts";
import { rebuild, rewrite, topological, withOrigins } from "./walk.ts";

/** What `differentiate` computes. */
export interface Derivative {
  /** The outputs, on the same forward computation that the gradients use. */
  readonly outputs: ReadonlyMap<string, Node>;
  /** One for each of `wrt`, of its shape; zeros where the output does not depend on it. */
  readonly gradients: readonly Node[];
}

/** Bytes that a loop may store for its reverse loop before it is computed in blocks. */
const STORAGE = 2 ** 30;

/** How to differentiate. */
export interface DifferentiateOptions {
  /**
   * How many bytes one loop may store for its reverse loop, 1 GiB if absent. One that would store more is cut into blocks, whose
   * steps are computed again on the way back. Counted before the passes, which store less.
   */
  readonly storage?: number;
}

/**
 * The gradients of the sum of the output named `of`. Loops whose steps must be remembered are replaced by loops
 * that also emit what the reverse loop needs, in the outputs too: keeping the old outputs as well would compute them twice.
 */
export const differentiate = (
  outputs: ReadonlyMap<string, Node>,
  of: string,
  wrt: readonly Node[],
  { storage = STORAGE }: DifferentiateOptions = {},
): Derivative => {
  const output = outputs.get(of);
  invariant(output !== undefined, `no output ${of} to differentiate`);
  for (const node of [output, ...wrt]) {
    invariant(node.dtype === "float" && node.op !== "scan", `gradient of or by ${node.op}`);
  }
  const names = [...outputs.keys()];
  const { kept, cotangents } = pullWithin(storage, {
    seeds: [[output, constant(1, output.shape)]],
    wrt,
    kept: [...outputs.values()],
    blocks: new Set(),
  });
  return {
    outputs: new Map(
      kept.map((node, i) => {
        const name = names[i];
        invariant(name !== undefined, "an output without a name");
        return [name, node];
      }),
    ),
    gradients: wrt.map(({ shape }, i) => cotangents[i] ?? constant(0, shape)),
  };
};

/** Pulls back once to see what each loop stores, and again with those in blocks that store too much. */
const pullWithin = (storage: number, question: Parameters<Pullback>[0]): Pulled => {
  const plain = pullback(question);
  const stored = new Map<Node, Storage>();
  for (const [node, { attrs }] of plain.augmented) {
    if (node.op !== "scan") continue;
    const { outputs, carries, length } = { ...node.attrs.body, length: node.attrs.length };
    const step = bytesOf(attrs.body.outputs.slice(outputs.length));
    if (step * length > storage) stored.set(node, { step, carries: bytesOf(carries) });
  }
  if (stored.size === 0) return plain;

  const { seeds, wrt, kept } = question;
  const { values, loops } = inBlocks([...seeds.flat(), ...wrt, ...kept], stored);
  const ofSeeds = values.slice(0, 2 * seeds.length);
  return pullback({
    seeds: seeds.map((_, i) => [at(ofSeeds, 2 * i), at(ofSeeds, 2 * i + 1)]),
    wrt: values.slice(ofSeeds.length, ofSeeds.length + wrt.length),
    kept: values.slice(ofSeeds.length + wrt.length),
    blocks: loops,
  });
};

const pullback: Pullback = ({ seeds, wrt, kept, blocks }) => {
  const roots = seeds.map(([node]) => node);
  const active = activeNodes(roots, new Set(wrt));
  const received = new Map<Node, Node[]>();
  const cotangents = new Map<Node, Node>();
  /** The projections of each scan, on which its components' cotangents are. */
  const projections = new Map<Node, NodeOf<"project">[]>();
  /** Scans to the ones that emit what their reverse scans read. */
  const augmented = new Map<Node, NodeOf<"scan">>();

  /** What leads to a guarded choice: its cotangents may be 0 where its values are infinite or NaN. */
  const guarded = new Set<Node>();

  const receive = (node: Node, cotangent: Node | undefined): void => {
    if (cotangent === undefined || !active.has(node)) return;
    collect(received, node, fit(cotangent, node.shape));
  };
  for (const [node, seed] of seeds) receive(node, seed);

  for (const node of topological(roots).reverse()) {
    if (guarded.has(node) || (node.op === "select" && node.attrs.guarded === true)) {
      for (const operand of node.operands) guarded.add(operand);
    }
    if (node.op === "scan") {
      if (!active.has(node)) continue;
      const components = componentCotangents(projections.get(node) ?? [], received);
      const reversed = reverseScan(node, components, active, blocks, pullback);
      augmented.set(node, reversed.forward);
      node.operands.forEach((operand, i) => {
        receive(operand, reversed.cotangents[i]);
      });
      continue;
    }
    const cotangent = sumOf(received.get(node) ?? []);
    if (cotangent === undefined) continue;
    cotangents.set(node, cotangent);
    if (node.op === "project") {
      collect(projections, node.operands[0], node);
      continue;
    }
    const operands: readonly Node[] = node.operands;
    if (!operands.some((operand) => active.has(operand))) continue;
    originated(node, cotangent, guarded.has(node)).forEach((part, i) => {
      const operand = operands[i];
      if (operand !== undefined) receive(operand, part);
    });
  }
  return shareAugmented(
    kept,
    wrt.map((node) => cotangents.get(node)),
    augmented,
  );
};

/** The rule's answer, its new nodes saying where they come from. */
const originated = (
  node: NodeOf<Exclude<OpName, WithoutVjp>>,
  cotangent: Node,
  guarded: boolean,
): readonly (Node | undefined)[] => {
  const own = cotangentsOfOperands(node, cotangent);
  const parts =
    guarded && elementwise.has(node.op) ? own.map((part) => keepingZeros(part, cotangent)) : own;
  if (node.origin === undefined) return parts;
  const defined = parts.filter((part) => part !== undefined);
  const known = [cotangent, node, ...node.operands];
  return refill(parts, withOrigins(defined, known, `gradient of ${node.origin}`));
};

/** A cotangent of 0 stays 0, whatever it is multiplied by. */
const keepingZeros = (part: Node | undefined, cotangent: Node): Node | undefined =>
  part === undefined || part === cotangent
    ? part
    : choose(equal(cotangent, 0), constant(0, part.shape), part);

const elementwise: ReadonlySet<OpName> = new Set<OpName>([...unaryNames, ...binaryNames]);

/** The values in the places of those that are defined. */
const refill = (
  places: readonly (Node | undefined)[],
  values: readonly Node[],
): readonly (Node | undefined)[] => {
  let next = 0;
  return places.map((place) => (place === undefined ? undefined : values[next++]));
};

const collect = <T>(lists: Map<Node, T[]>, key: Node, value: T): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
};

/** By index; a component may be projected more than once. */
const componentCotangents = (
  projections: readonly NodeOf<"project">[],
  received: ReadonlyMap<Node, readonly Node[]>,
): ReadonlyMap<number, Node> => {
  const parts = new Map<number, Node[]>();
  for (const node of projections) {
    const { index } = node.attrs;
    parts.set(index, [...(parts.get(index) ?? []), ...(received.get(node) ?? [])]);
  }
  return new Map(
    [...parts].flatMap(([index, list]) => {
      const sum = sumOf(list);
      return sum === undefined ? [] : [[index, sum] as const];
    }),
  );
};

/** Sums what was broadcast to the value's shape, broadcasts what has size 1 only in the cotangent. */
const fit = (cotangent: Node, shape: Shape): Node => {
  if (sameShape(cotangent.shape, shape)) return cotangent;
  const widened = shape.flatMap((n, axis) => (n === 1 && cotangent.shape[axis] !== 1 ? axis : []));
  return broadcast(sum(cotangent, widened), shape);
};

/** Lets everything use the augmented scans, whose first components are those of the originals. */
const shareAugmented = (
  kept: readonly Node[],
  cotangents: readonly (Node | undefined)[],
  augmented: ReadonlyMap<Node, NodeOf<"scan">>,
): Pulled => {
  const targets = new Set<Node>(augmented.values());
  const shared = new Map<Node, Node>();
  const defined = cotangents.filter((node) => node !== undefined);
  const rewritten = rewrite([...kept, ...defined], (node, original) => {
    const target = augmented.get(original) ?? (targets.has(original) ? original : undefined);
    if (target === undefined) return node;
    const result = shared.get(target) ?? rebuild(target, node.operands);
    shared.set(target, result);
    return result;
  });
  return {
    kept: rewritten.slice(0, kept.length),
    cotangents: refill(cotangents, rewritten.slice(kept.length)),
    augmented,
  };
};
