/** Code as text, for golden files and people. */
import type {
  Address,
  Affine,
  CodeBinaryOp,
  LoopBound,
  CompareOp,
  CodeExpr,
  Kernel,
  Module,
  CodeStatement,
  ScheduleStep,
  CodeType,
} from "./code.ts";
import { showType } from "./type.ts";

/** Buffers, kernels, then the schedule. Functions are only named. */
export const printModule = (module: Module): string => {
  const head = `module of ${module.arguments} arguments, arena ${module.arena}, threads ${module.threads}`;
  const buffers = module.buffers.map(({ name, scalar, size, place }) => {
    const where =
      place.kind === "argument" ? `argument ${place.index}` : `arena at ${place.offset}`;
    return `${scalar}[${size}] ${name} is ${where}`;
  });
  const functions =
    module.functions.length === 0
      ? []
      : [`functions ${module.functions.map(({ name }) => name).join(", ")}`];
  return [
    head,
    ...buffers,
    ...functions,
    ...module.kernels.map(printKernel),
    "schedule",
    ...printSteps(module.schedule, 1),
  ].join("\n");
};

/** One kernel: a line a statement. */
export const printKernel = (kernel: Kernel): string => {
  const alone = kernel.alone ? " alone" : "";
  const times = kernel.times.length === 0 ? "" : ` at ${kernel.times.join(", ")}`;
  const origin = kernel.origin === undefined ? "" : `  // ${kernel.origin}`;
  return [
    `kernel ${kernel.name}${times}${alone}, ${kernel.flops} flops${origin}`,
    ...printStatements(kernel.body, 1),
  ].join("\n");
};

const indent = (depth: number): string => "  ".repeat(depth);

const printSteps = (steps: readonly ScheduleStep[], depth: number): readonly string[] =>
  steps.flatMap((step): readonly string[] => {
    switch (step.kind) {
      case "run":
        return [`${indent(depth)}run ${step.kernel}`];
      case "barrier":
        return [`${indent(depth)}barrier`];
      case "loop":
        return [
          `${indent(depth)}for ${step.variable} in ${step.length}${step.reverse ? " reverse" : ""}`,
          ...printSteps(step.body, depth + 1),
        ];
    }
  });

const printStatements = (statements: readonly CodeStatement[], depth: number): readonly string[] =>
  statements.flatMap((statement): readonly string[] => {
    switch (statement.kind) {
      case "for": {
        const step = statement.step === 1 ? "" : ` step ${statement.step}`;
        const overlap = statement.overlap === true ? " overlap" : "";
        const reverse = statement.reverse === true ? " reverse" : "";
        return [
          `${indent(depth)}for ${statement.variable} in ${printRange(statement.from, statement.to)}${step}${overlap}${reverse}`,
          ...printStatements(statement.body, depth + 1),
        ];
      }
      case "let": {
        const mutable = statement.mutable === true ? "var " : "";
        return [
          `${indent(depth)}${mutable}${statement.local}: ${showType(statement.type)} = ${outer(statement.value)}`,
        ];
      }
      case "set":
        return [`${indent(depth)}${statement.local} := ${outer(statement.value)}`];
      case "store": {
        const lanes = showLanes(statement.type, statement.step);
        return [
          `${indent(depth)}${printAddress(statement.to)}${lanes} <- ${outer(statement.value)}`,
        ];
      }
    }
  });

const printRange = (from: LoopBound, to: LoopBound): string =>
  typeof from === "object" && typeof to === "object" && from.part === "from" && to.part === "to"
    ? `part of ${to.size}`
    : `${printBound(from)}..${printBound(to)}`;

const printBound = (bound: LoopBound): string =>
  typeof bound === "number" ? String(bound) : `(${bound.part} of ${bound.size})`;

const showLanes = ({ lanes }: CodeType, step = 1): string =>
  lanes === 1 ? "" : `x${lanes}${step === 1 ? "" : ` by ${step}`}`;

const printAffine = ({ constant, terms }: Affine): string => {
  const words = terms.map(({ variable, scale }) =>
    scale === 1 ? variable : `${scale}${variable}`,
  );
  if (constant !== 0 || words.length === 0) words.push(String(constant));
  return words.join(" + ").replaceAll("+ -", "- ");
};

const printAddress = ({ buffer, offset, dynamic }: Address): string => {
  const moved = dynamic === undefined ? "" : ` + ${dynamic.stride}·${dynamic.local}`;
  return `${buffer}[${printAffine(offset)}${moved}]`;
};

const signs: Readonly<Record<CodeBinaryOp | CompareOp, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  min: "min",
  max: "max",
  shiftLeft: "<<",
  shiftRight: ">>",
  and: "and",
  or: "or",
  lt: "<",
  le: "<=",
  eq: "=",
};

const outer = (expr: CodeExpr): string =>
  expr.kind === "binary" || expr.kind === "compare"
    ? `${inner(expr.a)} ${signs[expr.op]} ${inner(expr.b)}`
    : inner(expr);

const inner = (expr: CodeExpr): string => {
  switch (expr.kind) {
    case "number":
      return `${expr.value}${showLanes(expr.type)}`;
    case "ramp":
      return `ramp${showLanes({ scalar: "i32", lanes: expr.lanes })}`;
    case "get":
      return expr.local;
    case "index":
      return `(${printAffine(expr.of)})`;
    case "load":
      return `${printAddress(expr.from)}${showLanes(expr.type, expr.step)}`;
    case "splat":
      return `${inner(expr.of)}...`;
    case "unary":
      return `${expr.op}(${outer(expr.of)})`;
    case "binary":
    case "compare":
      return `(${outer(expr)})`;
    case "fma":
      return `fma(${[expr.a, expr.b, expr.c].map(outer).join(", ")})`;
    case "select":
      return `select(${[expr.mask, expr.a, expr.b].map(outer).join(", ")})`;
    case "across":
      return `across ${expr.op}(${outer(expr.of)})`;
    case "call":
      return `${expr.name}(${expr.args.map(outer).join(", ")})`;
  }
};
