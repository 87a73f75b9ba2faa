/** What instructions cost, roughly. */
import type { BinaryOp, Instruction, UnaryOp } from "../program.ts";

/** For one element, or one vector, in additions. */
const costs: Readonly<Record<UnaryOp | BinaryOp, number>> = {
  neg: 1,
  exp: 16,
  log: 20,
  sqrt: 4,
  square: 1,
  reciprocal: 4,
  abs: 1,
  sign: 1,
  sin: 32,
  cos: 32,
  tanh: 24,
  sigmoid: 20,
  softplus: 32,
  relu: 1,
  lgamma: 90,
  digamma: 50,
  trigamma: 30,
  add: 1,
  sub: 1,
  mul: 1,
  div: 4,
  pow: 40,
  max: 1,
  min: 1,
  greater: 1,
  equal: 1,
};

/** What an instruction costs for one vector, or one element, in additions. */
export const costOf = (instruction: Instruction): number =>
  "name" in instruction ? costs[instruction.name] : 1;

/** Whether it takes as long as some ten additions. */
export const isSlow = (instruction: Instruction): boolean => costOf(instruction) >= 10;
