import { invariant } from "../diagnostics/invariant.ts";
import type { Result, Sources } from "../diagnostics/diagnostic.ts";
import type { File, Item, Name } from "./ast.ts";

/** A top-level declaration that has a name, hence everything but `train`. */
export type NamedItem = Extract<Item, { readonly name: Name }>;

/** Declarations by name. */
export type Scope = ReadonlyMap<string, NamedItem>;

/** A file text and where it came from. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The entry file with everything it can reach. A declaration's own scope is that of the file it was written in:
 * `scopes.get(item.name.span.file)`.
 */
export interface Modules {
  readonly entry: File;
  /** Every parsed file by its path: the entry, imported files and the prelude. */
  readonly files: ReadonlyMap<string, File>;
  /** What a file sees: its own declarations, then what it imports, then the prelude. */
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly sources: Sources;
}

/** The text of `path` as written in file `from`, or `undefined` when there is no such file. */
export type LoadFile = (from: string, path: string) => string | undefined;

/**
 * Parses the entry file, everything it imports and the prelude. Prelude declarations are visible in every file
 * without an import; a file's own declaration of the same name wins.
 */
export const loadModules = (
  _entry: SourceFile,
  _load: LoadFile,
  _prelude: readonly SourceFile[],
): Result<Modules> => {
  invariant(false, "under construction");
};
