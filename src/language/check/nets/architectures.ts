/** `mlp(128, act = tanh)` to the layers it stands for. Only layers themselves are known here; `mlp` is a declaration. */
import type { Span } from "../../../diagnostics/span.ts";
import type { ArchDecl, ArchExpr, Argument, Expr, Layer } from "../../ast.ts";
import type { BoundArgument, PlannedLayer, Surroundings } from "./layers.ts";
import { layers } from "./layers.ts";
import * as errors from "../errors/nets.ts";
import * as names from "../errors/names.ts";

const argument = (expr: Expr, surroundings: Surroundings): BoundArgument => {
  const parameter = expr.kind === "name" ? surroundings.parameters.get(expr.text) : undefined;
  return parameter?.[0] ?? { expr, surroundings };
};

/** The parameter that takes any number of sizes and that the layer mentions. */
const restIn = ({ arguments: args }: Layer, arch: ArchDecl): string | undefined => {
  const rest = arch.parameters.find((parameter) => parameter.rest);
  const mentions = args.some(
    ({ value }) => value.kind === "name" && value.text === rest?.name.text,
  );
  return mentions ? rest?.name.text : undefined;
};

/** Arguments by parameter, or the place of what does not fit. */
const bindArguments = (
  decl: ArchDecl,
  args: readonly Argument[],
  caller: Surroundings,
  span: Span,
): ReadonlyMap<string, readonly BoundArgument[]> | { readonly wrong: Span } => {
  const bound = new Map<string, readonly BoundArgument[]>();
  const plain = decl.parameters.filter((parameter) => !parameter.rest);
  const rest = decl.parameters.find((parameter) => parameter.rest);
  const given = args.filter(({ name }) => name === undefined);
  const leading = rest === undefined ? plain : [];
  if (given.length > leading.length && rest === undefined) return { wrong: span };
  if (rest !== undefined) {
    bound.set(
      rest.name.text,
      given.map(({ value }) => argument(value, caller)),
    );
  } else {
    for (const [i, { value }] of given.entries()) {
      const parameter = leading[i];
      if (parameter !== undefined) bound.set(parameter.name.text, [argument(value, caller)]);
    }
  }
  for (const { name, value, span: at } of args) {
    if (name === undefined) continue;
    const known = plain.some((parameter) => parameter.name.text === name.text);
    if (!known || bound.has(name.text)) return { wrong: at };
    bound.set(name.text, [argument(value, caller)]);
  }
  for (const { name, default: value } of plain) {
    if (bound.has(name.text)) continue;
    if (value === undefined) return { wrong: span };
    bound.set(name.text, [{ expr: value, surroundings: caller.of(decl.name.span.file) }]);
  }
  return bound;
};

const planLayer = (
  layer: Layer,
  surroundings: Surroundings,
  path: readonly ArchDecl[],
): readonly PlannedLayer[] | undefined => {
  const { name, arguments: args, span } = layer;
  const rule = layers.get(name.text);
  if (rule !== undefined) {
    const positional = args.filter((a) => a.name === undefined);
    const named = args.flatMap((a) =>
      a.name === undefined ? [] : [[a.name.text, argument(a.value, surroundings)] as const],
    );
    return [
      {
        rule,
        positional: positional.map(({ value }) => argument(value, surroundings)),
        named: new Map(named),
        span,
      },
    ];
  }
  const item = surroundings.scope.get(name.text);
  if (item === undefined) {
    const known = [...surroundings.scope.values()].filter(({ kind }) => kind === "arch");
    surroundings.report(
      errors.unknownArchitecture(name, [...layers.keys(), ...known.map((a) => a.name.text)]),
    );
    return undefined;
  }
  if (item.kind !== "arch") {
    surroundings.report(names.wrongKind(name, item, "an architecture"));
    return undefined;
  }
  if (path.includes(item)) {
    surroundings.report(
      names.recursion([...path.slice(path.indexOf(item)), item].map((d) => d.name)),
    );
    return undefined;
  }
  const bound = bindArguments(item, args, surroundings, span);
  if ("wrong" in bound) {
    surroundings.report(errors.architectureArguments(bound.wrong, item));
    return undefined;
  }
  const inside = { ...surroundings.of(item.name.span.file), parameters: bound };
  return planArchitecture(item.body, inside, [...path, item]);
};

/** Once for each value of the parameter that takes many. */
const repetitions = (
  layer: Layer,
  surroundings: Surroundings,
  arch: ArchDecl | undefined,
): readonly Surroundings[] => {
  const rest = layer.repeated && arch !== undefined ? restIn(layer, arch) : undefined;
  const values = rest === undefined ? undefined : surroundings.parameters.get(rest);
  if (rest === undefined || values === undefined) return [surroundings];
  return values.map((value) => ({
    ...surroundings,
    parameters: new Map([...surroundings.parameters, [rest, [value]]]),
  }));
};

/** The layers of an architecture in order, or `undefined` when something was reported. */
export const planArchitecture = (
  { layers: written }: ArchExpr,
  surroundings: Surroundings,
  path: readonly ArchDecl[] = [],
): readonly PlannedLayer[] | undefined => {
  const planned = written.flatMap((layer) =>
    repetitions(layer, surroundings, path.at(-1)).map((one) => planLayer(layer, one, path)),
  );
  const known = planned.filter((part) => part !== undefined);
  return known.length === planned.length ? known.flat() : undefined;
};
