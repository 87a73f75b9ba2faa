/** What a reverse loop needs of the forward loop's steps: passed again, computed again, or emitted for it. */
import { invariant } from "../diagnostics/invariant.ts";
import { input, make, project } from "./build.ts";
import type { Node, NodeOf, OpName, ScanBody } from "./op.ts";
import { bodyArguments, bodyRoots, topological } from "./walk.ts";

/** An argument of the reverse body with the value that the reverse scan gives it. */
interface Bound {
  readonly argument: NodeOf<"input">;
  readonly value: Node;
}

/** How the reverse body gets at the forward body's values. */
export interface Residuals {
  /** The forward scan, emitting also what must be stored. */
  readonly forward: NodeOf<"scan">;
  readonly constants: readonly Bound[];
  readonly inputs: readonly Bound[];
  /** Nodes of the forward body to the arguments that stand for them. */
  readonly replacements: ReadonlyMap<Node, Node>;
}

/** Computed again rather than stored: a copy at most, of something no larger. */
const REDONE: ReadonlySet<OpName> = new Set<OpName>([
  "broadcast",
  "cast",
  "constant",
  "iota",
  "onehot",
  "reshape",
  "stop",
  "transpose",
]);

/**
 * Finds the values of the forward body (of these roots) that `needed` refers to. Constants and per-step inputs
 * are passed to the reverse scan as they were to the forward one; what follows from constants alone is computed
 * again (and can leave both loops); the rest becomes outputs of the forward scan and inputs of the reverse one.
 */
export const remember = (
  scan: NodeOf<"scan">,
  roots: readonly Node[],
  needed: readonly Node[],
  names: (wish: string) => string,
): Residuals => rememberAt(scan, roots, frontier(scan.attrs.body, roots, needed), names);

/** The same where nothing but the carries is stored: everything that follows from the arguments is computed again. */
export const rememberCarries = (
  scan: NodeOf<"scan">,
  needed: readonly Node[],
  names: (wish: string) => string,
): Residuals => {
  const reached = new Set(topological(needed));
  const args = bodyArguments(scan.attrs.body).filter((arg) => reached.has(arg));
  return rememberAt(scan, bodyRoots(scan.attrs.body), args, names);
};

/** Going back from what is needed stops at these values of the forward body. */
const rememberAt = (
  scan: NodeOf<"scan">,
  roots: readonly Node[],
  stops: readonly Node[],
  names: (wish: string) => string,
): Residuals => {
  const { body } = scan.attrs;
  const carryCount = body.carries.length;
  const components = [...roots];
  const constants: { argument: NodeOf<"input">; operand: number }[] = [];
  const inputs: { argument: NodeOf<"input">; operand: number }[] = [];
  const residuals: { argument: NodeOf<"input">; component: number }[] = [];
  const replacements = new Map<Node, Node>();
  const operandOf = new Map<Node, number>(bodyArguments(body).map((node, i) => [node, i]));

  for (const node of stops) {
    const wish = node.op === "input" ? node.attrs.name : (node.origin ?? node.op);
    const argument = input(names(wish), node.shape, node.dtype);
    replacements.set(node, argument);
    const operand = operandOf.get(node);
    if (operand === undefined || operand < carryCount) {
      const present = components.indexOf(node, carryCount);
      residuals.push({ argument, component: present < 0 ? components.length : present });
      if (present < 0) components.push(node);
    } else {
      (operand < carryCount + body.constants.length ? constants : inputs).push({
        argument,
        operand,
      });
    }
  }

  const augmented: ScanBody = {
    ...body,
    nextCarries: components.slice(0, carryCount),
    outputs: components.slice(carryCount),
  };
  const forward = make("scan", scan.operands, { ...scan.attrs, body: augmented });
  const bind = ({ argument, operand }: { argument: NodeOf<"input">; operand: number }): Bound => ({
    argument,
    value: at(scan.operands, operand),
  });
  return {
    forward: scan.origin === undefined ? forward : { ...forward, origin: scan.origin },
    constants: constants.map(bind),
    inputs: [
      ...inputs.map(bind),
      ...residuals.map(({ argument, component }) => ({
        argument,
        value: project(forward, component),
      })),
    ],
    replacements,
  };
};

/** The values of the forward body at which going back from `needed` stops. */
const frontier = (
  body: ScanBody,
  roots: readonly Node[],
  needed: readonly Node[],
): readonly Node[] => {
  const ofForward = new Set(topological(roots));
  const repeated = repeatable(body, ofForward);
  const found: Node[] = [];
  const visited = new Set<Node>();
  const pending = needed.toReversed();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (visited.has(node)) continue;
    visited.add(node);
    const isForward =
      ofForward.has(node) || (node.op === "project" && ofForward.has(node.operands[0]));
    if (isForward && !repeated.has(node)) found.push(node);
    else pending.push(...node.operands.toReversed());
  }
  return found;
};

/** The values of the forward body that the reverse body computes again from the operands. */
const repeatable = (body: ScanBody, ofForward: Iterable<Node>): ReadonlySet<Node> => {
  const ofConstants = new Set<Node>(body.constants);
  const repeated = new Set<Node>();
  for (const node of ofForward) {
    if (node.op === "input" || node.op === "scan" || node.op === "project") continue;
    const closed = node.operands.every((operand) => ofConstants.has(operand));
    if (closed) ofConstants.add(node);
    if (closed || REDONE.has(node.op)) repeated.add(node);
  }
  return repeated;
};

/** Gives each wish back, numbered when it was given before. */
export const uniqueNames = (): ((wish: string) => string) => {
  const taken = new Set<string>();
  return (wish) => {
    let name = wish;
    for (let n = 2; taken.has(name); n += 1) name = `${wish}.${n}`;
    taken.add(name);
    return name;
  };
};

/** The element, which is there. */
export const at = <T>(values: readonly T[], index: number): T => {
  const value = values[index];
  invariant(value !== undefined, `no element ${index} of ${values.length}`);
  return value;
};
