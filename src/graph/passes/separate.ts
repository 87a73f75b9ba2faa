/**
 * Products of concatenations, taken apart where that saves work. [x, h] W is x W₁ + h W₂: in a loop, x W₁ can be one
 * product for all steps if x does not depend on the carries; anywhere, it is done once for all particles if x is only
 * a copy for each of them.
 */
import { add, concat, contract, slice } from "../build.ts";
import type { Node, NodeOf } from "../op.ts";
import { elements } from "../shapes.ts";
import { rewrite } from "../walk.ts";
import { componentsOf, rootsOf, withRoots, type TimeLoop } from "../analysis/loop.ts";
import type { Pass } from "./pass.ts";
import { rewriteLoops } from "./rewrite-loops.ts";
import { canonicaliser, type Canonicalise } from "../analysis/canonicalise.ts";
import { earliestStagesOf } from "../analysis/stages.ts";

export const separate: Pass = (outputs, canonicalise = canonicaliser()) =>
  separateIn(outputs, canonicalise, () => false);

const separateIn = (
  outputs: readonly Node[],
  canonicalise: Canonicalise,
  isLate: (node: Node) => boolean,
): readonly Node[] =>
  rewriteLoops(
    separateScope(outputs, isLate),
    (loop) => componentsOf(separateBody(loop, canonicalise)),
    canonicalise,
  );

const separateBody = (loop: TimeLoop, canonicalise: Canonicalise): TimeLoop => {
  const stages = earliestStagesOf(loop);
  const isLate = (node: Node): boolean => stages.get(node) === "within";
  return withRoots(loop, separateIn(rootsOf(loop), canonicalise, isLate));
};

/** Neighbouring pieces of a concatenation, by number, that are to be treated alike. */
interface Run {
  readonly kind: string;
  readonly pieces: readonly number[];
}

const runsOf = (pieces: readonly Node[], kindOf: (node: Node) => string): readonly Run[] =>
  pieces.map(kindOf).reduce<readonly Run[]>((runs, kind, piece) => {
    const last = runs.at(-1);
    return last?.kind === kind
      ? [...runs.slice(0, -1), { kind, pieces: [...last.pieces, piece] }]
      : [...runs, { kind, pieces: [piece] }];
  }, []);

/** Multiplications that cost what another product and a sum cost to call. */
const WORTH_A_CALL = 65_536;

const separateScope = (
  outputs: readonly Node[],
  isLate: (node: Node) => boolean,
): readonly Node[] =>
  rewrite(outputs, (node, original) => {
    if (node.op !== "contract" || original.op !== "contract") return node;
    const [x, y] = original.operands;
    const [side, joined, other] = x.op === "concat" ? ([0, x, y] as const) : ([1, y, x] as const);
    if (joined.op !== "concat" || isLate(other)) return node;
    const columns =
      elements(original.shape) / (elements(joined.shape) / (joined.shape[joined.attrs.axis] ?? 1));
    const isCopied = (piece: Node): boolean =>
      piece.op === "broadcast" &&
      (elements(piece.shape) - elements(piece.operands[0].shape)) * columns > WORTH_A_CALL;
    const runs = runsOf(
      joined.operands,
      (piece) => `${isLate(piece) ? "late" : "early"} ${isCopied(piece) ? "copied" : "whole"}`,
    );
    return runs.length < 2 ? node : sumOfRuns(node, side, runs);
  });

const sumOfRuns = (node: NodeOf<"contract">, side: 0 | 1, runs: readonly Run[]): Node => {
  const { a, b, out } = node.attrs;
  const [x, y] = node.operands;
  const [joined, subscripts] = side === 0 ? [x, a] : [y, b];
  const [other, otherSubscripts] = side === 0 ? [y, b] : [x, a];
  if (joined.op !== "concat") return node;
  const { axis } = joined.attrs;
  const subscript = subscripts[axis] ?? "";
  const otherAxis = otherSubscripts.indexOf(subscript);
  if (out.includes(subscript) || otherAxis < 0) return node;

  let start = 0;
  const terms = runs.map(({ pieces }) => {
    const run = concat(
      pieces.flatMap((piece) => joined.operands[piece] ?? []),
      axis,
    );
    const length = run.shape[axis] ?? 0;
    const begin = other.shape.map((_, i) => (i === otherAxis ? start : 0));
    const rows = slice(other, begin, other.shape.with(otherAxis, length));
    start += length;
    const [left, right] = side === 0 ? [run, rows] : [rows, run];
    return contract(left, right, `${a},${b}->${out}`);
  });
  return terms.reduce((sum, term) => add(sum, term));
};
