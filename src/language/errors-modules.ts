import type { ErrorCode } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Name } from "./ast.ts";

interface Extra {
  readonly first?: { readonly span: Span; readonly text: string };
  readonly notes?: readonly string[];
  readonly help?: readonly string[];
}

const error = (
  code: ErrorCode,
  message: string,
  span: Span,
  text: string,
  { first, notes = [], help = [] }: Extra = {},
): Diagnostic => ({
  code,
  severity: "error",
  message,
  primary: { span, text },
  secondary: first === undefined ? [] : [first],
  notes,
  help,
});

export const unknownFile = (path: Name, resolved: string, why?: string): Diagnostic =>
  why === undefined
    ? error("E0201", `there is no file "${path.text}"`, path.span, "not found", {
        notes: [`looked for ${resolved}`],
      })
    : error("E0201", `"${path.text}" cannot be read`, path.span, why, {
        notes: [`looked at ${resolved === "" ? "." : resolved}`],
      });

export const importCycle = (path: Name, cycle: readonly string[]): Diagnostic =>
  error("E0202", "files import each other in a circle", path.span, "closes the circle", {
    notes: [`the circle: ${cycle.join(" -> ")}`],
    help: ["move what both need into a third file"],
  });

export const notDeclared = (name: Name, path: Name, declared: Iterable<string>): Diagnostic => {
  const names = [...declared];
  const nearest = nearestName(name.text, names);
  const list = names.length === 0 ? "it declares nothing" : `it declares ${names.join(", ")}`;
  return error(
    "E0203",
    `"${path.text}" does not declare \`${name.text}\``,
    name.span,
    "not there",
    {
      help: [nearest === undefined ? list : `did you mean \`${nearest}\`?`],
    },
  );
};

export const declaredTwice = (second: Name, first: Name): Diagnostic =>
  error("E0204", `\`${second.text}\` is declared twice`, second.span, "again here", {
    first: { span: first.span, text: "first here" },
  });

export const secondTrain = (second: Span, first: Span): Diagnostic =>
  error(
    "E0205",
    "a file has one `train` block",
    { ...second, end: second.start + 5 },
    "a second one",
    {
      first: { span: { ...first, end: first.start + 5 }, text: "the first" },
      help: ["put all settings into one block"],
    },
  );

export const setTwice = (second: Name, first: Name): Diagnostic =>
  error("E0206", `\`${second.text}\` is set twice`, second.span, "again here", {
    first: { span: first.span, text: "first here" },
  });
