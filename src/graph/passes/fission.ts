/**
 * Loop fission: every loop becomes work before it, a smaller loop, and work after it. What is done before or after
 * is done for all steps at once, by primitives with a leading axis for time.
 */
import { invariant } from "../../diagnostics/invariant.ts";
import { concat, reshape, slice } from "../build.ts";
import type { Node, NodeOf } from "../op.ts";
import { elements } from "../shapes.ts";
import { substitute } from "../walk.ts";
import { lead, broadcastTo } from "../analysis/axes.ts";
import { batch, type Stacked } from "../analysis/batch.ts";
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
import { costOfStep, stagesOf, type LoopStage } from "../analysis/stages.ts";

/** Splits every loop, inner ones first. A loop that reads another's values sees them already split off. */
export const fission: Pass = (outputs, canonicalise = canonicaliser()) =>
  rewriteLoops(
    outputs,
    (loop) => undelayed(changeBody(loop, (roots) => fission(roots, canonicalise))),
    canonicalise,
  );

type Stages = ReadonlyMap<Node, LoopStage>;

/** Values outside of the loop for nodes of its body. */
type Outside = ReadonlyMap<Node, Stacked>;

const ofOutside = (outside: Outside, node: Node): Stacked => {
  const value = outside.get(node);
  invariant(value !== undefined, `${node.op} has no value outside of its loop`);
  return value;
};

const whole = ({ node, isStacked }: Stacked, length: number): Node =>
  isStacked ? node : broadcastTo(lead(node), [length, ...node.shape]);

/** Everything that does not wait for the loop. */
const computeBefore = (loop: TimeLoop, stages: Stages): Map<Node, Stacked> => {
  const outside = new Map<Node, Stacked>();
  for (const { arg, value } of loop.constants) {
    outside.set(arg, { node: value, isStacked: false });
  }
  for (const { arg, value } of loop.inputs) outside.set(arg, { node: value, isStacked: true });
  for (const [node, stage] of stages) {
    if (outside.has(node) || (stage !== "fixed" && stage !== "before")) continue;
    const operands = node.operands.map((operand) => ofOutside(outside, operand));
    outside.set(node, batch(node, operands, loop.length));
  }
  return outside;
};

/**
 * A carry whose next value follows from the per-step inputs alone is a per-step input, delayed by a step. Worth it
 * where that takes work out of the loop.
 */
const undelayed = (loop: TimeLoop): readonly Node[] => {
  const stages = stagesOf(loop);
  for (const carry of loop.carries) {
    if (stages.get(carry.next) === "within" || loop.length < 2) continue;
    const nexts = whole(ofOutside(computeBefore(loop, stages), carry.next), loop.length);
    const delayed = delay(loop, carry, nexts);
    if (costOfStep(stagesOf(delayed)) + elements(carry.arg.shape) >= costOfStep(stages)) continue;
    const values = undelayed(delayed);
    const last = sliceOfSteps(nexts, loop.reverse ? 0 : loop.length - 1, 1);
    return values.toSpliced(loop.carries.indexOf(carry), 0, reshape(last, carry.arg.shape));
  }
  return split(loop, stages);
};

const sliceOfSteps = (stacked: Node, begin: number, count: number): Node =>
  slice(
    stacked,
    [begin, ...stacked.shape.slice(1).map(() => 0)],
    [count, ...stacked.shape.slice(1)],
  );

/** The loop that reads the carry's values of all steps, given its next values of all steps. */
const delay = (loop: TimeLoop, carry: LoopCarry, nexts: Node): TimeLoop => {
  const initial = lead(carry.value);
  const value = loop.reverse
    ? concat([sliceOfSteps(nexts, 1, loop.length - 1), initial], 0)
    : concat([initial, sliceOfSteps(nexts, 0, loop.length - 1)], 0);
  return {
    ...loop,
    carries: loop.carries.filter((other) => other !== carry),
    inputs: [...loop.inputs, { arg: carry.arg, value }],
  };
};

const split = (loop: TimeLoop, stages: Stages): readonly Node[] => {
  const outside = computeBefore(loop, stages);
  const stored = valuesToStore(loop, stages);
  const inner = bringIn({ ...loop, outputs: stored }, stages, outside);
  const components = componentsOf(inner);
  stored.forEach((node, i) => {
    const value = components[loop.carries.length + i];
    invariant(value !== undefined, "a loop lost an output");
    outside.set(node, { node: value, isStacked: true });
  });
  for (const [node, stage] of stages) {
    if (stage !== "after") continue;
    const operands = node.operands.map((operand) => ofOutside(outside, operand));
    outside.set(node, batch(node, operands, loop.length));
  }
  return [
    ...components.slice(0, loop.carries.length),
    ...loop.outputs.map((output) => whole(ofOutside(outside, output), loop.length)),
  ];
};

/** Values of the loop that its outputs are or that what comes after it reads. */
const valuesToStore = (loop: TimeLoop, stages: Stages): readonly Node[] => {
  const read = new Set<Node>(loop.outputs);
  for (const [node, stage] of stages) {
    if (stage === "after") for (const operand of node.operands) read.add(operand);
  }
  return [...stages].flatMap(([node, stage]) =>
    stage === "within" && read.has(node) ? [node] : [],
  );
};

/**
 * Copies that every step makes of something much smaller: cheaper to make again than to store for all steps. A
 * product is never made again.
 */
const isExpansion = (node: Node): boolean =>
  node.op !== "contract" &&
  elements(node.shape) > 2 * node.operands.reduce((size, x) => size + elements(x.shape), 0);

/** The loop whose steps read from outside what they need and can be had there. */
const bringIn = (loop: TimeLoop, stages: Stages, outside: Outside): TimeLoop => {
  const fresh = freshArguments(loop);
  const passed = new Set<Node>(argumentsOf(loop).map(({ arg }) => arg));
  const replacements = new Map<Node, NodeOf<"input">>();
  const constants: LoopArgument[] = [];
  const inputs: LoopArgument[] = [];

  const pending = rootsOf(loop).toReversed();
  const visited = new Set<Node>();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (visited.has(node) || passed.has(node)) continue;
    visited.add(node);
    const stage = stages.get(node);
    if (node.operands.length === 0) continue;
    if (stage === "within" || (stage === "before" && isExpansion(node))) {
      pending.push(...node.operands.toReversed());
      continue;
    }
    const { node: value, isStacked } = ofOutside(outside, node);
    const arg = fresh(stage === "fixed" ? "fixed" : "before", node);
    replacements.set(node, arg);
    (isStacked ? inputs : constants).push({ arg, value });
  }
  return withRoots(
    {
      ...loop,
      constants: [...loop.constants, ...constants],
      inputs: [...loop.inputs, ...inputs],
    },
    substitute(rootsOf(loop), replacements),
  );
};
