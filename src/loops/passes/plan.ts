import type { LoopProgram } from "../program.ts";
import { livesOf } from "./plan/lives.ts";
import { pack } from "./plan/pack.ts";

/** Elements in a cache line: where buffers start, so that vectors do not straddle lines. */
const line = 16;

/**
 * Gives every temporary a place in the arena, so that those that are never live at once share memory. What one
 * statement accesses is live at once: its buffers never overlap. Memory that the program needs besides its inputs and
 * outputs: 4 · `arena` bytes.
 */
export function plan(program: LoopProgram): LoopProgram {
  const lives = livesOf(program);
  const temporaries = program.buffers.filter(({ role }) => role === "temporary");
  const items = temporaries.map(({ name, size }) => ({
    size: Math.ceil(size / line) * line,
    ...(lives.get(name) ?? { from: -1, to: -1 }),
  }));
  const { offsets, size } = pack(items);
  const places = new Map(temporaries.map(({ name }, index) => [name, offsets[index] ?? 0]));
  const buffers = program.buffers.map((buffer) => {
    const offset = places.get(buffer.name);
    return offset === undefined ? buffer : { ...buffer, offset };
  });
  return { ...program, buffers, arena: size };
}
