import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Schedule } from "../training/options.ts";

/** The part of mathjs that schedules need. */
export interface Mathjs {
  parse(text: string): MathNode;
}

interface MathNode {
  readonly type: string;
  readonly name?: string;
  readonly fn?: { readonly name?: string };
  compile(): { evaluate(scope: Record<string, unknown>): unknown };
  filter(matches: (node: MathNode) => boolean): readonly MathNode[];
}

/** All of mathjs that a schedule may use: numbers go in and a number comes out, nothing is defined, read or parsed. */
export const scheduleFunctions: ReadonlySet<string> = new Set(
  (
    "ramp abs sign min max floor ceil round fix mod exp expm1 log log1p log2 log10 sqrt cbrt square cube pow " +
    "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot"
  ).split(" "),
);
/** What a schedule may name. */
export const scheduleSymbols: ReadonlySet<string> = new Set(["step", "pi", "e", "tau"]);
const operators: ReadonlySet<string> = new Set(
  ["Constant", "Operator", "Relational", "Conditional", "Parenthesis"].map((name) => `${name}Node`),
);

const isAllowed = ({ type, name = "", fn }: MathNode): boolean =>
  operators.has(type) ||
  (type === "FunctionNode" && scheduleFunctions.has(fn?.name ?? "")) ||
  (type === "SymbolNode" && scheduleSymbols.has(name));

/** Without the names of functions, which mathjs has as symbols below the calls. */
const isHarmless = (node: MathNode): boolean => {
  const calls = new Set(node.filter(({ type }) => type === "FunctionNode").map(({ fn }) => fn));
  return node.filter((one) => !calls.has(one) && !isAllowed(one)).length === 0;
};

const ramp = (from: number, to: number, steps: number, step: number): number =>
  from + (to - from) * Math.min(1, step / steps);

/** A schedule that never changes. */
export const constantSchedule = (value: number): Schedule => ({
  text: `${value}`,
  at: () => value,
});

/** Loaded only where a file has an expression: the bundled part (`mathjs.ts`) where it lies beside this code, else all of it. */
const loadMathjs = (): Mathjs => {
  const part = join(dirname(fileURLToPath(import.meta.url)), "mathjs.cjs");
  return createRequire(import.meta.url)(existsSync(part) ? part : "mathjs/number") as Mathjs;
};

/**
 * A schedule from an expression of mathjs over `step` (the iteration, from 1) and `ramp(from, to, n)`, linear over the
 * first n steps. `undefined` where the expression has no value.
 */
export const expressionSchedule = (text: string, expression: string): Schedule | undefined => {
  const mathjs = loadMathjs();
  const at = (step: number): number => {
    const value = code.evaluate({
      step,
      ramp: (from: number, to: number, steps: number) => ramp(from, to, steps, step),
    });
    return typeof value === "number" ? value : Number.NaN;
  };
  let code: ReturnType<MathNode["compile"]>;
  try {
    const node = mathjs.parse(expression);
    if (!isHarmless(node)) return undefined;
    code = node.compile();
    return Number.isNaN(at(1)) && Number.isNaN(at(2)) ? undefined : { text, at };
  } catch {
    return undefined;
  }
};
