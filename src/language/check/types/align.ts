/** Alignment: axes match by name, and one operand's axes contain the other's. */
import type { Axis } from "./event-type.ts";

/** Where an operand's axes stand in the result. */
export interface AxisPlacement {
  readonly places: readonly number[];
  /** The operand's last two axes come in the other order. */
  readonly swapped: boolean;
}

/** An operand's axes outside of its core, the last axes that an operation itself uses. */
export interface Leading {
  readonly axes: readonly Axis[];
  /** Whether nothing follows these axes, so that the last two of them can change places. */
  readonly whole: boolean;
}

export type Alignment =
  | {
      readonly kind: "aligned";
      readonly axes: readonly Axis[];
      readonly placements: readonly AxisPlacement[];
    }
  /** The operand does not fit into the largest, in no way or in several. */
  | { readonly kind: "mismatch" | "ambiguous"; readonly operand: number; readonly largest: number };

/** Ways to find the axes in the others in order; two are as good as many. */
const embeddings = (
  axes: readonly Axis[],
  into: readonly Axis[],
  from = 0,
): readonly (readonly number[])[] => {
  const [first, ...rest] = axes;
  if (first === undefined) return [[]];
  const found: (readonly number[])[] = [];
  for (let place = from; place < into.length && found.length < 2; place++) {
    if (into[place]?.dim !== first.dim) continue;
    for (const tail of embeddings(rest, into, place + 1)) found.push([place, ...tail]);
  }
  return found;
};

const swapLastTwo = (axes: readonly Axis[]): readonly Axis[] | undefined => {
  const [a, b] = axes.slice(-2);
  return a === undefined || b === undefined ? undefined : [...axes.slice(0, -2), b, a];
};

const place = (
  { axes, whole }: Leading,
  into: readonly Axis[],
): AxisPlacement | "mismatch" | "ambiguous" => {
  const [first, second] = embeddings(axes, into);
  if (second !== undefined) return "ambiguous";
  if (first !== undefined) return { places: first, swapped: false };
  const swapped = whole ? swapLastTwo(axes) : undefined;
  const [other, another] = swapped === undefined ? [] : embeddings(swapped, into);
  if (another !== undefined) return "ambiguous";
  return other === undefined ? "mismatch" : { places: other, swapped: true };
};

/** Aligns all operands with the one that has most axes (the first of those). */
export const align = (operands: readonly Leading[]): Alignment => {
  const most = Math.max(0, ...operands.map(({ axes }) => axes.length));
  const largest = operands.findIndex(({ axes }) => axes.length === most);
  const axes = operands[largest]?.axes ?? [];
  const placements: AxisPlacement[] = [];
  for (const [operand, own] of operands.entries()) {
    const placed = place(own, axes);
    if (typeof placed === "string") return { kind: placed, operand, largest };
    placements.push(placed);
  }
  return { kind: "aligned", axes, placements };
};
