/**
 * Long loops in blocks: a loop over blocks of steps, around a loop over the steps of one. Reverse mode then stores the
 * carries at the beginning of every block, and computes a block's steps again when it comes back to it: n + m values
 * stored for n · m steps, for one more forward computation (Chen, Xu, Zhang and Guestrin 2016).
 */
import { invariant } from "../diagnostics/invariant.ts";
import { concat, input, reshape, scan, slice } from "./build.ts";
import type { Node, NodeOf, ScanBody } from "./op.ts";
import { elements } from "./shapes.ts";
import { bodyArguments, rewrite } from "./walk.ts";

/** What reverse mode stores for one loop, in bytes. */
export interface Storage {
  /** For each step. */
  readonly step: number;
  /** For the carries of one step. */
  readonly carries: number;
}

/** A number is float32 or int32. */
const BYTES = 4;

export const bytesOf = (values: readonly Node[]): number =>
  values.reduce((sum, { shape }) => sum + BYTES * elements(shape), 0);

/** Values, with loops of blocks in them. */
export interface Blocked {
  readonly values: readonly Node[];
  /** The loops over blocks: reverse mode stores nothing of them but their carries. */
  readonly loops: ReadonlySet<Node>;
}

/** The values with some of their loops in blocks, of the size that stores least. */
export const inBlocks = (values: readonly Node[], storage: ReadonlyMap<Node, Storage>): Blocked => {
  const loops = new Set<Node>();
  const components = new Map<Node, readonly Node[]>();
  const rewritten = rewrite(values, (node, original) => {
    const stored = storage.get(original);
    if (node.op === "scan" && stored !== undefined) {
      components.set(original, blocksOf(node, blockSize(node.attrs.length, stored), loops));
      return node;
    }
    if (original.op !== "project") return node;
    return components.get(original.operands[0])?.[original.attrs.index] ?? node;
  });
  return { values: rewritten, loops };
};

/** Steps in a block; a rest that fills no block is stored as it is. */
const blockSize = (length: number, { step, carries }: Storage): number => {
  let best = { size: length, bytes: length * step };
  for (let size = 1; size < length; size += 1) {
    const bytes = Math.floor(length / size) * carries + (size + (length % size)) * step;
    if (bytes < best.bytes) best = { size, bytes };
  }
  return best.size;
};

/** The loop's components, from a loop over blocks and, where a rest remains at the end of time, a loop over that. */
const blocksOf = (node: NodeOf<"scan">, size: number, loops: Set<Node>): readonly Node[] => {
  const { length, reverse, body } = node.attrs;
  const carryCount = body.carries.length;
  const stepsFrom = carryCount + body.constants.length;
  const constants = node.operands.slice(carryCount, stepsFrom);
  const inputs = node.operands.slice(stepsFrom);
  const count = Math.floor(length / size);
  const end = count * size;

  const part = (carries: readonly Node[], begin: number, steps: number): readonly Node[] =>
    scan({
      length: steps,
      reverse,
      body,
      carries,
      constants,
      inputs: inputs.map((x) => steppedFrom(x, begin, steps)),
    });
  const blocks = (carries: readonly Node[]): readonly Node[] => {
    const results = scan({
      length: count,
      reverse,
      body: blockBody(node, size),
      carries,
      constants,
      inputs: inputs.map((x) =>
        reshape(steppedFrom(x, 0, end), [count, size, ...x.shape.slice(1)]),
      ),
    });
    const [tuple] = results[0]?.operands ?? [];
    if (tuple !== undefined) loops.add(tuple);
    return results.map((x, i) => (i < carryCount ? x : reshape(x, [end, ...x.shape.slice(2)])));
  };
  const initial = node.operands.slice(0, carryCount);
  if (end === length) return blocks(initial);

  const [first, second] = reverse
    ? [(carries: readonly Node[]) => part(carries, end, length - end), blocks]
    : [blocks, (carries: readonly Node[]) => part(carries, end, length - end)];
  const before = first(initial);
  const after = second(before.slice(0, carryCount));
  const [whole, rest] = reverse ? [after, before] : [before, after];
  return after.map((final, i) => {
    const [x, y] = [whole[i], rest[i]];
    invariant(x !== undefined && y !== undefined, "both parts of a loop have its components");
    return i < carryCount ? final : concat([x, y], 0);
  });
};

const steppedFrom = (x: Node, begin: number, steps: number): Node =>
  slice(x, [begin, ...x.shape.slice(1).map(() => 0)], [steps, ...x.shape.slice(1)]);

/** One block: the loop over its steps, the arguments by the names that they have in a step. */
const blockBody = (node: NodeOf<"scan">, size: number): ScanBody => {
  const { reverse, body } = node.attrs;
  const stepsFrom = body.carries.length + body.constants.length;
  const own = bodyArguments(body).map(({ attrs: { name }, shape, dtype }, i) =>
    input(name, i < stepsFrom ? shape : [size, ...shape], dtype),
  );
  const [carries, constants, inputs] = [
    own.slice(0, body.carries.length),
    own.slice(body.carries.length, stepsFrom),
    own.slice(stepsFrom),
  ];
  const results = scan({ length: size, reverse, body, carries, constants, inputs });
  return {
    carries,
    constants,
    inputs,
    nextCarries: results.slice(0, carries.length),
    outputs: results.slice(carries.length),
  };
};
