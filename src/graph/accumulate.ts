/** Sums of cotangents. */
import { add, concat, constant } from "./build.ts";
import type { Node, NodeOf } from "./op.ts";

/**
 * The sum of the cotangents that one value received; `undefined` for none. Those of its slices, which are pads,
 * are laid side by side where they do not overlap, so that the gates of a cell come back as one matrix.
 */
export const sumOf = (parts: readonly Node[]): Node | undefined => {
  const pads = parts.filter((part) => part.op === "pad");
  const joined = pads.length > 1 ? sideBySide(pads) : undefined;
  const terms =
    joined === undefined ? parts : [joined, ...parts.filter((part) => part.op !== "pad")];
  return terms.length === 0 ? undefined : terms.reduce((a, b) => add(a, b));
};

const sideBySide = (pads: readonly NodeOf<"pad">[]): Node | undefined => {
  const axes = new Set(pads.map(onlyAxis));
  const [axis] = axes;
  if (axis === undefined || axes.size > 1) return undefined;
  const start = ({ attrs: { before } }: NodeOf<"pad">): number => before[axis] ?? 0;

  const pieces: Node[] = [];
  let end = 0;
  const fillTo = (next: number, { shape, dtype }: Node): void => {
    if (next > end) pieces.push(constant(0, shape.with(axis, next - end), dtype));
  };
  for (const pad of pads.toSorted((a, b) => start(a) - start(b))) {
    if (start(pad) < end) return undefined;
    fillTo(start(pad), pad);
    const [inner] = pad.operands;
    pieces.push(inner);
    end = start(pad) + (inner.shape[axis] ?? 0);
  }
  const [first] = pads;
  if (first !== undefined) fillTo(first.shape[axis] ?? end, first);
  return concat(pieces, axis);
};

/** The one axis that a pad pads. */
const onlyAxis = ({ attrs: { before, after } }: NodeOf<"pad">): number | undefined => {
  const padded = before.flatMap((n, axis) => (n + (after[axis] ?? 0) > 0 ? axis : []));
  return padded.length === 1 ? padded[0] : undefined;
};
