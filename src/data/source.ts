/** A data source: a name of the `train` block, its arguments, and how it opens. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { readArguments, type ArgumentSpecs, type Values } from "./arguments.ts";
import type { DataContext, DataSpec } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { atArgument } from "./errors.ts";

/** What a source says of itself. */
export interface SourceText {
  readonly meaning: string;
  /** The fields that it gives, with their axes. */
  readonly gives: string;
  /** As a `train` block has it. */
  readonly example: string;
}

export interface Source extends SourceText {
  readonly name: string;
  readonly arguments: ArgumentSpecs;
  /** What is wrong with the arguments as such; opens nothing. */
  check(call: DataSpec): readonly Diagnostic[];
  open(call: DataSpec, context: DataContext): Result<Dataset>;
}

/** `task(l = 10, size = 14)`: what is written, for reports. */
const printCall = ({ name, arguments: given }: DataSpec): string =>
  `${name}(${Object.entries(given)
    .map(([key, value]) => `${key} = ${value}`)
    .join(", ")})`;

/** A source of typed arguments; `refuse` says which do not go together, `title` is the call as written. */
export const source = <A extends ArgumentSpecs>(
  name: string,
  about: SourceText & { readonly refuse?: (values: Values<A>) => readonly Diagnostic[] },
  declared: A,
  open: (values: Values<A>, context: DataContext, title: string) => Result<Dataset>,
): Source => {
  const { refuse, ...text } = about;
  const read = (call: DataSpec): Result<Values<A>> => {
    const values = readArguments(call, declared);
    if (!values.ok) return values;
    const refused = refuse?.(values.value) ?? [];
    return refused.length > 0
      ? failure(...refused.map((diagnostic) => atArgument(diagnostic, call)))
      : success(values.value);
  };
  return {
    ...text,
    name,
    arguments: declared,
    check: (call) => {
      const values = read(call);
      return values.ok ? [] : values.diagnostics;
    },
    open: (call, context) => {
      const values = read(call);
      if (!values.ok) return values;
      const opened = open(values.value, context, printCall(call));
      return opened.ok
        ? opened
        : failure(...opened.diagnostics.map((diagnostic) => atArgument(diagnostic, call)));
    },
  };
};
