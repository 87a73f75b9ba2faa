import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Argument, DimDecl, Expr, File, Name, Setting, TrainDecl } from "./ast.ts";
import * as errors from "./errors.ts";
import { parseOverride } from "./syntax/parse.ts";
import { printExpr } from "./print.ts";

/** `train.optimizer.lr=3e-4`: what to set and its value. Spans point into the text it was given as. */
export interface SettingOverride {
  readonly path: readonly Name[];
  readonly value: Expr;
}

/** Parses an override with the expression parser of the language; `source` names it in messages, like "--set". */
export const parseSetting = (text: string, source: string): Result<SettingOverride> => {
  const { path, value, diagnostics } = parseOverride(text, source);
  return diagnostics.length > 0 ? failure(...diagnostics) : success({ path, value });
};

/** The source of what neither the file nor an override says. */
export const defaultSource = "--default";

/** The settings of a `train` block and their defaults as text. */
export type TrainDefaults = ReadonlyMap<string, string>;

/**
 * The file with its dimensions and settings replaced. Settings that have a default may be set also where the file does
 * not, wholly or in part; nothing else that the file does not declare can. `train.lr` means the optimizer's, unless `train`
 * itself has an `lr`.
 */
export const applySettings = (
  file: File,
  settings: readonly SettingOverride[],
  defaults: TrainDefaults,
): Result<File> => {
  const diagnostics: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  let current = file;
  for (const setting of settings) {
    const result = applySetting(current, setting, defaults);
    if (result.ok) {
      current = result.value;
      warnings.push(...result.warnings);
    } else diagnostics.push(...result.diagnostics);
  }
  return diagnostics.length > 0 ? failure(...diagnostics) : success(current, warnings);
};

const applySetting = (
  file: File,
  { path, value }: SettingOverride,
  defaults: TrainDefaults,
): Result<File> => {
  const [first, ...rest] = path;
  if (first === undefined) return success(file);
  if (first.text === "train") return setInTrain(file, first, rest, value, defaults);
  const dims = file.items.filter((item) => item.kind === "dim");
  const dim = dims.find(({ name }) => name.text === first.text);
  if (dim === undefined) {
    const names = dims.map(({ name }) => name.text);
    return failure(errors.notSettable(first, [...names, "train"]));
  }
  const [inner] = rest;
  if (inner !== undefined) return failure(errors.nothingInside(inner, `\`${first.text}\``));
  if (value.kind !== "number" || !Number.isSafeInteger(value.value) || value.value < 1) {
    return failure(errors.notASize(dim.name.text, value));
  }
  const replaced: DimDecl = { ...dim, value };
  const derived = dim.value !== undefined && dim.value.kind !== "number" ? dim.value : undefined;
  return success(
    { ...file, items: file.items.map((item) => (item === dim ? replaced : item)) },
    derived === undefined
      ? []
      : [errors.replacesFormula(dim.name.text, printExpr(derived), value.span)],
  );
};

const setInTrain = (
  file: File,
  train: Name,
  path: readonly Name[],
  value: Expr,
  defaults: TrainDefaults,
): Result<File> => {
  const existing = file.items.find((item) => item.kind === "train");
  const entries = existing?.entries ?? [];
  const keys = [...new Set([...entries.map(({ name }) => name.text), ...defaults.keys()])];
  const [key, ...inner] = path;
  if (key === undefined) return failure(errors.trainItself(train, keys));
  const changed = keys.includes(key.text)
    ? setEntry(entries, key, inner, value, defaults)
    : setOptimizer(entries, key, path, value, defaults);
  if (!changed.ok) return changed;
  const block: TrainDecl = {
    kind: "train",
    entries: changed.value,
    span: existing?.span ?? value.span,
  };
  const items =
    existing === undefined
      ? [...file.items, block]
      : file.items.map((item) => (item === existing ? block : item));
  return success({ ...file, items });
};

const setEntry = (
  entries: readonly Setting[],
  key: Name,
  inner: readonly Name[],
  value: Expr,
  defaults: TrainDefaults,
): Result<readonly Setting[]> => {
  const existing = entries.find(({ name }) => name.text === key.text);
  const [argument] = inner;
  if (argument === undefined) {
    const entry: Setting = { name: existing?.name ?? key, value, span: value.span };
    return success(
      existing === undefined
        ? [...entries, entry]
        : entries.map((old) => (old === existing ? entry : old)),
    );
  }
  if (existing === undefined) {
    const base = defaultOf(key.text, defaults);
    if (base?.kind !== "call" && base?.kind !== "name") {
      return failure(errors.notSetYet(key, argument));
    }
    const made = setArgument(base, key, inner, value);
    if (!made.ok) return made;
    // There is no other place than that of the change.
    const whole: Expr = { ...made.value, span: value.span };
    return success([...entries, { name: key, value: whole, span: value.span }]);
  }
  const changed = setArgument(existing.value, key, inner, value);
  if (!changed.ok) return changed;
  const entry = { ...existing, value: changed.value };
  return success(entries.map((old) => (old === existing ? entry : old)));
};

/** `train.lr` where `train` knows no `lr`: an argument of the optimizer. */
const setOptimizer = (
  entries: readonly Setting[],
  key: Name,
  path: readonly Name[],
  value: Expr,
  defaults: TrainDefaults,
): Result<readonly Setting[]> => {
  const optimizer = entries.find(({ name }) => name.text === "optimizer");
  const named =
    optimizer?.value.kind === "call"
      ? optimizer.value.arguments.flatMap(({ name }) => (name === undefined ? [] : [name.text]))
      : [];
  if (key.text !== "lr" && !named.includes(key.text)) {
    return failure(errors.notATrainKey(key, [...defaults.keys(), "lr", ...named]));
  }
  const name = optimizer?.name ?? { text: "optimizer", span: key.span };
  return setEntry(entries, name, path, value, defaults);
};

const defaultOf = (key: string, defaults: TrainDefaults): Expr | undefined => {
  const text = defaults.get(key);
  return text === undefined ? undefined : parseOverride(`${key}=${text}`, defaultSource).value;
};

/** Sets the argument that `path` leads to within a call; a name without arguments becomes a call. */
const setArgument = (
  call: Expr,
  owner: Name,
  [wanted, ...inner]: readonly Name[],
  value: Expr,
): Result<Expr> => {
  if (wanted === undefined) return success(value);
  if (call.kind !== "call" && call.kind !== "name") {
    return failure(errors.nothingInside(wanted, `\`${owner.text}\``));
  }
  const callee = call.kind === "call" ? call.callee : { text: call.text, span: call.span };
  const list = call.kind === "call" ? call.arguments : [];
  const existing = list.find(({ name }) => name?.text === wanted.text);
  if (existing === undefined && inner[0] !== undefined) {
    const names = list.flatMap(({ name }) => (name === undefined ? [] : [name.text]));
    return failure(errors.notAnArgument(wanted, callee.text, names));
  }
  const changed =
    existing === undefined ? success(value) : setArgument(existing.value, wanted, inner, value);
  if (!changed.ok) return changed;
  const argument: Argument = { name: wanted, value: changed.value, span: value.span };
  const replaced =
    existing === undefined
      ? [...list, argument]
      : list.map((old) => (old === existing ? argument : old));
  return success({ kind: "call", callee, arguments: replaced, span: call.span });
};
