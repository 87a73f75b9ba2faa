/**
 * Products of concatenations in loops, taken apart so that the pieces that do not depend on the carries leave the
 * loop: [x, h] W becomes x W₁ + h W₂, of which x W₁ is one product for all steps.
 */
import { add, concat, contract, slice } from "../build.ts";
import type { Node, NodeOf } from "../op.ts";
import { rewrite } from "../walk.ts";
import { componentsOf, rootsOf, withRoots, type TimeLoop } from "./loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { settler } from "./settle.ts";
import { stagesOf } from "./stages.ts";

export const separate: Pass = (outputs) =>
  rewriteLoops(
    outputs,
    (loop) => componentsOf(separateBody(changeBody(loop, separate))),
    settler(),
  );

/** Neighbouring pieces of a concatenation, by number, that all depend on the carries or all do not. */
interface Run {
  readonly isLate: boolean;
  readonly pieces: readonly number[];
}

const runsOf = (pieces: readonly Node[], isLate: (node: Node) => boolean): readonly Run[] =>
  pieces.map(isLate).reduce<readonly Run[]>((runs, late, piece) => {
    const last = runs.at(-1);
    return last?.isLate === late
      ? [...runs.slice(0, -1), { isLate: late, pieces: [...last.pieces, piece] }]
      : [...runs, { isLate: late, pieces: [piece] }];
  }, []);

const separateBody = (loop: TimeLoop): TimeLoop => {
  const stages = stagesOf(loop);
  const isLate = (node: Node): boolean => {
    const stage = stages.get(node);
    return stage === "within" || stage === "after";
  };
  const separated = rewrite(rootsOf(loop), (node, original) => {
    if (node.op !== "contract" || original.op !== "contract" || !isLate(original)) return node;
    const [x, y] = original.operands;
    const [side, joined, other] = x.op === "concat" ? ([0, x, y] as const) : ([1, y, x] as const);
    if (joined.op !== "concat" || isLate(other)) return node;
    const runs = runsOf(joined.operands, isLate);
    return runs.length < 2 ? node : sumOfRuns(node, side, runs);
  });
  return withRoots(loop, separated);
};

const sumOfRuns = (node: NodeOf<"contract">, side: 0 | 1, runs: readonly Run[]): Node => {
  const { a, b, out } = node.attrs;
  const [x, y] = node.operands;
  const [joined, letters] = side === 0 ? [x, a] : [y, b];
  const [other, otherLetters] = side === 0 ? [y, b] : [x, a];
  if (joined.op !== "concat") return node;
  const { axis } = joined.attrs;
  const letter = letters[axis] ?? "";
  const otherAxis = otherLetters.indexOf(letter);
  if (out.includes(letter) || otherAxis < 0) return node;

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
