/** Long chains of members, each of which needs the one before: what is needed first is asked for first. */
import type { Expr } from "../../ast.ts";
import type { Members } from "./members.ts";

/** Members that ask for one another in turn; a stack has room for many more. */
const longestTurn = 64;

const isNode = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Names that an expression mentions at the same step. */
const mentioned = (expr: Expr): ReadonlySet<string> => {
  const found = new Set<string>();
  const open: object[] = [expr];
  for (let node = open.pop() as Expr | undefined; node !== undefined; node = open.pop() as Expr) {
    if (node.kind === "name") found.add(node.text);
    else if (node.kind === "at-time" && node.offset === 0) found.add(node.name.text);
    else open.push(...Object.values(node).filter(isNode));
  }
  return found;
};

/**
 * Members on the way to a name, at such distances that asking for each in this order never goes deep; none where the
 * chain is short. The order of what is asked for in turn is as without.
 */
export const stepsTowards = (members: Members): ((name: string) => readonly string[]) => {
  const heights = new Map<string, number>();
  const needs = (name: string): readonly string[] => {
    const expr = members.equations.get(name)?.value ?? members.sites.get(name)?.prior;
    return expr === undefined ? [] : [...mentioned(expr)];
  };
  return (wanted) => {
    const steps: string[] = [];
    const path: { readonly name: string; readonly rest: string[]; height: number }[] = [];
    const enter = (name: string): void => {
      heights.set(name, 0);
      path.push({ name, rest: [...needs(name)], height: 1 });
    };
    if (!heights.has(wanted)) enter(wanted);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      const known = next === undefined ? undefined : heights.get(next);
      if (next === undefined) {
        path.pop();
        heights.set(top.name, top.height);
        if (top.height % longestTurn === 0) steps.push(top.name);
        const above = path.at(-1);
        if (above !== undefined) above.height = Math.max(above.height, top.height + 1);
      } else if (known === undefined) enter(next);
      else top.height = Math.max(top.height, known + 1);
    }
    return steps;
  };
};
