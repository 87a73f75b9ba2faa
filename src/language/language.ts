import type { Diagnostic, Result } from "../diagnostics/diagnostic.ts";
import { failure, success } from "../diagnostics/diagnostic.ts";
import type { Families } from "../ir/library.ts";
import type { Model } from "../ir/model.ts";
import type { Span } from "../diagnostics/span.ts";
import type { File, Item, ModelDecl, TrainDecl } from "./ast.ts";
import { createCollection } from "./check/collect.ts";
import { createDeclarations } from "./check/declarations.ts";
import { resolveDims } from "./check/types/dims.ts";
import type { Finding } from "./check/finding.ts";
import { tooManyCalls } from "./check/errors/calls.ts";
import { checkModel } from "./check/model/model.ts";
import { withVerifiedFixes } from "./check/fixes.ts";
import type { Modules } from "./modules.ts";
import { isStackExhausted } from "./syntax/nesting.ts";

/** What a file says once it is known to be right. */
export interface CheckedProgram {
  /** The models that the entry file declares or imports, its own first. */
  readonly models: readonly Model[];
  /** The settings as written; reading them is not the language's business. */
  readonly train?: TrainDecl;
}

interface Checked {
  readonly findings: readonly Finding[];
  /** The models of the entry file; none where there are findings. */
  readonly lower: () => readonly Model[];
}

const modelsOf = ({ entry, scopes }: Modules): readonly ModelDecl[] => {
  const own = entry.items.filter((item) => item.kind === "model");
  const seen = [...(scopes.get(entry.path)?.values() ?? [])].filter(
    (item) => item.kind === "model",
  );
  return [...new Set([...own, ...seen])];
};

const check = (modules: Modules, families: Families): Checked => {
  try {
    return checkAll(modules, families);
  } catch (error) {
    // Calls in calls are counted, and so are operations in operations; only their product exhausts the stack.
    if (!isStackExhausted(error)) throw error;
    const { path } = modules.entry;
    return { findings: [tooManyCalls({ file: path, start: 0, end: 0 })], lower: () => [] };
  }
};

const checkAll = (modules: Modules, families: Families): Checked => {
  const { report, isEmpty, findings } = createCollection();
  const dims = resolveDims(modules, report);
  const declarations = createDeclarations(modules, families, dims, report);
  declarations.checkAll();
  const wanted = modelsOf(modules);
  const others = [...modules.files.values()].flatMap(({ items }) =>
    items.filter((item) => item.kind === "model"),
  );
  const lowerings = [...new Set([...wanted, ...others])].map((decl) => ({
    decl,
    lower: checkModel(decl, declarations, report),
  }));
  const lowered = lowerings.filter(({ decl }) => isEmpty() && wanted.includes(decl));
  return { findings: findings(), lower: () => lowered.map(({ lower }) => lower()) };
};

/** The errors of the entry file first, each file's from top to bottom. */
const inOrder = (
  diagnostics: readonly Diagnostic[],
  { entry, files }: Modules,
): readonly Diagnostic[] => {
  const paths = [entry.path, ...files.keys()];
  const rank = ({ primary }: Diagnostic): number => paths.indexOf(primary?.span.file ?? "");
  const start = ({ primary }: Diagnostic): number => primary?.span.start ?? 0;
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || start(a) - start(b));
};

/** What no unread text can put right: axes that do not match, a first step without a value, cycles. */
const certain: ReadonlySet<string> = new Set(["E0310", "E0332", "E0401", "E0402"]);

/** What else is certainly wrong where some text could not be read: in declarations that were read whole. */
export const analyseReadable = (
  modules: Modules,
  families: Families,
  unread: readonly Diagnostic[],
): readonly Diagnostic[] => {
  const itemAt = (span: Span | undefined): Item | undefined =>
    modules.files
      .get(span?.file ?? "")
      ?.items.findLast((item) => item.span.start <= (span?.start ?? 0));
  const broken = unread.map(({ primary }) => itemAt(primary?.span));
  // Sizes whose meaning is unknown make all axes uncertain.
  if (broken.some((item) => item === undefined || item.kind === "dim")) return [];
  const found = check(without(modules, new Set(broken)), families).findings;
  return inOrder(
    found.map(({ diagnostic }) => diagnostic).filter(({ code }) => certain.has(code)),
    modules,
  );
};

const without = (modules: Modules, dropped: ReadonlySet<Item | undefined>): Modules => {
  const whole = (file: File): File => ({
    ...file,
    items: file.items.filter((item) => !dropped.has(item)),
  });
  return {
    ...modules,
    entry: whole(modules.entry),
    files: new Map([...modules.files].map(([path, file]) => [path, whole(file)])),
    scopes: new Map(
      [...modules.scopes].map(([path, scope]) => [
        path,
        new Map([...scope].filter(([, item]) => !dropped.has(item))),
      ]),
    ),
  };
};

/**
 * Checks every file and lowers the models of the entry file. All errors of all files come back at once; every edit
 * they offer was checked.
 */
export const analyse = (modules: Modules, families: Families): Result<CheckedProgram> => {
  const { findings, lower } = check(modules, families);
  if (findings.length > 0) {
    const recheck = (edited: Modules): readonly Finding[] => check(edited, families).findings;
    return failure(...inOrder(withVerifiedFixes(findings, modules, recheck), modules));
  }
  const train = modules.entry.items.find((item) => item.kind === "train");
  return success({ models: lower(), ...(train === undefined ? {} : { train }) });
};
