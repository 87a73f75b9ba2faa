/** From loop programs to code for a kind of machine. */
import { invariant } from "../../diagnostics/invariant.ts";
import {
  isGiven,
  type Nest,
  type Product,
  type LoopProgram,
  type Statement,
} from "../../loops/program.ts";
import type {
  CodeBuffer,
  CodeFunctionName,
  Kernel,
  Module,
  ScheduleStep,
  CodeTarget,
  Variable,
} from "../code.ts";
import { functionsFor, isFunction } from "../functions/index.ts";
import { accessOf } from "../../loops/analysis/access.ts";

import { flopsOf } from "./flops.ts";
import { freshNames } from "./names.ts";
import { emitNest } from "./nest.ts";
import { emitProduct } from "./product.ts";

/** Code for a planned program. Its statements are partitioned already, or there is one thread. */
export const emit = (program: LoopProgram, target: CodeTarget): Module => {
  const kernels: Kernel[] = [];
  const functions = new Set<string>();
  const freshTime = freshNames();
  const emitSteps = (
    statements: readonly Statement[],
    around: readonly Variable[],
  ): readonly ScheduleStep[] =>
    statements.map((statement): ScheduleStep => {
      if (statement.kind === "barrier") return { kind: "barrier" };
      if (statement.kind === "loop") {
        const variable = freshTime("t");
        const { length, reverse } = statement;
        const body = emitSteps(statement.body, [...around, variable]);
        return { kind: "loop", variable, length, reverse, body };
      }
      const { partitioned, origin } = statement;
      invariant(program.threads === 1 || partitioned !== undefined, "work is not partitioned");
      const threads = partitioned === "alone" ? 1 : program.threads;
      const body =
        statement.kind === "nest"
          ? emitNest(statement, target, threads, around)
          : emitProduct(statement, target, threads, around);
      const name = `k${kernels.length}`;
      for (const called of callsOf(statement)) functions.add(called);
      kernels.push({
        name,
        ...(origin === undefined ? {} : { origin }),
        shape: shapeOf(statement),
        alone: partitioned === "alone",
        times: timesOf(statement, around),
        flops: flopsOf(statement),
        body,
      });
      return { kind: "run", kernel: name };
    });
  const schedule = emitSteps(program.body, []);
  return {
    buffers: buffersOf(program),
    arguments: program.buffers.filter(({ role }) => role !== "temporary").length,
    arena: program.arena,
    threads: program.threads,
    functions: functionsFor(functions),
    kernels,
    schedule,
  };
};

/** Inputs, of which some may be state, are the first arguments, then outputs. */
const buffersOf = (program: LoopProgram): readonly CodeBuffer[] => {
  const next = { inputs: 0, outputs: program.buffers.filter(isGiven).length };
  return program.buffers.map((buffer): CodeBuffer => {
    const { name, dtype, size, role, offset } = buffer;
    const scalar = dtype === "float" ? "f32" : "i32";
    if (role !== "temporary") {
      return {
        name,
        scalar,
        size,
        place: { kind: "argument", index: next[isGiven(buffer) ? "inputs" : "outputs"]++ },
      };
    }
    invariant(offset !== undefined, `${name} has no place`);
    return { name, scalar, size, place: { kind: "arena", offset } };
  });
};

/** Sizes of the result's axes, then those that a product sums over. */
const shapeOf = (statement: Nest | Product): string => {
  const inner = statement.kind === "product" ? statement.terms.map((term) => term.inner) : [];
  const summed = inner.map((sizes) => sizes.join("x")).join("+");
  const sizes = [...statement.axes, ...(summed === "" ? [] : [summed])];
  return `${statement.kind} [${sizes.join("x")}]`;
};

/** The functions of the module that a body may call. */
const callsOf = ({ body }: Nest | Product): readonly CodeFunctionName[] =>
  body.flatMap((one) => {
    if (one.op !== "unary" && one.op !== "binary") return [];
    return isFunction(one.name) ? [one.name] : [];
  });

/** The time variables that move a statement's accesses. */
const timesOf = (statement: Nest | Product, around: readonly Variable[]): readonly Variable[] => {
  const terms = statement.kind === "product" ? statement.terms : [];
  const accesses = [
    ...terms.flatMap(({ a, b }) => [a, b]),
    ...statement.body.flatMap((one) => accessOf(one) ?? []),
  ];
  return around.filter((_, depth) => accesses.some(({ steps }) => steps[depth] !== 0));
};
