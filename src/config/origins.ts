/** Where the values of settings come from. */
import type { Sources } from "../diagnostics/diagnostic.ts";
import { position, type Span } from "../diagnostics/span.ts";
import type { DimDecl, Expr } from "../language/ast.ts";
import { printExpr } from "../language/print.ts";
import { defaultSource } from "../language/settings.ts";
import type { Origin, ResolvedSetting } from "./run-config.ts";

/** A `--config` file as text. */
export interface ConfigText {
  readonly path: string;
  readonly text: string;
}

type OriginOf = (span: Span) => Origin;

/** Says of a span who wrote it. */
export const originsIn =
  (sources: Sources, config: ConfigText | undefined): OriginOf =>
  ({ file, start }) => {
    if (file === defaultSource) return { kind: "default" };
    if (file === config?.path) {
      return { kind: "config", file, line: position(config.text, start).line };
    }
    if (file.startsWith("--")) return { kind: "set", text: file };
    return { kind: "file", file, line: position(sources.get(file) ?? "", start).line };
  };

/** A dimension; one that is computed from others says from which. */
export const dimSetting = (
  { name, value }: DimDecl,
  dims: readonly DimDecl[],
  originOf: OriginOf,
): ResolvedSetting => {
  const path = name.text;
  if (value === undefined) return { path, value: "?", origin: { kind: "data" } };
  const origin = originOf(value.span);
  const formula = printExpr(value);
  if (value.kind === "number" || origin.kind !== "file") return { path, value: formula, origin };
  const { file, line } = origin;
  const size = sizeOf(value, dims);
  return { path, value: `${size ?? "?"}`, origin: { kind: "derived", formula, file, line } };
};

/** The size of a dimension, where it does not wait for the data; formulas go no deeper than there are dimensions. */
const sizeOf = (
  value: Expr,
  dims: readonly DimDecl[],
  depth: number = dims.length,
): number | undefined => {
  if (value.kind === "number") return value.value;
  if (value.kind === "name") {
    const found = dims.find(({ name }) => name.text === value.text)?.value;
    return found === undefined || depth === 0 ? undefined : sizeOf(found, dims, depth - 1);
  }
  if (value.kind !== "binary") return undefined;
  const [left, right] = [sizeOf(value.left, dims, depth), sizeOf(value.right, dims, depth)];
  if (left === undefined || right === undefined) return undefined;
  const apply = new Map<string, number>([
    ["+", left + right],
    ["-", left - right],
    ["*", left * right],
  ]);
  return apply.get(value.operator);
};

/** A setting, and those of its arguments that somebody else gives than it. */
export const settingsOf = (
  path: string,
  value: Expr,
  originOf: OriginOf,
): readonly ResolvedSetting[] => {
  const origin = originOf(value.kind === "call" ? value.callee.span : value.span);
  return [{ path, value: printExpr(value), origin }, ...parts(path, value, origin, originOf)];
};

const parts = (
  path: string,
  value: Expr,
  whole: Origin,
  originOf: OriginOf,
): readonly ResolvedSetting[] =>
  value.kind !== "call"
    ? []
    : value.arguments.flatMap(({ name, value: inner }) => {
        if (name === undefined) return [];
        const inside = `${path}.${name.text}`;
        const origin = originOf(inner.kind === "call" ? inner.callee.span : inner.span);
        const own = isSame(origin, whole)
          ? []
          : [{ path: inside, value: printExpr(inner), origin }];
        return [...own, ...parts(inside, inner, origin, originOf)];
      });

/** Whether two places are of one hand; a file's lines are. */
const isSame = (a: Origin, b: Origin): boolean =>
  a.kind === b.kind && (a.kind !== "set" || b.kind !== "set" || a.text === b.text);
