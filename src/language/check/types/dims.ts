/** Dimensions: the values of `dim` declarations, and size expressions wherever one may stand. */
import type { Dim } from "../../../shape/dim.ts";
import { add, evaluate, multiply, names, size, subtract, symbol } from "../../../shape/dim.ts";
import type { DimDecl, Expr } from "../../ast.ts";
import type { Modules, Scope } from "../../modules.ts";
import type { Report } from "../finding.ts";
import * as errors from "../errors/names.ts";
import type { Axis, DimSizes } from "./event-type.ts";
import { axisOf } from "./event-type.ts";

/** Sizes that a text can name. */
export type DimScope = ReadonlyMap<string, Axis>;

/** Every `dim` of the program. */
export interface Dims {
  readonly ofFile: (path: string) => DimScope;
  /** Of the names that stand for themselves; others are polynomials of these. */
  readonly sizes: DimSizes;
  /** Names without a value, which data decides. */
  readonly open: ReadonlyMap<string, DimDecl>;
}

/** Does `lookup` know the name: its axis; is the name known but broken: `"broken"`. */
type Lookup = (name: string) => Axis | "broken" | undefined;

/** Coefficients beyond what a number holds exactly, which print as `1e+21`. */
const overflows = (dim: Dim): boolean =>
  dim
    .split(/[\s*+-]+/u)
    .some((token) => /^\d/u.test(token) && !Number.isSafeInteger(Number(token)));

/** More factors than any shape has would only make the check slow. */
const LARGEST_POWER = 8;

const power = (a: Dim, b: Dim): Dim | undefined => {
  const times = Number(b);
  if (!Number.isInteger(times) || times < 1 || times > LARGEST_POWER) return undefined;
  return Array.from({ length: times }, () => a).reduce(multiply);
};

const operators: Readonly<Record<string, (a: Dim, b: Dim) => Dim | undefined>> = {
  "+": add,
  "-": subtract,
  "*": multiply,
  "^": power,
};

const readExpression = (
  expr: Expr,
  lookup: Lookup,
  known: Iterable<string>,
  report: Report,
): Dim | undefined => {
  const read = (part: Expr): Dim | undefined => readExpression(part, lookup, known, report);
  if (expr.kind === "missing") return undefined;
  if (expr.kind === "number") {
    if (Number.isSafeInteger(expr.value)) return size(expr.value);
    report(errors.notAWholeSize(expr.span, expr.text));
    return undefined;
  }
  if (expr.kind === "name") {
    const axis = lookup(expr.text);
    if (axis === undefined) report(errors.unknownDimension(expr, known));
    return axis === undefined || axis === "broken" ? undefined : axis.dim;
  }
  if (expr.kind !== "binary") {
    report(errors.notADimension(expr.span));
    return undefined;
  }
  const [a, b] = [read(expr.left), read(expr.right)];
  if (a === undefined || b === undefined) return undefined;
  const combined = operators[expr.operator]?.(a, b);
  if (combined === undefined) report(errors.notADimension(expr.span));
  else if (overflows(combined)) report(errors.sizeTooLarge(expr.span));
  else return combined;
  return undefined;
};

/** A size as a polynomial of the names in scope, or `undefined` when that was reported. */
export const readSize = (
  expr: Expr,
  scope: DimScope,
  sizes: DimSizes,
  report: Report,
): Axis | undefined => {
  const dim = readExpression(expr, (name) => scope.get(name), scope.keys(), report);
  if (dim === undefined) return undefined;
  const value = evaluate(dim, sizes);
  if (value !== undefined && value < 1) {
    report(errors.sizeBelowOne(expr.span, value));
    return undefined;
  }
  const named = expr.kind === "name" ? scope.get(expr.text) : undefined;
  return named ?? axisOf(dim);
};

/** A name for the declaration that no other file's dimension has. */
const symbolsOf = (modules: Modules): ReadonlyMap<DimDecl, string> => {
  const symbols = new Map<DimDecl, string>();
  const taken = new Set<string>();
  const files = [modules.entry, ...[...modules.files.values()].filter((f) => f !== modules.entry)];
  for (const { path, items } of files) {
    const stem = path
      .replace(/^.*[/\\]/u, "")
      .replace(/\.[^.]*$/u, "")
      .replace(/\W/gu, "_");
    for (const item of items) {
      if (item.kind !== "dim") continue;
      let name = item.name.text;
      while (taken.has(name)) name = `${stem}.${name}`;
      taken.add(name);
      symbols.set(item, name);
    }
  }
  return symbols;
};

const declared = (scope: Scope, name: string): DimDecl | undefined => {
  const item = scope.get(name);
  return item?.kind === "dim" ? item : undefined;
};

const dimNames = (scope: Scope): readonly string[] =>
  [...scope.values()].flatMap((item) => (item.kind === "dim" ? [item.name.text] : []));

/** Evaluates every `dim`. */
export const resolveDims = (modules: Modules, report: Report): Dims => {
  const symbols = symbolsOf(modules);
  const axes = new Map<DimDecl, Axis | "broken" | "busy">();
  const sizes = new Map<string, number>();
  const open = new Map<string, DimDecl>();
  const path: DimDecl[] = [];

  const compute = (decl: DimDecl): Axis | "broken" => {
    const name = symbols.get(decl) ?? decl.name.text;
    const itself = { dim: symbol(name), shown: decl.name.text };
    if (decl.value === undefined) {
      open.set(name, decl);
      return itself;
    }
    const scope = modules.scopes.get(decl.name.span.file) ?? new Map<string, never>();
    const lookup: Lookup = (used) => {
      const item = declared(scope, used);
      return item === undefined ? undefined : resolve(item);
    };
    const dim = readExpression(decl.value, lookup, dimNames(scope), report);
    if (dim === undefined) return "broken";
    const value = evaluate(dim, sizes);
    if (value !== undefined && value < 1) {
      report(errors.sizeBelowOne(decl.value.span, value));
      return "broken";
    }
    if (names(dim).length > 0) return { dim, shown: decl.name.text };
    sizes.set(name, Number(dim));
    return itself;
  };

  const resolve = (decl: DimDecl): Axis | "broken" => {
    const known = axes.get(decl);
    if (known === "busy") {
      report(errors.recursiveDimension(path.slice(path.indexOf(decl))));
      return "broken";
    }
    if (known !== undefined) return known;
    axes.set(decl, "busy");
    path.push(decl);
    const axis = compute(decl);
    path.pop();
    axes.set(decl, axis);
    return axis;
  };

  for (const decl of symbols.keys()) resolve(decl);
  const scopes = new Map<string, DimScope>();
  for (const [file, scope] of modules.scopes) {
    const visible = new Map<string, Axis>();
    for (const [name, item] of scope) {
      if (item.kind !== "dim") continue;
      const axis = resolve(item);
      // A broken size still has its name, so that whatever uses it is not reported again.
      visible.set(name, axis === "broken" ? { dim: symbol(name), shown: name } : axis);
    }
    scopes.set(file, visible);
  }
  return { ofFile: (file) => scopes.get(file) ?? new Map(), sizes, open };
};
