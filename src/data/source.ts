/** A data source: a name of the `train` block, its arguments, and how it opens. */
import { failure, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { readArguments, type Argument, type Values } from "./arguments.ts";
import type { DataContext, DataSpec } from "./context.ts";
import type { Dataset } from "./dataset.ts";

export interface Source {
  readonly name: string;
  open(call: DataSpec, context: DataContext): Result<Dataset>;
}

/** `task(l = 10, size = 14)`: what is written, for reports. */
const printCall = ({ name, arguments: given }: DataSpec): string =>
  `${name}(${Object.entries(given)
    .map(([key, value]) => `${key} = ${value}`)
    .join(", ")})`;

/** What the source itself says of its arguments, at the call. */
const placed = (diagnostic: Diagnostic, { place }: DataSpec): Diagnostic =>
  diagnostic.code === "E0602" && diagnostic.primary === undefined && place !== undefined
    ? { ...diagnostic, primary: { span: place, text: "called here" } }
    : diagnostic;

/** A source of typed arguments; `title` is the call as written. */
export const source = <A extends Readonly<Record<string, Argument<unknown>>>>(
  name: string,
  declared: A,
  open: (values: Values<A>, context: DataContext, title: string) => Result<Dataset>,
): Source => ({
  name,
  open: (call, context) => {
    const values = readArguments(call, declared);
    if (!values.ok) return values;
    const opened = open(values.value, context, printCall(call));
    return opened.ok
      ? opened
      : failure(...opened.diagnostics.map((diagnostic) => placed(diagnostic, call)));
  },
});
