/** Memory given out in blocks from the smallest hole that fits; holes that touch become one. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { WasmMemory } from "./engine.ts";
import { heapAt } from "./control-words.ts";

export interface Heap {
  /** The address of this many bytes, aligned to 64. Throws if there is no more memory. */
  readonly allocate: (bytes: number) => number;
  readonly free: (address: number) => void;
  readonly floats: (address: number, length: number) => Float32Array;
  readonly ints: (address: number, length: number) => Int32Array;
  /** How many blocks are in use. */
  readonly count: () => number;
}

interface Hole {
  readonly address: number;
  readonly size: number;
}

const page = 65536;

/** How many pages a memory grows by at least: growing asks the system, untouched pages cost nothing. */
const pagesAtOnce = 256;

/** Of a memory whose first bytes are `layout.ts`'s. */
export const heapOf = (memory: WasmMemory, maximum: number): Heap => {
  const sizes = new Map<number, number>();
  /** In the order of addresses; none touches the next one or `end`. */
  const holes: Hole[] = [];
  let end = heapAt;
  // A growing memory leaves the old views behind.
  const room = (bytes: number): void => {
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / page);
    if (missing <= 0) return;
    const left = maximum - memory.buffer.byteLength / page;
    try {
      memory.grow(Math.max(missing, Math.min(left, pagesAtOnce)));
    } catch {
      const [wanted, most] = [bytes, maximum * page].map((n) => Math.ceil(n / 2 ** 20));
      throw new Error(
        `WebAssembly cannot have ${wanted} MiB of memory here; its limit is ${most} MiB. Use a smaller batch, or another backend`,
      );
    }
  };
  return {
    allocate: (bytes) => {
      const size = Math.max(64, Math.ceil(bytes / 64) * 64);
      const best = smallest(holes, size);
      const hole = holes[best];
      if (hole === undefined) {
        room(end + size);
        end += size;
        sizes.set(end - size, size);
        return end - size;
      }
      if (hole.size === size) holes.splice(best, 1);
      else holes[best] = { address: hole.address + size, size: hole.size - size };
      sizes.set(hole.address, size);
      return hole.address;
    },
    free: (address) => {
      const size = sizes.get(address);
      invariant(size !== undefined, "a block is freed that is not in use");
      sizes.delete(address);
      const after = holes.findIndex((hole) => hole.address > address);
      const at = after < 0 ? holes.length : after;
      const [left, right] = [holes[at - 1], holes[at]];
      const joinsLeft = left !== undefined && left.address + left.size === address;
      const joinsRight = right !== undefined && address + size === right.address;
      const joined = {
        address: joinsLeft ? left.address : address,
        size: size + (joinsLeft ? left.size : 0) + (joinsRight ? right.size : 0),
      };
      const kept = joined.address + joined.size === end ? [] : [joined];
      if (kept.length === 0) end = joined.address;
      const from = joinsLeft ? at - 1 : at;
      holes.splice(from, (joinsLeft ? 1 : 0) + (joinsRight ? 1 : 0), ...kept);
    },
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    ints: (address, length) => new Int32Array(memory.buffer, address, length),
    count: () => sizes.size,
  };
};

/** The place of the smallest hole of at least this size; that of none if there is none. */
const smallest = (holes: readonly Hole[], size: number): number => {
  let best = -1;
  holes.forEach((hole, i) => {
    if (hole.size >= size && hole.size < (holes[best]?.size ?? Number.POSITIVE_INFINITY)) best = i;
  });
  return best;
};
