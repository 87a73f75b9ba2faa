/** Kernels as C functions. They take the buffers that they use as `restrict` pointers: no two of one kernel share memory. */
import type { LoopBound, Kernel, Module, CodeStatement } from "../../code/code.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import { addressText, printExpr, typeName, type NamesInC } from "./expressions.ts";
import type { Functions } from "./functions.ts";
import type { Namer } from "./names.ts";
import { entryOf } from "../../graph/table.ts";

export interface Names {
  readonly buffer: Namer;
  readonly local: Namer;
  readonly variable: Namer;
  readonly kernel: Namer;
}

export interface PrintedKernel {
  readonly declaration: string;
  readonly definition: string;
  /** Where the buffers, the time variables and `thread` have the names of the parameters. */
  readonly call: string;
  readonly buffers: ReadonlySet<string>;
}

export const printKernel = (
  kernel: Kernel,
  module: Module,
  names: Names,
  functions: Functions,
): PrintedKernel => {
  const stored = new Set<string>();
  const buffers = new Set<string>();
  const scope: NamesInC = {
    local: names.local,
    variable: names.variable,
    buffer: (name) => {
      buffers.add(name);
      return names.buffer(name);
    },
    call: functions.call,
  };
  const body = kernel.body.flatMap((statement) => printStatement(statement, { scope, stored }));
  const parameters = module.buffers
    .filter(({ name }) => buffers.has(name))
    .map(({ name, scalar }) => {
      const type = scalar === "f32" ? "float" : "int";
      return [`${stored.has(name) ? "" : "const "}${type} *restrict `, names.buffer(name)] as const;
    });
  invariant(parameters.length === buffers.size, `${kernel.name} uses a buffer that is none`);
  const all = [
    ...parameters,
    ...kernel.times.map((time) => ["const long ", names.variable(time)] as const),
    ["const long ", "thread"] as const,
  ];
  const identifier = names.kernel(kernel.name);
  const origin =
    kernel.origin === undefined ? "" : `/* ${kernel.origin.replaceAll("*/", "* /")} */\n`;
  const head = `KERNEL void ${identifier}(${all.map(([type, name]) => type + name).join(", ")})`;
  return {
    declaration: `${head};`,
    definition: `${origin}${head} {\n${indent(body).join("\n")}\n}`,
    call: `${identifier}(${all.map(([, name]) => name).join(", ")})`,
    buffers,
  };
};

interface Context {
  readonly scope: NamesInC;
  /** Collects the buffers that are stored to. */
  readonly stored: Set<string>;
}

type Printers = {
  readonly [K in CodeStatement["kind"]]: (
    statement: Extract<CodeStatement, { kind: K }>,
    context: Context,
  ) => readonly string[];
};

const printStatement = (statement: CodeStatement, context: Context): readonly string[] =>
  entryOf(printers, statement.kind)(statement, context);

const printers: Printers = {
  let: ({ local, type, value, mutable }, { scope }) => [
    `${mutable === true ? "" : "const "}${typeName(type)} ${scope.local(local)} = ${printExpr(value, scope).text};`,
  ],
  set: ({ local, value }, { scope }) => [
    `${scope.local(local)} = ${printExpr(value, scope).text};`,
  ],
  store: ({ type, to, value, step }, { scope, stored }) => {
    stored.add(to.buffer);
    const { text } = printExpr(value, scope);
    const pointer = addressText(to, scope);
    return (step ?? 1) === 1
      ? [`store_${typeName(type)}(${pointer}, ${text});`]
      : [`scatter_${typeName(type)}(${pointer}, ${step ?? 1}, ${text});`];
  },
  for: (loop, context) => {
    const variable = context.scope.variable(loop.variable);
    const [from, to] = [boundText(loop.from), boundText(loop.to)];
    const body = indent(loop.body.flatMap((statement) => printStatement(statement, context)));
    if (loop.reverse === true) {
      invariant(loop.step === 1, "a reverse loop with steps");
      return [
        `for (long ${variable} = ${to} - 1; ${variable} >= ${from}; ${variable}--) {`,
        ...body,
        "}",
      ];
    }
    if (loop.overlap !== true || isWhole(loop)) {
      return [
        `for (long ${variable} = ${from}; ${variable} < ${to}; ${variable} += ${loop.step}) {`,
        ...body,
        "}",
      ];
    }
    const last = typeof loop.to === "number" ? String(loop.to - loop.step) : `${to} - ${loop.step}`;
    const next = `next_${variable}`;
    return [
      `for (long ${next} = ${from}; ${next} < ${to}; ${next} += ${loop.step}) {`,
      `  const long ${variable} = ${next} < ${last} ? ${next} : ${last};`,
      ...body,
      "}",
    ];
  },
};

const isWhole = ({ from, to, step }: Extract<CodeStatement, { kind: "for" }>): boolean =>
  typeof from === "number" && typeof to === "number" && (to - from) % step === 0;

const boundText = (bound: LoopBound): string => {
  if (typeof bound === "number") return String(bound);
  return bound.part === "from"
    ? `(${bound.size}L * thread / THREADS)`
    : `(${bound.size}L * (thread + 1) / THREADS)`;
};

/** Lines one level deeper. */
export const indent = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => `  ${line}`);
