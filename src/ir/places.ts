/** From the names that compiled code carries back to lines of the model. */
import { position, type Span } from "../diagnostics/span.ts";
import type { Sources } from "../diagnostics/diagnostic.ts";
import type { Model } from "./model.ts";

/** A line of a source file. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/**
 * Where a name that is given to nodes of the model's graphs comes from: "phi", "gradient of mem.M",
 * "update of obs.0.weight", "metric/term/kl.z"; `undefined` for what no line says, such as the norm of the gradient.
 */
export const placesIn = (
  model: Model,
  sources: Sources,
): ((name: string) => SourceLine | undefined) => {
  const spans = new Map<string, Span>();
  // What the file says of a site comes before what is computed with it.
  for (const { name, span } of [
    ...model.sites,
    ...model.parameters,
    ...model.values,
    ...model.data,
  ]) {
    if (name !== undefined && span !== undefined && !spans.has(name)) spans.set(name, span);
  }
  return (name) => {
    const span = spans.get(name) ?? spans.get(bare(name));
    const text = span === undefined ? undefined : sources.get(span.file);
    return span === undefined || text === undefined
      ? undefined
      : { file: span.file, line: position(text, span.start).line };
  };
};

/** The value that a gradient, an update or a term of the bound is of. */
const bare = (name: string): string =>
  name
    .replace(/^(?:(?:gradient|update) of )+/u, "")
    .replace(/^metric\/term\//u, "")
    .replace(/^(?:kl|loglik)\./u, "")
    .replace(/\.(?:prior|guide)$/u, "");
