/**
 * Axes in the order in which matrix products want them, for backends whose product is [batch, M, K] × [batch, K, N].
 * The transposes that this takes become explicit, and those of what is constant in a loop are done once outside.
 */
import { contract, mul, reshape, transpose } from "../build.ts";
import type { Graph, Node, NodeOf } from "../op.ts";
import { elements } from "../shapes.ts";
import { keepsOrder } from "./axes.ts";
import { splitLoops } from "./fission.ts";
import { keepLetters, lettersOf } from "./letters.ts";
import { componentsOf, rootsOf, withRoots } from "./loop.ts";
import { applyPass, type Pass } from "./pass.ts";
import { rewriteLoops } from "./rewrite-loops.ts";
import { movementRules } from "./rules/index.ts";
import { settler } from "./settle.ts";
import { stagesOf, type Stage } from "./stages.ts";

/** The letters of a contraction by their roles, each in the order in which the result or the operand has them. */
export interface MatmulForm {
  /** In both operands and the result. */
  readonly batch: string;
  /** In the first operand and the result. */
  readonly m: string;
  /** In both operands, summed over. */
  readonly k: string;
  /** In the second operand and the result. */
  readonly n: string;
}

/**
 * The roles of a contraction's letters. After `layout`, the operands are `batch m k` and `batch k n` and the result
 * is `batch m n`, so that a reshape makes matrices of them.
 */
export const matmulForm = ({ attrs: { a, b, out } }: NodeOf<"contract">): MatmulForm => {
  const pick = (letters: string, keep: (letter: string) => boolean): string =>
    keepLetters(letters, keep);
  return {
    batch: pick(out, (letter) => a.includes(letter) && b.includes(letter)),
    m: pick(out, (letter) => !b.includes(letter)),
    k: pick(a, (letter) => !out.includes(letter)),
    n: pick(out, (letter) => !a.includes(letter)),
  };
};

/** What moving a value's axes costs, in numbers moved. */
type CostOfMoving = (value: Node) => number;

/** What a call costs, in numbers moved. */
const CALL = 16_000;

const once: CostOfMoving = (value) => CALL + elements(value.shape);

/** In a loop: once outside for what the loop does not change. */
const everyStep =
  (stages: ReadonlyMap<Node, Stage>, length: number): CostOfMoving =>
  (value) =>
    stages.get(value) === "fixed" ? once(value) / length : once(value);

/** A value, the letters of its axes and those that are wanted. */
interface Move {
  readonly value: Node;
  readonly from: string;
  readonly to: string;
}

interface Arrangement {
  readonly left: Move;
  readonly right: Move;
  /** From the order in which the product has the letters to the one that is asked for. */
  readonly result: Omit<Move, "value">;
  readonly cost: number;
}

const permutation = ({ from, to }: Omit<Move, "value">): readonly number[] =>
  lettersOf(to).map((letter) => from.indexOf(letter));

/** Moving axes of size 1 moves no element. */
const move = (moved: Move): Node => {
  const order = permutation(moved);
  const { shape } = moved.value;
  return keepsOrder(shape, order)
    ? reshape(
        moved.value,
        order.map((axis) => shape[axis] ?? 1),
      )
    : transpose(moved.value, order);
};

const costOf = (moved: Move, costOfMoving: CostOfMoving): number =>
  keepsOrder(moved.value.shape, permutation(moved)) ? 0 : costOfMoving(moved.value);

/** The letters of a role in the orders in which the values that have them have them. */
const ordersOf = (role: string, ...values: readonly string[]): readonly string[] => [
  ...new Set(values.map((letters) => keepLetters(letters, (letter) => role.includes(letter)))),
];

/** Every way to write a contraction as a product of matrices: each operand first, each role in each order. */
const arrangements = (
  node: NodeOf<"contract">,
  costOfMoving: CostOfMoving,
): readonly Arrangement[] => {
  const { a, b, out } = node.attrs;
  const [x, y] = node.operands;
  const roles = matmulForm(node);
  return ordersOf(roles.batch, out, a, b).flatMap((batch) =>
    ordersOf(roles.m, a, out).flatMap((m) =>
      ordersOf(roles.k, a, b).flatMap((k) =>
        ordersOf(roles.n, b, out).flatMap((n) => [
          arrangement(node, [x, a, y, b], { batch, m, k, n }, costOfMoving),
          arrangement(node, [y, b, x, a], { batch, m: n, k, n: m }, costOfMoving),
        ]),
      ),
    ),
  );
};

const arrangement = (
  node: NodeOf<"contract">,
  [x, a, y, b]: readonly [Node, string, Node, string],
  { batch, m, k, n }: MatmulForm,
  costOfMoving: CostOfMoving,
): Arrangement => {
  const left = { value: x, from: a, to: batch + m + k };
  const right = { value: y, from: b, to: batch + k + n };
  const result = { from: batch + m + n, to: node.attrs.out };
  // The result has the elements of the node: `keepsOrder` asks the node's shape in the product's order.
  const back = { value: node, from: node.attrs.out, to: result.from };
  const cost = costOf(left, costOfMoving) + costOf(right, costOfMoving) + costOf(back, once);
  return { left, right, result, cost };
};

/** A contraction that sums nothing is a product of elements. */
const elementwise = (node: NodeOf<"contract">): Node => {
  const [x, y] = node.operands;
  const { a, b, out } = node.attrs;
  const spread = (value: Node, letters: string): Node => {
    const present = keepLetters(out, (letter) => letters.includes(letter));
    const ordered = move({ value, from: letters, to: present });
    return reshape(
      ordered,
      node.shape.map((n, axis) => (letters.includes(out[axis] ?? "") ? n : 1)),
    );
  };
  return mul(spread(x, a), spread(y, b));
};

const place = (node: Node, costOfMoving: CostOfMoving): Node => {
  if (node.op !== "contract") return node;
  if (matmulForm(node).k === "") return elementwise(node);
  const { left, right, result } = arrangements(node, costOfMoving).reduce((best, other) =>
    other.cost < best.cost ? other : best,
  );
  const product = contract(move(left), move(right), `${left.to},${right.to}->${result.from}`);
  return move({ value: product, ...result });
};

/** Contractions in matrix form, in the bodies too. */
const placeAll =
  (costOfMoving: CostOfMoving): Pass =>
  (outputs) =>
    rewriteLoops(
      outputs,
      (loop) => {
        const cost = everyStep(stagesOf(loop), loop.length);
        return componentsOf(withRoots(loop, placeAll(cost)(rootsOf(loop))));
      },
      (node) => place(node, costOfMoving),
    );

/** All rules would merge the transposes with the contractions again. */
const hoist: Pass = (outputs) => splitLoops(outputs, () => settler(movementRules));

/**
 * The optimised graph with every contraction in the form that `matmulForm` promises. To be done last: the passes
 * of `optimise` would merge the transposes with the contractions again.
 */
export const layout = (graph: Graph): Graph =>
  [placeAll(once), hoist, placeAll(once)].reduce(
    (current, pass) => applyPass(pass, current),
    graph,
  );
