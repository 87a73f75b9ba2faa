/** Loop programs as text. */
import type { Access, Instruction, LoopProgram, Statement } from "./program.ts";
import { entryOf } from "../graph/table.ts";

const variableNames = "ijklmnopqr";
const stepNames = "tuvw";

/** `i` for the first axis, `j` for the second, and so on. */
const axisName = (axis: number): string => variableNames[axis] ?? `axis${axis}`;

/** One line an instruction, indented by loop; buffers come first, without inputs. */
export const printProgram = (program: LoopProgram): string => {
  const buffers = program.buffers.map(
    ({ name, dtype, size, role, offset, replaces }) =>
      `${role} ${dtype === "int" ? "i32" : "f32"}[${size}] ${name}${offset === undefined ? "" : ` at ${offset}`}${
        replaces === undefined ? "" : ` replaces ${replaces}`
      }`,
  );
  const head =
    program.arena === 0 && program.threads === 1
      ? []
      : [`arena ${program.arena}, threads ${program.threads}`];
  return [...head, ...buffers, ...printStatements(program.body, 0)].join("\n");
};

const indent = (depth: number): string => "  ".repeat(depth);

/** Statements inside `depth` time loops. */
const printStatements = (statements: readonly Statement[], depth: number): readonly string[] =>
  statements.flatMap((statement): readonly string[] => {
    switch (statement.kind) {
      case "barrier":
        return [`${indent(depth)}barrier`];
      case "loop":
        return [
          `${indent(depth)}for ${stepNames[depth] ?? `step${depth}`} in ${statement.length}${statement.reverse ? " reverse" : ""}`,
          ...printStatements(statement.body, depth + 1),
        ];
      case "nest": {
        const free = statement.axes.length - statement.reduced;
        const order = statement.order === undefined ? "" : ` ${statement.order}`;
        return [
          `${indent(depth)}nest${axes(statement.axes, 0, free)}${
            statement.reduced === 0
              ? ""
              : ` over${axes(statement.axes, free, statement.axes.length)}`
          }${order}${tail(statement)}`,
          ...body(statement.body, depth + 1),
        ];
      }
      case "product": {
        const rank = statement.axes.length;
        const row = statement.row === undefined ? "" : ` row ${axisName(statement.row)}`;
        return [
          `${indent(depth)}product${axes(statement.axes, 0, rank)}${row} column ${axisName(statement.column)}${tail(statement)}`,
          ...statement.terms.map(
            ({ inner, a, b }) =>
              `${indent(depth + 1)}sum${axes(inner, 0, inner.length, rank)} ${access(a)} * ${access(b)}`,
          ),
          ...body(statement.body, depth + 1),
        ];
      }
    }
  });

const axes = (sizes: readonly number[], from: number, to: number, shift = 0): string =>
  sizes
    .slice(from, to)
    .map((size, i) => ` ${axisName(from + i + shift)}:${size}`)
    .join("");

const tail = ({
  origin,
  partitioned,
}: {
  readonly origin?: string;
  readonly partitioned?: number | "alone";
}): string => {
  const split =
    partitioned === undefined
      ? ""
      : partitioned === "alone"
        ? " alone"
        : ` partitioned ${axisName(partitioned)}`;
  return `${split}${origin === undefined ? "" : `  // ${origin}`}`;
};

const access = ({ buffer, base, strides, steps, dynamic }: Access): string => {
  const term = (name: string, stride: number): string =>
    stride === 0 ? "" : stride === 1 ? name : `${stride}${name}`;
  const parts = [
    ...steps.map((stride, i) => term(stepNames[i] ?? `step${i}`, stride)),
    ...strides.map((stride, i) => term(axisName(i), stride)),
    dynamic === undefined ? "" : term(`%${dynamic.value}`, dynamic.stride),
    base === 0 ? "" : String(base),
  ].filter((part) => part !== "");
  return `${buffer}[${parts.length === 0 ? "0" : parts.join(" + ")}]`;
};

const body = (instructions: readonly Instruction[], depth: number): readonly string[] =>
  instructions.map((instruction, id) => `${indent(depth)}${print(instruction, id)}`);

const value = (id: number): string => `%${id}`;

/** What stands behind the equals sign; the whole line for those that store. */
const texts: {
  readonly [K in Instruction["op"]]: (
    instruction: Extract<Instruction, { readonly op: K }>,
  ) => string;
} = {
  load: ({ from }) => access(from),
  number: ({ value: number, dtype }) => `${number}${dtype === "int" ? "i" : ""}`,
  index: ({ axis, scale, offset }) =>
    `index ${axisName(axis)}${offset === 0 ? "" : ` + ${offset}`}${scale === 1 ? "" : ` times ${scale}`}`,
  unary: ({ name, of }) => `${name} ${value(of)}`,
  binary: ({ name, a, b }) => `${name} ${value(a)} ${value(b)}`,
  cast: ({ dtype, of }) => `${dtype} ${value(of)}`,
  clamp: ({ of, size }) => `clamp ${value(of)} below ${size}`,
  select: ({ condition, a, b }) => `select ${value(condition)} ${value(a)} ${value(b)}`,
  product: () => "product",
  running: ({ name, of, exclusive }) =>
    `running ${name} ${value(of)}${exclusive ? " exclusive" : ""}`,
  store: ({ to, value: stored, accumulate }) =>
    `${access(to)} ${accumulate === true ? "+=" : "="} ${value(stored)}`,
  reduce: ({ to, name, value: reduced }) => `${access(to)} = ${name} ${value(reduced)}`,
};

const print = (instruction: Instruction, id: number): string => {
  const text = entryOf(texts, instruction.op)(instruction);
  const stores = instruction.op === "store" || instruction.op === "reduce";
  return stores ? text : `${value(id)} = ${text}`;
};
