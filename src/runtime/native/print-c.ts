/** Code as one file of C: C11 with the vectors of gcc and clang. Nothing is decided here. */
import type { Module, ScheduleStep } from "../../code/code.ts";
import { InternalError } from "../../diagnostics/invariant.ts";
import { functionsOf } from "./functions.ts";
import { indent, printKernel, type Names, type PrintedKernel } from "./kernels.ts";
import { namer } from "./names.ts";
import type { PrintOptions } from "./options.ts";
import { entryText, instanceText } from "./threads.ts";
import { vectorPrelude } from "./vectors.ts";

/** The module as a translation unit; `threads.ts` says what it exports. */
export const printC = (module: Module, options: PrintOptions = {}): string => {
  const names: Names = {
    buffer: namer("b_"),
    local: namer("v_"),
    variable: namer("i_"),
    kernel: namer("k_"),
  };
  const functions = functionsOf(module, names.local);
  const kernels = new Map(
    module.kernels.map((kernel) => [kernel.name, printKernel(kernel, module, names, functions)]),
  );
  const parts = divide([...kernels.values()], options.parts ?? 1);
  return [
    vectorPrelude(),
    `#define THREADS ${module.threads}
#define ARGUMENTS ${module.arguments}
#define ARENA ${module.arena}L
#define BUFFERS ${module.buffers.length}
#define KERNELS ${module.kernels.length}
#ifdef PART
#define KERNEL __attribute__((noinline, visibility("hidden")))
#else
#define KERNEL static __attribute__((noinline))
#endif`,
    ...functions.print(),
    ...parts.map((part, i) =>
      onlyIn(
        i,
        part.map(({ definition }) => definition),
      ),
    ),
    onlyIn(0, [
      ...[...kernels.values()].map(({ declaration }) => declaration),
      instanceText(module, options),
      stepText(module, names, kernels, options),
      entryText(module, options),
    ]),
  ].join("\n");
};

const onlyIn = (part: number, lines: readonly string[]): string =>
  [`#if !defined(PART) || PART == ${part}`, ...lines, "#endif"].join("\n");

/** Kernels in groups that take about equally long to compile. */
const divide = (
  kernels: readonly PrintedKernel[],
  parts: number,
): readonly (readonly PrintedKernel[])[] => {
  const groups = Array.from({ length: parts }, () => ({ size: 0, kernels: [] as PrintedKernel[] }));
  const largestFirst = kernels.toSorted((a, b) => b.definition.length - a.definition.length);
  for (const kernel of largestFirst) {
    const smallest = groups.reduce((a, b) => (b.size < a.size ? b : a));
    smallest.size += kernel.definition.length;
    smallest.kernels.push(kernel);
  }
  return groups.map((group) => group.kernels);
};

type Kernels = ReadonlyMap<string, PrintedKernel>;

/**
 * The schedule with the shares of the threads `from` to `to`, exclusive: of one thread, which meets the others at barriers, or of all,
 * by one thread in turn, which needs no barriers. Both store the same numbers.
 */
const stepText = (
  module: Module,
  names: Names,
  kernels: Kernels,
  options: PrintOptions,
): string => {
  const used = new Set([...kernels.values()].flatMap(({ buffers }) => [...buffers]));
  const pointers = module.buffers.flatMap(({ name, scalar, place }, i) => {
    if (!used.has(name)) return [];
    const type = scalar === "f32" ? "float" : "int";
    const arena = options.separate === true ? `self->places[${i}]` : arenaText(place);
    const from = place.kind === "argument" ? `args[${place.index}]` : arena;
    return [`${type} *const ${names.buffer(name)} = (${type} *)${from};`];
  });
  const context = { module, names, kernels, options };
  return `
static void step(Instance *self, void *const *args, const long from, const long to) {
${indent([...pointers, ...stepsText(module.schedule, context)]).join("\n")}
}`;
};

const arenaText = (place: Module["buffers"][number]["place"]): string =>
  place.kind === "arena" ? `(self->arena + ${place.offset}L)` : "NULL";

interface Context {
  readonly module: Module;
  readonly names: Names;
  readonly kernels: Kernels;
  readonly options: PrintOptions;
}

const stepsText = (steps: readonly ScheduleStep[], context: Context): readonly string[] =>
  steps.flatMap((step) => oneStepText(step, context));

const oneStepText = (step: ScheduleStep, context: Context): readonly string[] => {
  const { module, names, kernels } = context;
  switch (step.kind) {
    case "run": {
      const index = module.kernels.findIndex(({ name }) => name === step.kernel);
      const printed = kernels.get(step.kernel);
      if (printed === undefined) throw new InternalError(`no kernel ${step.kernel}`);
      const alone = module.kernels[index]?.alone === true;
      const shares = alone
        ? "if (from == 0) for (long thread = 0; thread < 1; thread++)"
        : "for (long thread = from; thread < to; thread++)";
      return [timed(`${shares} ${printed.call};`, index, context)];
    }
    case "barrier":
      return module.threads > 1
        ? [timed("if (to - from < THREADS) barrier(self);", module.kernels.length, context)]
        : [];
    case "loop": {
      const i = names.variable(step.variable);
      const head = step.reverse
        ? `for (long ${i} = ${step.length - 1}; ${i} >= 0; ${i}--) {`
        : `for (long ${i} = 0; ${i} < ${step.length}; ${i}++) {`;
      return [head, ...indent(stepsText(step.body, context)), "}"];
    }
  }
};

const timed = (text: string, row: number, { options }: Context): string =>
  options.profile === true
    ? `{ const uint64_t start = now(); ${text} if (from == 0) { self->profile[${2 * row}] += now() - start; self->profile[${2 * row + 1}]++; } }`
    : text;
