/** Who loads what. */
import type { BufferName, LoopProgram, Statement } from "../program.ts";

/** How many instructions and operands load from each buffer. */
export const loadCounts = (program: LoopProgram): ReadonlyMap<BufferName, number> => {
  const counts = new Map<BufferName, number>();
  const count = (buffer: BufferName): void => {
    counts.set(buffer, (counts.get(buffer) ?? 0) + 1);
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === "loop") visit(statement.body);
      if (statement.kind === "product")
        for (const { a, b } of statement.terms) for (const { buffer } of [a, b]) count(buffer);
      if (statement.kind === "nest" || statement.kind === "product")
        for (const one of statement.body) if (one.op === "load") count(one.from.buffer);
    }
  };
  visit(program.body);
  return counts;
};
