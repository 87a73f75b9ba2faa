import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type Sources,
  type SourceFile,
} from "../diagnostics/diagnostic.ts";
import type { File, Import, Item, Name } from "./ast.ts";
import * as errors from "./errors.ts";
import { parse } from "./syntax/parse.ts";

/** A top-level declaration that has a name, hence everything but `train`. */
export type NamedItem = Extract<Item, { readonly name: Name }>;

/** Declarations by name. */
export type Scope = ReadonlyMap<string, NamedItem>;

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

/** Something that is there and cannot be read as a file; `why` completes "it cannot be read: …". */
export interface Unreadable {
  readonly why: string;
}

/** The text of `path` as written in file `from`, or `undefined` when there is no such file. */
export type LoadFile = (from: string, path: string) => string | Unreadable | undefined;

/** Modules, or what is wrong with them and as much of them as could be read. */
export type LoadedModules =
  | Extract<Result<Modules>, { readonly ok: true }>
  | (Extract<Result<Modules>, { readonly ok: false }> & { readonly readable: Modules });

/**
 * Parses the entry file, everything it imports and the prelude. Prelude declarations are visible in every file
 * without an import; a file's own declaration of the same name wins. `edit` changes the entry file before anything
 * else looks at it, as overrides do. All errors of all files come back together.
 */
export const loadModules = (
  entry: SourceFile,
  load: LoadFile,
  prelude: readonly SourceFile[],
  edit: (file: File) => Result<File> = success,
): LoadedModules => {
  const diagnostics: Diagnostic[] = [];
  const files = new Map<string, File>();
  const sources = new Map<string, string>();
  const broken = new Set<string>();
  /** Path of the file by import declaration. */
  const targets = new Map<Import, string>();

  const read = ({ path, text }: SourceFile, from: readonly string[]): File => {
    sources.set(path, text);
    const parsed = parse(text, path);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.diagnostics.length > 0) broken.add(path);
    files.set(path, parsed.file);
    const chain = [...from, path];
    for (const declaration of parsed.file.imports) follow(declaration, path, chain);
    return parsed.file;
  };

  const follow = (declaration: Import, path: string, chain: readonly string[]): void => {
    const wanted = declaration.path;
    if (wanted.text === "") return;
    const resolved = resolvePath(path, wanted.text);
    const known = [...files.keys()].find((other) => normalise(other) === resolved);
    const start = known === undefined ? -1 : chain.indexOf(known);
    if (known !== undefined && start >= 0) {
      diagnostics.push(errors.importCycle(wanted, [...chain.slice(start), known]));
      return;
    }
    targets.set(declaration, known ?? resolved);
    if (known !== undefined) return;
    const text = load(path, wanted.text);
    if (typeof text === "string") read({ path: resolved, text }, chain);
    else diagnostics.push(errors.unknownFile(wanted, resolved, text?.why));
  };

  for (const file of prelude) read(file, []);
  const parsed = read(entry, []);
  const edited = broken.has(entry.path) ? success(parsed) : edit(parsed);
  if (!edited.ok) diagnostics.push(...edited.diagnostics);
  const entryFile = edited.ok ? edited.value : parsed;
  files.set(entry.path, entryFile);

  const everywhere = declarations(
    prelude.flatMap(({ path }) => files.get(path)?.items ?? []),
    diagnostics,
  );
  const scopes = new Map<string, Scope>();
  for (const [path, file] of files) {
    const isPrelude = prelude.some((source) => source.path === path);
    const own = declarations(file.items, isPrelude ? [] : diagnostics);
    const scope = new Map([...everywhere, ...own]);
    for (const declaration of file.imports) {
      const target = files.get(targets.get(declaration) ?? "");
      if (target === undefined) continue;
      const bring = (name: Name): void => {
        const found = importName(name, declaration, file, own, target);
        if (found.ok) scope.set(name.text, found.value);
        // What is missing in a file that could not be read may be there.
        else if (!broken.has(target.path)) diagnostics.push(...found.diagnostics);
      };
      declaration.names.forEach(bring);
    }
    diagnostics.push(...trainErrors(file));
    scopes.set(path, scope);
  }
  const modules: Modules = { entry: entryFile, files, scopes, sources };
  return diagnostics.some(({ severity }) => severity === "error")
    ? {
        ok: false,
        diagnostics: byFile(diagnostics, [entry.path, ...sources.keys()]),
        readable: modules,
      }
    : { ok: true, value: modules, warnings: diagnostics };
};

/** What a name in an import stands for, unless the file has that name already. */
const importName = (
  name: Name,
  declaration: Import,
  file: File,
  own: Scope,
  target: File,
): Result<NamedItem> => {
  const visible = declarations(target.items, []);
  const item = visible.get(name.text);
  if (item === undefined) {
    return failure(errors.notDeclared(name, declaration.path, visible.keys()));
  }
  const clash = own.get(name.text)?.name ?? importedBefore(file, name);
  return clash === undefined ? success(item) : failure(errors.declaredTwice(name, clash));
};

/** The errors of the entry file first, each file's from top to bottom. */
const byFile = (
  diagnostics: readonly Diagnostic[],
  files: readonly string[],
): readonly Diagnostic[] => {
  const rank = ({ primary }: Diagnostic): number => files.indexOf(primary?.span.file ?? "");
  return [...diagnostics].sort(
    (a, b) => rank(a) - rank(b) || (a.primary?.span.start ?? 0) - (b.primary?.span.start ?? 0),
  );
};

/** Named items by name; a second declaration of a name is reported. */
const declarations = (items: readonly Item[], diagnostics: Diagnostic[]): Scope => {
  const scope = new Map<string, NamedItem>();
  for (const item of items) {
    if (item.kind === "train" || item.name.text === "") continue;
    const first = scope.get(item.name.text);
    if (first === undefined) scope.set(item.name.text, item);
    else diagnostics.push(errors.declaredTwice(item.name, first.name));
  }
  return scope;
};

/** An import of the same name further up in the file. */
const importedBefore = (file: File, name: Name): Name | undefined =>
  file.imports
    .flatMap(({ names }) => names)
    .find(({ text, span }) => text === name.text && span.start < name.span.start);

const trainErrors = (file: File): readonly Diagnostic[] => {
  const [first, ...more] = file.items.filter((item) => item.kind === "train");
  if (first === undefined) return [];
  const repeated = first.entries.flatMap(({ name }, index) => {
    const earlier = first.entries.slice(0, index).find((entry) => entry.name.text === name.text);
    return earlier === undefined ? [] : [errors.setTwice(name, earlier.name)];
  });
  return [...more.map(({ span }) => errors.secondTrain(span, first.span)), ...repeated];
};

/** `a/b` for `a/./c/../b`. */
const normalise = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "." || (part === "" && parts.length > 0)) continue;
    if (part === ".." && parts.length > 0 && !["..", ""].includes(parts.at(-1) ?? "")) parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
};

/** Path of the file that `path` means when it is written in the file `from`. */
export const resolvePath = (from: string, path: string): string => {
  if (path.startsWith("/")) return normalise(path);
  const folder = from.slice(0, Math.max(from.lastIndexOf("/"), from.lastIndexOf("\\")) + 1);
  return normalise(`${folder.replace(/\\/gu, "/")}${path}`);
};
