/** Memory given out in blocks of a few dozen sizes, each kept for blocks of its size when it comes back. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Memory } from "./engine.ts";
import { heapAt } from "./layout.ts";

export interface Heap {
  /** The address of this many bytes, aligned to 64. Throws if there is no more memory. */
  readonly allocate: (bytes: number) => number;
  readonly free: (address: number) => void;
  readonly floats: (address: number, length: number) => Float32Array;
  readonly ints: (address: number, length: number) => Int32Array;
  /** How many blocks are in use. */
  readonly count: () => number;
}

const page = 65536;

/** Of a memory whose first bytes are `layout.ts`'s. */
export const heapOf = (memory: Memory, maximum: number): Heap => {
  const sizes = new Map<number, number>();
  const free = new Map<number, number[]>();
  let end = heapAt;
  // A growing memory leaves the old views behind.
  const room = (bytes: number): void => {
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / page);
    if (missing <= 0) return;
    try {
      memory.grow(missing);
    } catch {
      const [wanted, most] = [bytes, maximum * page].map((n) => Math.ceil(n / 2 ** 20));
      throw new Error(
        `WebAssembly cannot have ${wanted} MiB of memory here; its limit is ${most} MiB. Use a smaller batch, or another backend`,
      );
    }
  };
  return {
    allocate: (bytes) => {
      const size = blockSize(bytes);
      const address = free.get(size)?.pop() ?? end;
      if (address === end) {
        room(end + size);
        end += size;
      }
      sizes.set(address, size);
      return address;
    },
    free: (address) => {
      const size = sizes.get(address);
      invariant(size !== undefined, "a block is freed that is not in use");
      sizes.delete(address);
      const list = free.get(size);
      if (list === undefined) free.set(size, [address]);
      else list.push(address);
    },
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    ints: (address, length) => new Int32Array(memory.buffer, address, length),
    count: () => sizes.size,
  };
};

/** The next multiple of 64 with at most three leading binary digits after the first: an eighth is lost at most. */
const blockSize = (bytes: number): number => {
  const unit = Math.max(64, 2 ** Math.floor(Math.log2(Math.max(bytes, 1))) / 8);
  return Math.max(64, Math.ceil(bytes / unit) * unit);
};
