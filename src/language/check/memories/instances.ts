/** `memory mem: DNC(N, Z, R)`: a memory with the model's sizes. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Expr, MemoryInstance } from "../../ast.ts";
import type { Destination } from "../values/body-frame.ts";
import type { Declarations } from "../declarations.ts";
import { readSize } from "../types/dims.ts";
import type { Embodiment } from "./memories.ts";
import * as errors from "../errors/names.ts";
import type { Axis } from "../types/event-type.ts";

const originOf = (
  own: Axis,
  given: Axis,
  instance: MemoryInstance,
  all: string,
  span: Span,
): Axis => {
  if (own.shown === given.shown) return given;
  const text = `${own.shown} is ${given.shown} here, because \`${instance.name.text}\` is ${all}`;
  return { ...given, origin: { span, text } };
};

/** The argument for each of the memory's sizes, in order; `undefined` when they do not match up. */
const bindSizes = (
  { arguments: args }: MemoryInstance,
  wanted: readonly string[],
): readonly Expr[] | undefined => {
  if (args.length !== wanted.length) return undefined;
  const bound = wanted.map((name, place) => {
    const named = args.find((argument) => argument.name?.text === name);
    const positional = args[place];
    return named?.value ?? (positional?.name === undefined ? positional?.value : undefined);
  });
  const given = bound.filter((expr) => expr !== undefined);
  return new Set(given).size === wanted.length ? given : undefined;
};

/** The memory with its sizes, or `undefined` when something about it was reported. */
export const embody = (
  instance: MemoryInstance,
  declarations: Declarations,
  destination: Destination,
  file: string,
): Embodiment | undefined => {
  const { analysis, report } = destination;
  const { memory: word } = instance;
  const scope = analysis.modules.scopes.get(file);
  const item = scope?.get(word.text);
  if (item === undefined) {
    const known = [...(scope?.values() ?? [])].filter(({ kind }) => kind === "memory");
    report(
      errors.unknownMemory(
        word,
        known.map(({ name }) => name.text),
      ),
    );
    return undefined;
  }
  if (item.kind !== "memory") {
    report(errors.wrongKind(word, item, "a memory"));
    return undefined;
  }
  const wanted = item.dims.map(({ text }) => text);
  const exprs = bindSizes(instance, wanted);
  if (exprs === undefined) {
    report(errors.memorySizes(instance.span, word.text, wanted));
    return undefined;
  }
  const { dims } = analysis;
  const given = exprs.map((expr) => readSize(expr, dims.ofFile(file), dims.sizes, report));
  const types = declarations.memory(item);
  const known = given.filter((axis) => axis !== undefined);
  if (types === undefined || known.length !== given.length) return undefined;
  const all = `${word.text}(${known.map(({ shown }) => shown).join(", ")})`;
  const sizes = types.own.flatMap((own, place): readonly (readonly [string, Axis])[] => {
    const [axis, expr] = [known[place], exprs[place]];
    if (axis === undefined || expr === undefined) return [];
    return [[own.dim, originOf(own, axis, instance, all, expr.span)]];
  });
  return {
    types,
    destination,
    name: instance.name.text,
    sizes: new Map(sizes),
    widths: new Map(),
    broken: declarations.memoryPart(types),
  };
};
