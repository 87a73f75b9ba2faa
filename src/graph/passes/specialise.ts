/**
 * Uses what the surroundings of a loop say about its arguments: known numbers move into the body, what is equal
 * in every step becomes a constant, sums over time leave the loop, equal arguments and outputs become one, a
 * single step is no loop.
 */
import { add, reshape, sub, sum } from "../build.ts";
import type { Node, NodeOf } from "../op.ts";
import { sameShape } from "../shapes.ts";
import { substitute, topological } from "../walk.ts";
import { lead, reshaped, broadcastTo, unbroadcast } from "../analysis/axes.ts";
import {
  argumentsOf,
  componentsOf,
  freshArguments,
  rootsOf,
  withRoots,
  type LoopArgument,
  type LoopCarry,
  type TimeLoop,
} from "../analysis/loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { canonicaliser } from "../analysis/canonicalise.ts";

/** Values for a loop's components, in the order of `rootsOf`. */
type Change = (loop: TimeLoop) => readonly Node[];

export const specialise: Pass = (outputs, canonicalise = canonicaliser()) =>
  rewriteLoops(
    outputs,
    (loop) =>
      loop.length === 1
        ? singleStep(loop)
        : manySteps(changeBody(loop, (roots) => specialise(roots, canonicalise))),
    canonicalise,
  );

const manySteps: Change = (loop) =>
  steadyCarries(sumsOverTime(equalOutputs((l) => componentsOf(knownArguments(l)))))(loop);

const singleStep: Change = (loop) => {
  const inputs = new Set<Node>(loop.inputs.map(({ arg }) => arg));
  const values = argumentsOf(loop).map(({ arg, value }): [Node, Node] => [
    arg,
    inputs.has(arg) ? reshape(value, arg.shape) : value,
  ]);
  const roots = substitute(rootsOf(loop), new Map(values));
  return roots.map((root, i) => (i < loop.carries.length ? root : lead(root)));
};

/** A carry that is its own next value is a constant. */
const steadyCarries =
  (rest: Change): Change =>
  (loop) => {
    const isSteady = ({ arg, next }: LoopCarry): boolean => arg === next;
    const values = rest({
      ...loop,
      carries: loop.carries.filter((carry) => !isSteady(carry)),
      constants: [...loop.constants, ...loop.carries.filter(isSteady)],
    });
    let place = 0;
    const finals = loop.carries.map((carry) =>
      isSteady(carry) ? carry.value : (values[place++] ?? carry.value),
    );
    return [...finals, ...values.slice(place)];
  };

interface Total {
  readonly carry: LoopCarry;
  readonly combine: (total: Node, terms: Node) => Node;
  /** What each step adds or subtracts. */
  readonly term: Node;
}

/** A loop over blocks exists so that little leaves it. */
const isOverBlocks = (loop: TimeLoop): boolean =>
  topological(rootsOf(loop)).some(({ op }) => op === "scan");

/** c ← c + f where nothing else reads c: f leaves every step and is summed afterwards. */
const totalOf = (loop: TimeLoop, carry: LoopCarry): Total | undefined => {
  const { arg, next } = carry;
  if (next.op !== "add" && next.op !== "sub") return undefined;
  const [a, b] = next.operands;
  if (a !== arg && (b !== arg || next.op === "sub")) return undefined;
  const term = a === arg ? b : a;
  const others = [
    ...loop.carries.flatMap((other) => (other === carry ? [] : [other.next])),
    ...loop.outputs,
    term,
  ];
  return topological(others).includes(arg)
    ? undefined
    : { carry, term, combine: next.op === "add" ? add : sub };
};

const sumsOverTime =
  (rest: Change): Change =>
  (loop) => {
    const totals = new Map<LoopCarry, Total>();
    for (const carry of isOverBlocks(loop) ? [] : loop.carries) {
      const total = totalOf(loop, carry);
      if (total !== undefined) totals.set(carry, total);
    }
    const terms = [...totals.values()].map(({ term }) => term);
    const carries = loop.carries.filter((carry) => !totals.has(carry));
    const values = rest({ ...loop, carries, outputs: [...loop.outputs, ...terms] });
    const outputsEnd = carries.length + loop.outputs.length;
    const stacked = values.slice(outputsEnd);
    let place = 0;
    let termPlace = 0;
    const finals = loop.carries.map((carry) => {
      const total = totals.get(carry);
      if (total === undefined) return values[place++] ?? carry.value;
      const all = stacked[termPlace++] ?? total.term; // [length, …]
      return total.combine(carry.value, reshape(sum(all, [0]), total.term.shape));
    });
    return [...finals, ...values.slice(carries.length, outputsEnd)];
  };

const equalOutputs =
  (rest: Change): Change =>
  (loop) => {
    const distinct = [...new Set(loop.outputs)];
    const values = rest({ ...loop, outputs: distinct });
    const count = loop.carries.length;
    const outputs = loop.outputs.map((output) => values[count + distinct.indexOf(output)]);
    return [...values.slice(0, count), ...outputs.filter((value) => value !== undefined)];
  };

/** The value of every step of a per-step input that is equal in all of them, with size 1 where it is broadcast. */
const ofEveryStep = (stacked: Node): Node | undefined => {
  if (stacked.op !== "broadcast" && stacked.op !== "constant") return undefined;
  const thin = unbroadcast(stacked);
  return thin.shape[0] === 1 ? reshaped(thin, thin.shape.slice(1)) : undefined;
};

/** Numbers, copies and equal values are passed no longer; the rest in the order of its first use. */
const knownArguments = (loop: TimeLoop): TimeLoop => {
  const fresh = freshArguments(loop);
  const replacements = new Map<Node, Node>();
  const constants = new Map<Node, LoopArgument>();
  const inputs = new Map<Node, LoopArgument>();

  const passConstant = (arg: NodeOf<"input">, value: Node): Node => {
    const thin = unbroadcast(value);
    if (thin.op === "constant") return thin;
    const known = constants.get(thin);
    if (known !== undefined) return known.arg;
    const thinArg = sameShape(thin.shape, arg.shape) ? arg : fresh(arg.attrs.name, thin);
    constants.set(thin, { arg: thinArg, value: thin });
    return thinArg;
  };

  for (const { arg, value } of loop.constants) {
    replacements.set(arg, broadcastTo(passConstant(arg, value), arg.shape));
  }
  for (const { arg, value } of loop.inputs) {
    const steady = ofEveryStep(value);
    const known = inputs.get(value);
    if (steady !== undefined) {
      replacements.set(arg, broadcastTo(passConstant(arg, steady), arg.shape));
    } else if (known !== undefined) replacements.set(arg, known.arg);
    else inputs.set(value, { arg, value });
  }
  const changed = [...replacements].filter(([arg, value]) => arg !== value);
  const roots = substitute(rootsOf(loop), new Map(changed));
  const place = new Map(topological(roots).map((node, i) => [node, i]));
  const byFirstUse = (args: ReadonlyMap<Node, LoopArgument>): readonly LoopArgument[] =>
    [...args.values()].sort((a, b) => (place.get(a.arg) ?? 0) - (place.get(b.arg) ?? 0));
  return withRoots(
    { ...loop, constants: byFirstUse(constants), inputs: byFirstUse(inputs) },
    roots,
  );
};
