/** E033x and E034x: members of models, time and sites. */
import type { Span } from "../../../diagnostics/span.ts";
import type { InitialValue, MemoryInstance, Name, SiteDecl } from "../../ast.ts";
import type { Finding } from "../finding.ts";
import { error, insertAfter, insertBefore, replace } from "../finding.ts";
import type { DistributionTerm } from "../values/terms.ts";
import { showDistribution } from "../values/terms.ts";
import type { Axis, EventType, DimSizes } from "../types/event-type.ts";
import { listed, origins, showType } from "../types/event-type.ts";

export const needsTime = (span: Span, name: string, declared: Span): Finding =>
  error("E0330", `\`${name}\` has a value at every step`, span, {
    label: "which step is meant?",
    secondary: [{ span: declared, text: "it is declared with time here" }],
    proposals: [{ help: `write ${name}[t]`, edits: [replace(span, `${name}[t]`)] }],
  });

export const hasNoTime = (span: Span, name: string, declared: Span): Finding =>
  error("E0330", `\`${name}\` has no time`, span, {
    label: "it is the same at every step",
    secondary: [{ span: declared, text: "it is declared without time here" }],
    proposals: [{ help: `write ${name}`, edits: [replace(span, name)] }],
  });

export const timesDiffer = (name: Name, site: boolean, declared: Name): Finding =>
  error(
    "E0330",
    `\`${name.text}\` is declared ${site ? "without" : "with"} time and drawn ${site ? "with" : "without"} it`,
    name.span,
    {
      label: site ? "drawn at every step here" : "drawn once here",
      secondary: [{ span: declared.span, text: "declared here" }],
    },
  );

export const staticNeedsStep = (span: Span, name: string, owner: Name): Finding =>
  error("E0331", `\`${owner.text}\` has no time and cannot depend on a step`, span, {
    label: `\`${name}\` has a value at every step`,
    secondary: [
      { span: owner.span, text: "this is drawn or computed once for the whole sequence" },
    ],
  });

/** `member` defines the name; the initial value goes in front of it. */
export const noInitialValue = (span: Span, name: string, member: Span): Finding =>
  error("E0332", `\`${name}\` has no value before the first step`, span, {
    label: "at t = 1 this reads step 0",
    proposals: [
      { help: `add: ${name}[0] = 0`, edits: [insertBefore(member, `${name}[0] = 0\n  `)] },
    ],
  });

export const typeNeeded = (span: Span, name: string): Finding =>
  error("E0333", `the type of \`${name}\` cannot be inferred: it depends on itself`, span, {
    label: `declare it with the initial value: ${name}[0]: TYPE = ..`,
  });

export const initialDiffers = (
  { name, value, type: written }: InitialValue,
  initial: string,
  definition: string,
  defined: Span,
): Finding =>
  error(
    "E0334",
    `the initial value of \`${name.text}\` is of another type than its later values`,
    written?.span ?? value.span,
    {
      label: `at step 0 ${initial}`,
      secondary: [{ span: defined, text: `later ${definition}` }],
    },
  );

export const initialOfMemory = (name: Name, instance: MemoryInstance): Finding =>
  error("E0335", `memory \`${name.text}\` has its own initial values`, name.span, {
    label: "declared where the memory is",
    secondary: [{ span: instance.span, text: "a memory" }],
  });

export const initialOfNothing = (name: Name): Finding =>
  error("E0335", `\`${name.text}\` has an initial value and no later one`, name.span, {
    label: `no equation or site defines ${name.text}[t]`,
  });

export const neverUpdated = (instance: MemoryInstance): Finding => {
  const { text } = instance.name;
  const line = `${text}[t] = ${text}[t-1]`;
  return error(
    "E0336",
    `memory \`${text}\` has no value after the first step`,
    instance.name.span,
    {
      label: `no equation defines ${text}[t]`,
      proposals: [{ help: `add: ${line}`, edits: [insertAfter(instance.span, `\n  ${line}`)] }],
    },
  );
};

export const wrongMemory = (span: Span, name: string, found: string): Finding =>
  error("E0337", `\`${name}\` is a memory and must become what its operations make of it`, span, {
    label: `found    ${found}`,
    notes: [`for example ${name}[t] = ${name}[t-1].write(..)`],
  });

export const memoryAsEquation = (span: Span, name: string, memory: string): Finding =>
  error("E0337", `\`${name}\` cannot hold a memory`, span, {
    label: `this is the memory \`${memory}\`; an operation without \`->\` belongs in the equation of \`${memory}\``,
  });

export const memoryWithoutTime = (name: Name): Finding =>
  error("E0337", `memory \`${name.text}\` changes from step to step`, name.span, {
    label: `write ${name.text}[t] = ..`,
  });

export const carriedNoValue = (span: Span, name: string, what: string): Finding =>
  error("E0338", `\`${name}\` cannot be carried to the next step`, span, {
    label: `it is ${what}, not a value`,
  });

export const equationDiffers = (
  span: Span,
  name: string,
  declared: string,
  found: string,
  axes: readonly Axis[],
): Finding =>
  error("E0339", `\`${name}\` is not what it is declared to be`, span, {
    label: `found    ${found}`,
    notes: [`declared ${declared}`],
    secondary: origins(axes),
  });

export const guideMissing = ({ name, prior }: SiteDecl): Finding =>
  error("E0340", `latent \`${name.text}\` has no guide`, name.span, {
    label: "inference does not know where to draw it from",
    secondary: [{ span: prior.span, text: "its prior" }],
    proposals: [
      {
        help: "add a line under it: guide prior, or better a network that sees the data",
        edits: [insertAfter(prior.span, "\n    guide prior")],
      },
    ],
  });

export const guideOfObservation = ({ name, prior, guide }: SiteDecl, data: Span): Finding => {
  const span = guide?.span ?? prior.span;
  return error("E0341", `observation \`${name.text}\` has a guide`, span, {
    label: "only what is not observed is inferred",
    secondary: [{ span: data, text: "declared as data here" }],
    proposals: [
      {
        help: "remove the guide",
        edits: [replace({ ...span, start: prior.span.end }, "")],
      },
    ],
  });
};

export const notADistribution = (span: Span, name: string, found: string): Finding =>
  error("E0342", `\`${name}\` is not drawn from a distribution`, span, {
    label: `found    ${found}`,
    help: ["`~` takes a distribution; for a value write `=`"],
  });

export const supportDiffers = (
  span: Span,
  distribution: DistributionTerm,
  name: string,
  data: EventType,
  declared: Span,
  sizes: DimSizes,
): Finding =>
  error("E0343", `\`${name}\` cannot be drawn from this distribution`, span, {
    label: `draws    ${showType(distribution.type, sizes)}`,
    secondary: [
      { span: declared, text: `declared ${showType(data, sizes)}` },
      ...origins([...listed(data), ...listed(distribution.type)]),
    ],
  });

export const notASite = (name: Name, what: string, declared: Span): Finding =>
  error("E0344", `\`${name.text}\` is ${what} and cannot be drawn`, name.span, {
    label: "only data and latents are",
    secondary: [{ span: declared, text: "declared here" }],
  });

export const guideDiffers = (
  name: string,
  prior: { readonly term: DistributionTerm; readonly span: Span },
  guide: { readonly term: DistributionTerm; readonly span: Span },
  sizes: DimSizes,
): Finding => {
  const axes = [...listed(prior.term.type), ...listed(guide.term.type)];
  return error("E0345", `prior and guide of \`${name}\` do not match`, guide.span, {
    label: `guide is ${showDistribution(guide.term, sizes)}`,
    secondary: [
      { span: prior.span, text: `prior is ${showDistribution(prior.term, sizes)}` },
      ...origins(axes.filter(({ dim }) => axes.filter((other) => other.dim === dim).length === 1)),
    ],
  });
};

export const parameterStart = (span: Span, name: string, wanted: string): Finding =>
  error("E0346", `parameter \`${name}\` cannot start here`, span, { label: wanted });

export const parameterType = (name: Name, base: string): Finding =>
  error("E0346", `parameter \`${name.text}\` cannot be of type \`${base}\``, name.span, {
    label: "parameters are numbers that gradients change",
  });

export const parameterOpen = (name: Name, type: Span, dim: string, declared: Span): Finding =>
  error("E0355", `the shape of parameter \`${name.text}\` depends on data`, type, {
    label: `\`${dim}\` has no value`,
    secondary: [{ span: declared, text: "this dimension has no value: the data decides it" }],
    notes: [
      "parameters outlive the data they were trained on, so their shapes may not depend on it",
    ],
    help: [`give \`${dim}\` a value`],
  });

export const inTheFuture = (span: Span, name: string, offset: number): Finding =>
  error("E0403", `\`${name}[t+${offset}]\` is in the future`, span, {
    label: "a model may look back (t-1, t-2, ..), not ahead",
  });

export const tooFarBack = (span: Span, name: string, back: number, most: number): Finding =>
  error("E0356", `\`${name}[t-${back}]\` is too far back`, span, {
    label: `at most ${most} steps`,
    notes: ["every step between is carried from step to step as a value of its own"],
    help: ["a memory that is pushed to, such as `Fifo`, keeps many steps as one value"],
  });

export interface Arrow {
  readonly name: string;
  readonly indexed: boolean;
  readonly span: Span;
}

const shown = ({ name, indexed }: Pick<Arrow, "name" | "indexed">): string =>
  indexed ? `${name}[t]` : name;

const around = (arrows: readonly Arrow[]): string => {
  const names = arrows.map(shown);
  return [...names.slice(-1), ...names].join(" <- ");
};

/** E0401; each arrow is what the one before reads, and where; the last arrow closes the cycle. */
export const leak = (
  latent: string,
  observation: Arrow,
  arrows: readonly Arrow[],
  earlier: { readonly member: Span; readonly hasInitial: boolean } | undefined,
): Finding => {
  const { name, span } = observation;
  const drawn = arrows.find((arrow) => arrow.name === latent);
  const back = `${name}[t-1]`;
  const place = "move this dependence into the guide, which may see";
  const notes = [`the cycle: ${around(arrows)}`];
  const message = `the prior of \`${latent}\` looks at the observation it must generate`;
  const label = `\`${shown(observation)}\` is not known yet when ${drawn === undefined ? latent : shown(drawn)} is drawn`;
  if (earlier === undefined || !observation.indexed) {
    return error("E0401", message, span, { label, notes, help: [`${place} ${name}`] });
  }
  const start = earlier.hasInitial ? "" : ` with ${name}[0] = 0`;
  const initial = insertBefore(earlier.member, `${name}[0] = 0\n  `);
  return error("E0401", message, span, {
    label,
    notes,
    proposals: [
      {
        help: `use ${back} here${start}, or ${place} ${shown(observation)}`,
        edits: [replace(span, back), ...(earlier.hasInitial ? [] : [initial])],
      },
    ],
  });
};

/** E0402. */
export const cycle = (arrows: readonly Arrow[], reading: "generate" | "infer"): Finding => {
  const [first, ...rest] = arrows;
  const last = arrows.at(-1);
  const name = last === undefined ? "" : shown(last);
  return error("E0402", `\`${name}\` depends on itself at the same step`, first?.span ?? nowhere, {
    label: first === undefined ? "" : `\`${shown(first)}\` needs \`${name}\` in turn`,
    secondary: rest.map((arrow) => ({ span: arrow.span, text: `reads ${shown(arrow)}` })),
    notes: [
      `the cycle: ${around(arrows)}`,
      ...(reading === "infer"
        ? ["it goes through guides: it appears when latents are inferred"]
        : []),
    ],
  });
};

const nowhere: Span = { file: "", start: 0, end: 0 };
