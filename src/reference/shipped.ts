/** Architectures and memories that are files of the language, as their own texts describe them. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { printExpr } from "../language/print.ts";
import type { ArchDecl, MemoryDecl } from "../language/ast.ts";
import { parse } from "../language/syntax/parse.ts";
import { modelsDirectory } from "../program/disk.ts";
import { entry, fact, type Entry } from "./entry.ts";

/** A text as one paragraph. */
const paragraph = (text: string): string => text.replace(/\s+/gu, " ").trim();

const architecture = ({ name, doc, parameters, body }: ArchDecl, text: string): Entry => {
  const written = parameters.map((parameter) => {
    const value = parameter.default === undefined ? "" : ` = ${printExpr(parameter.default)}`;
    return `${parameter.name.text}${parameter.rest ? "..." : value}`;
  });
  return entry("architecture", name.text, {
    usage: [`${name.text}(${written.join(", ")})`],
    meaning: paragraph(doc),
    facts: fact("Made of", `\`${paragraph(text.slice(body.span.start, body.span.end))}\``),
  });
};

const memory = (decl: MemoryDecl, text: string, file: string | undefined): Entry => {
  const { name, doc, dims, operations } = decl;
  const sizes = dims.map((dim) => dim.text).join(", ");
  const head = (start: number, end: number): string =>
    paragraph(text.slice(start, end).replace(/=\s*$/u, ""));
  return entry("memory", name.text, {
    usage: [
      ...(file === undefined ? [] : [`import { ${name.text} } from "./memory/${file}"`]),
      `memory m: ${name.text}(${sizes})`,
    ],
    meaning: paragraph(doc),
    facts: operations.flatMap((operation) =>
      fact(
        operation.role === "step"
          ? "Step"
          : `${operation.role[0]?.toUpperCase()}${operation.role.slice(1)}`,
        `\`${head(operation.span.start, operation.body.span.start)}\` ${paragraph(operation.doc)}`.trim(),
      ),
    ),
  });
};

const entriesIn = (folder: string, imported: boolean): readonly Entry[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".gtm"))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const text = readFileSync(path, "utf8");
      return parse(text, path).file.items.flatMap((item) =>
        item.kind === "arch"
          ? architecture(item, text)
          : item.kind === "memory"
            ? memory(item, text, imported ? basename(path) : undefined)
            : [],
      );
    });

/** Everything that the shipped files declare: what every file sees, then what is imported. */
export const shippedEntries = (): readonly Entry[] => {
  const models = modelsDirectory();
  return [...entriesIn(join(models, "prelude"), false), ...entriesIn(join(models, "memory"), true)];
};
