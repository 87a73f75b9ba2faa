/** Passes compared with what they are given. */
import { interpretProgram, type BufferContents } from "../../../src/loops/interpret.ts";
import { loopPasses } from "../../../src/loops/passes/index.ts";
import type { LoopProgram } from "../../../src/loops/program.ts";
import { verifyProgram } from "../../../src/loops/verify.ts";

type Inputs = ReadonlyMap<string, ArrayLike<number>>;

/** The largest difference between the outputs of two programs, relative to outputs larger than 1. */
export const programDifference = (a: LoopProgram, b: LoopProgram, inputs: Inputs): number =>
  difference(interpretProgram(a, inputs), interpretProgram(b, inputs));

const difference = (a: BufferContents, b: BufferContents): number => {
  let largest = 0;
  for (const [name, data] of a) {
    const other = b.get(name);
    if (other?.length !== data.length) return Infinity;
    data.forEach((x, i) => {
      const y = other[i] ?? NaN;
      const error = Object.is(x, y) ? 0 : Math.abs(x - y) / Math.max(1, Math.abs(x));
      largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
    });
  }
  return largest;
};

/** Runs the passes one after the other and throws, with the pass' name, where one breaks the program. */
export const checkPasses = (
  program: LoopProgram,
  inputs: Inputs,
  tolerance: number,
): LoopProgram => {
  let current = program;
  let outputs = interpretProgram(program, inputs);
  for (const [name, pass] of loopPasses) {
    current = pass(current);
    try {
      verifyProgram(current);
    } catch (error) {
      throw new Error(`after ${name}: ${String(error)}`, { cause: error });
    }
    const before = outputs;
    outputs = interpretProgram(current, inputs);
    const changed = difference(before, outputs);
    if (!(changed <= tolerance)) throw new Error(`${name} changes results by ${changed}`);
  }
  return current;
};
