import type { ValueBuilder } from "../../lower/builder.ts";
import type { Report } from "../finding.ts";
import * as errors from "../errors/bodies.ts";
import type { Analysis, DecidedWidth, Frame } from "./terms.ts";
import { poison } from "./terms.ts";

/** Where the values of a body go, and what it reports. */
export interface Destination {
  readonly analysis: Analysis;
  readonly report: Report;
  readonly builder: ValueBuilder;
  readonly widths: Map<string, DecidedWidth>;
  /** How many calls the body is in. */
  readonly calls: number;
}

/** The surroundings of a body in this file: the file's names, no values of its own, no time. */
export const bodyFrame = (
  { analysis, report, builder, widths, calls }: Destination,
  file: string,
  path: string,
): Frame => ({
  analysis,
  report,
  builder,
  widths,
  calls,
  path,
  scope: analysis.modules.scopes.get(file) ?? new Map<string, never>(),
  dims: analysis.dims.ofFile(file),
  concrete: (dim) => dim,
  lead: [],
  local: () => undefined,
  localNames: () => [],
  ownCallable: () => undefined,
  ownCallableNames: [],
  watch: () => undefined,
  atTime: (name, _offset, span) => {
    report(errors.timeOutsideModel(span, name.text));
    return poison;
  },
  primed: (name, span) => {
    report(errors.unknownState(span, name.text));
    return poison;
  },
});
