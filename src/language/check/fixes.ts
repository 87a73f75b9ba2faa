/** Fixes are offered only after the edited program was checked again. */
import type { Diagnostic, Fix } from "../../diagnostics/diagnostic.ts";
import type { File, Item } from "../ast.ts";
import type { Modules, NamedItem, Scope } from "../modules.ts";
import { parse } from "../syntax/parse.ts";
import type { Finding, ProposedFix } from "./finding.ts";

/** The text with all edits made; they do not overlap. */
const edit = (text: string, edits: readonly Fix[]): string =>
  [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce(
      (rest, { span, text: put }) => rest.slice(0, span.start) + put + rest.slice(span.end),
      text,
    );

const named = (items: readonly Item[]): ReadonlyMap<string, NamedItem> =>
  new Map(
    items.flatMap((item) => (item.kind === "train" ? [] : [[item.name.text, item] as const])),
  );

/** The program with another text of one file; `undefined` when that does not parse. */
const withText = (modules: Modules, path: string, text: string): Modules | undefined => {
  const old = modules.files.get(path);
  const { file, diagnostics } = parse(text, path);
  if (old === undefined || diagnostics.length > 0) return undefined;
  const before = named(old.items);
  const after = named(file.items);
  const exchanged = (scope: Scope): Scope =>
    new Map(
      [...scope].map(([name, item]) => {
        const own = before.get(name) === item ? after.get(name) : undefined;
        return [name, own ?? item];
      }),
    );
  const files = new Map<string, File>([...modules.files, [path, file]]);
  return {
    entry: modules.entry.path === path ? file : modules.entry,
    files,
    scopes: new Map([...modules.scopes].map(([name, scope]) => [name, exchanged(scope)])),
    sources: new Map([...modules.sources, [path, text]]),
  };
};

const signature = ({ diagnostic: { code, message } }: Finding): string => `${code} ${message}`;

/** Whether the edit removes this error and brings no new one. */
const helps = (
  proposal: ProposedFix,
  finding: Finding,
  all: readonly Finding[],
  modules: Modules,
  recheck: (edited: Modules) => readonly Finding[],
): boolean => {
  const path = proposal.edits[0]?.span.file;
  const text = path === undefined ? undefined : modules.sources.get(path);
  if (path === undefined || text === undefined) return false;
  const edited = withText(modules, path, edit(text, proposal.edits));
  if (edited === undefined) return false;
  const left = recheck(edited).map(signature);
  const known = all.map(signature);
  const count = (list: readonly string[], wanted: string): number =>
    list.filter((one) => one === wanted).length;
  const own = signature(finding);
  return count(left, own) < count(known, own) && left.every((one) => known.includes(one));
};

const withFixes = (
  finding: Finding,
  all: readonly Finding[],
  modules: Modules,
  recheck: (edited: Modules) => readonly Finding[],
): Diagnostic => {
  const { diagnostic, proposals } = finding;
  const good = proposals.filter((proposal) => helps(proposal, finding, all, modules, recheck));
  const [only, ...more] = good.length === 1 ? good.flatMap(({ edits }) => edits) : [];
  return {
    ...diagnostic,
    help: [...diagnostic.help, ...good.map(({ help }) => help)],
    ...(only === undefined || more.length > 0 ? {} : { fix: only }),
  };
};

/** The diagnostics with those of their proposals that work. */
export const withVerifiedFixes = (
  findings: readonly Finding[],
  modules: Modules,
  recheck: (edited: Modules) => readonly Finding[],
): readonly Diagnostic[] =>
  findings.map((finding) => withFixes(finding, findings, modules, recheck));
