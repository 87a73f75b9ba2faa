/** Memory for buffers: aligned to cache lines, and used again by buffers of similar size. */
import { InternalError } from "../../diagnostics/invariant.ts";

/** A piece of memory and its address. */
export interface MemoryBlock {
  readonly bytes: ArrayBuffer;
  /** Where the aligned part begins. */
  readonly offset: number;
  readonly address: bigint;
  /** Bytes of the aligned part. */
  readonly size: number;
}

export interface MemoryPool {
  readonly take: (bytes: number) => MemoryBlock;
  /** Gives back what was taken, once. */
  readonly give: (block: MemoryBlock) => void;
}

const line = 64;
/** What is kept for later at most; the rest is the garbage collector's. */
const keptBytes = 256 * 2 ** 20;

/** `addressOf` tells where an array's first byte is. */
export const openMemory = (addressOf: (array: Uint8Array) => bigint): MemoryPool => {
  const free = new Map<number, MemoryBlock[]>();
  let kept = 0;
  return {
    take: (bytes) => {
      const size = sizeClass(bytes);
      const block = free.get(size)?.pop();
      if (block === undefined) return allocate(size, addressOf);
      kept -= size;
      return block;
    },
    give: (block) => {
      if (kept + block.size > keptBytes) return;
      kept += block.size;
      const blocks = free.get(block.size);
      if (blocks === undefined) free.set(block.size, [block]);
      else blocks.push(block);
    },
  };
};

/** The next multiple of an eighth of the power of two below, or of a line. */
const sizeClass = (bytes: number): number => {
  const unit = Math.max(line, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.max(1, Math.ceil(bytes / unit)) * unit;
};

const allocate = (size: number, addressOf: (array: Uint8Array) => bigint): MemoryBlock => {
  let bytes: ArrayBuffer;
  try {
    bytes = new ArrayBuffer(size + line);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(`not enough memory for ${size} bytes`);
  }
  const address = addressOf(new Uint8Array(bytes));
  const offset = Number((BigInt(line) - (address % BigInt(line))) % BigInt(line));
  if (offset >= line) throw new InternalError(`misaligned by ${offset}`);
  return { bytes, offset, address: address + BigInt(offset), size };
};
