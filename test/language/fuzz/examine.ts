/** What must hold of every text that a user may write, and what does not. */
import { hasTime } from "../../../src/ir/model.ts";
import { readFileSync } from "node:fs";
import type { Diagnostic, Fix, Sources } from "../../../src/diagnostics/diagnostic.ts";
import type { Span } from "../../../src/diagnostics/span.ts";
import { renderJson, renderText } from "../../../src/diagnostics/render.ts";
import { elements } from "../../../src/graph/shapes.ts";
import type { Graph, Node } from "../../../src/graph/op.ts";
import { diskPrelude } from "../../../src/program/disk.ts";
import { compile, type Program } from "../../../src/index.ts";
import { printModel } from "../../../src/ir/print.ts";
import type { HostArray } from "../../../src/runtime/backend.ts";
import { evaluate } from "../../../src/runtime/reference.ts";
import { buildStep } from "../../../src/training/step.ts";

const prelude = diskPrelude();
/** Beside the shipped models, so that their imports are found. */
const path = "models/fuzzed.gtm";
/** Seconds of computation; no text of a few pages may take longer. */
const patience = 2;

/** One thing that does not hold; `kind` is equal for complaints of one cause. */
export interface Complaint {
  readonly kind: string;
  readonly detail: string;
}

const firstLines = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const at = /\((?:.*\/)?((?:src|dist)\/[^)]*)\)/u.exec(error.stack ?? "")?.[1] ?? "";
  return `${error.name}: ${error.message.slice(0, 160)} ${at}`;
};

const sourceOf = (file: string, text: string): string | undefined => {
  if (file === path) return text;
  const shipped = prelude.find((one) => one.path === file);
  if (shipped !== undefined) return shipped.text;
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

const placesOf = ({ primary, secondary, fix }: Diagnostic): readonly Span[] => [
  ...(primary === undefined ? [] : [primary.span]),
  ...secondary.map(({ span }) => span),
  ...(fix === undefined ? [] : [fix.span]),
];

const wordsOf = ({ message, primary, secondary, notes, help }: Diagnostic): readonly string[] => [
  message,
  ...(primary === undefined ? [] : [primary.text]),
  ...secondary.map(({ text }) => text),
  ...notes,
  ...help,
];

const ours = /\b(?:undefined|NaN|null|Infinity)\b/gu;

/** What is wrong with the wording of a sentence, apart from what it quotes and from names of the program. */
const wording = (sentence: string, program: string): string | undefined => {
  const own = sentence.replace(/`[^`]*`|"[^"]*"|\[[^\]]*\]/gu, "…");
  if (sentence.includes("[object")) return "an object in words";
  const theirs = new Set(program.match(ours));
  if (own.match(ours)?.some((word) => !theirs.has(word)) === true)
    return "a value of ours in words";
  if (own.includes("`")) return "a backtick without its partner";
  if (/``|""|\s$|^\s|^$/u.test(sentence.replace(/`[^`]+`|"[^"]+"/gu, "…"))) {
    return "a gap in the words";
  }
  return undefined;
};

const signature = ({ code, message }: Diagnostic): string => `${code} ${message}`;

const fixed = (text: string, { span, text: put }: Fix): string =>
  text.slice(0, span.start) + put + text.slice(span.end);

const compileText = (text: string): ReturnType<typeof compile> =>
  compile({ path, text }, { prelude });

const isSyntax = ({ code }: Diagnostic): boolean => /^E01/u.test(code);

/** Why an offered edit is none, or `undefined` where it removes the error and brings none. */
const uselessFix = (
  diagnostic: Diagnostic,
  text: string,
  all: readonly Diagnostic[],
): string | undefined => {
  const { fix } = diagnostic;
  if (fix?.span.file !== path) return undefined;
  const after = compileText(fixed(text, fix));
  const left = after.ok ? [] : after.diagnostics;
  const count = (list: readonly Diagnostic[]): number =>
    list.filter((one) => signature(one) === signature(diagnostic)).length;
  if (count(left) >= count(all)) return "the error is still there";
  const known = new Set(all.map(signature));
  // What could not be read before may well be wrong in its meaning.
  const added = left.filter((one) => isSyntax(one) && !known.has(signature(one)));
  return added[0] === undefined ? undefined : `a new ${signature(added[0])}`;
};

const complaintsOf = (text: string, diagnostics: readonly Diagnostic[]): readonly Complaint[] => {
  const found: Complaint[] = [];
  const sources = new Map<string, string>();
  for (const diagnostic of diagnostics) {
    const { code } = diagnostic;
    for (const { file, start, end } of placesOf(diagnostic)) {
      const source = sourceOf(file, text);
      if (source === undefined) found.push({ kind: `${code}: a place in no file`, detail: file });
      else {
        sources.set(file, source);
        if (!(start >= 0 && start <= end && end <= source.length)) {
          found.push({
            kind: `${code}: a place outside of its file`,
            detail: `${start} ${end} of ${source.length}`,
          });
        }
      }
    }
    // Where a file was looked for is no sentence of ours.
    const said = code === "E0201" ? { ...diagnostic, notes: [] } : diagnostic;
    for (const words of wordsOf(said)) {
      const wrong = wording(words, text);
      if (wrong !== undefined) found.push({ kind: `${code}: ${wrong}`, detail: words });
    }
    if (diagnostic.primary === undefined && code !== "E0805")
      found.push({ kind: `${code}: no place`, detail: diagnostic.message });
    const useless = uselessFix(diagnostic, text, diagnostics);
    if (useless !== undefined) found.push({ kind: `${code}: a fix that is none`, detail: useless });
  }
  found.push(...renderings(diagnostics, sources));
  return found;
};

const renderings = (diagnostics: readonly Diagnostic[], sources: Sources): readonly Complaint[] => {
  const shown = [false, true].map((color) => renderText(diagnostics, sources, { color }));
  const json: unknown = JSON.parse(renderJson(diagnostics, sources));
  const whole = Array.isArray(json) && json.length === diagnostics.length;
  return whole && shown.every((one) => one === "" || one.endsWith("\n"))
    ? []
    : [{ kind: "not rendered", detail: shown[0] ?? "" }];
};

/** A number for each element of an input. */
const numbersFor = (node: Node, seed: number): HostArray => {
  const count = elements(node.shape);
  const data = Float64Array.from({ length: count }, (_, i) =>
    node.dtype === "int" ? 0 : 0.1 + 0.8 * (((i + seed) * 0.618) % 1),
  );
  return { shape: node.shape, data };
};

/** Derives the training step at tiny sizes and runs it once on the reference. */
const step = ({ problem, model, config }: Program): void => {
  const temporal = model.data.some(({ per }) => per === "step") || hasTime(model);
  const particles = Math.min(config.training.particles, 2);
  const objective = problem.objective({
    batch: 2,
    particles: config.training.particles === 1 ? 1 : Math.max(2, particles),
    ragged: temporal,
    ...(temporal ? { steps: 2 } : {}),
    dims: Object.fromEntries(
      Object.entries(model.dims).flatMap(([name, size]) => (size === null ? [[name, 4]] : [])),
    ),
  });
  runOnce(buildStep(objective, config.training).graph);
};

const runOnce = (graph: Graph): void => {
  const inputs = new Map(graph.inputs.map((node, i) => [node.attrs.name, numbersFor(node, i)]));
  evaluate(graph, inputs);
};

const isSmall = ({ model }: Program): boolean =>
  model.values.length < 600 &&
  Object.values(model.dims).every((size) => (size ?? 1) <= 40) &&
  model.parameters.every(({ shape }) => shape.length < 5);

/** Prints what compiled and reads it again; derives and runs a step. */
const further = (program: Program): readonly Complaint[] => {
  const printed = program.inspect("ast", "text");
  const again = compileText(printed);
  if (!again.ok) {
    return [
      { kind: "printed and not read again", detail: again.diagnostics.map(signature).join("; ") },
    ];
  }
  const found: Complaint[] = [];
  if (again.value.inspect("ast", "text") !== printed) {
    found.push({ kind: "printed twice and not the same", detail: printed.slice(0, 200) });
  }
  const withoutPlaces = (one: Program): string => printModel(one.model).replace(/ *\/\/.*$/gmu, "");
  if (withoutPlaces(again.value) !== withoutPlaces(program)) {
    found.push({ kind: "another model when printed", detail: "" });
  }
  JSON.stringify(program.info);
  program.inspect("ir", "json");
  if (isSmall(program)) step(program);
  return found;
};

/** How a text came out, and what does not hold of it. */
export interface Examined {
  readonly compiled: boolean;
  readonly fixes: number;
  readonly seconds: number;
  readonly complaints: readonly Complaint[];
}

/** Everything that does not hold of a text. */
export const examine = (text: string): Examined => {
  const start = process.cpuUsage();
  const seconds = (): number => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  let phase = "compile";
  try {
    const result = compileText(text);
    const took = seconds();
    const slow = took > patience ? [{ kind: "slow", detail: `${took.toFixed(1)} s` }] : [];
    phase = result.ok ? "further" : "diagnostics";
    const diagnostics = result.ok ? result.warnings : result.diagnostics;
    const complaints = [
      ...slow,
      ...complaintsOf(text, diagnostics),
      ...(result.ok ? further(result.value) : []),
    ];
    const fixes = diagnostics.filter(({ fix }) => fix !== undefined).length;
    return { compiled: result.ok, fixes, seconds: took, complaints };
  } catch (error) {
    return {
      compiled: false,
      fixes: 0,
      seconds: seconds(),
      complaints: [{ kind: `thrown while ${phase}: ${firstLines(error)}`, detail: String(error) }],
    };
  }
};
