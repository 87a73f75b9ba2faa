/** Grey PNG images (ISO/IEC 15948) of 1 to 16 bits a pixel, not interlaced. */
import { crc32 } from "../files/crc.ts";
import { inflateWrapped } from "../files/inflate.ts";

/** Grey levels from 0, black, to 255, row by row. */
export interface GreyImage {
  readonly height: number;
  readonly width: number;
  readonly levels: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const longestSide = 4096;
const colours: ReadonlyMap<number, string> = new Map([
  [2, "in colour"],
  [3, "in colours of a palette"],
  [4, "partly transparent"],
  [6, "in colour and partly transparent"],
]);

/** The content of each chunk by its type; those of one type one after the other. */
const readChunks = (bytes: Uint8Array): ReadonlyMap<string, readonly Uint8Array[]> | string => {
  if (signature.some((byte, i) => bytes[i] !== byte)) return "it does not start like a PNG file";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array[]>();
  let at = signature.length;
  while (!chunks.has("IEND")) {
    if (at + 12 > bytes.length) return "it is cut short";
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) return "it is cut short";
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      return "it is damaged: a sum is wrong";
    }
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, end)]);
    at = end + 4;
  }
  return chunks;
};

const readHeader = (content: Uint8Array | undefined): Header | string => {
  if (content?.length !== 13) return "its header is damaged";
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits = 0, colour = 0, , , interlaced] = content.subarray(8);
  if (colour !== 0) return `it is ${colours.get(colour) ?? "of an unknown kind"}, not grey`;
  if (interlaced !== 0) return "it is interlaced";
  if (![1, 2, 4, 8, 16].includes(bits)) return `it has ${bits} bits a pixel`;
  return width < 1 || height < 1 || width > longestSide || height > longestSide
    ? `its size is ${width} x ${height}; sides are at most ${longestSide}`
    : { width, height, bits };
};

const paeth = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** Undoes the filter of each row, whose kind is its first byte; `step` is the distance to the pixel on the left. */
const unfilter = (rows: Uint8Array, height: number, stride: number, step: number): boolean => {
  for (let y = 0; y < height; y += 1) {
    const begin = y * (stride + 1) + 1;
    const above = begin - stride - 1;
    const kind = rows[begin - 1] ?? 0;
    if (kind > 4) return false;
    for (let x = 0; x < stride; x += 1) {
      const left = x >= step ? (rows[begin + x - step] ?? 0) : 0;
      const up = y > 0 ? (rows[above + x] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (rows[above + x - step] ?? 0) : 0;
      const added = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind] ?? 0;
      rows[begin + x] = ((rows[begin + x] ?? 0) + added) & 0xff;
    }
  }
  return true;
};

/** Reads an image, or says why it is none. */
export const readGreyPng = (bytes: Uint8Array): GreyImage | string => {
  const chunks = readChunks(bytes);
  if (typeof chunks === "string") return chunks;
  const header = readHeader(chunks.get("IHDR")?.[0]);
  if (typeof header === "string") return header;
  if (chunks.has("tRNS")) return "it is partly transparent, not grey";
  const { width, height, bits } = header;
  const stride = Math.ceil((width * bits) / 8);
  const size = height * (stride + 1);
  const inflated = inflateWrapped(Buffer.concat(chunks.get("IDAT") ?? []), size);
  if (inflated.kind !== "whole" || inflated.bytes.length !== size) return "its pixels are damaged";
  const rows = inflated.bytes;
  if (!unfilter(rows, height, stride, Math.max(1, bits / 8))) return "its pixels are damaged";
  const levels = new Uint8Array(width * height);
  const scale = 255 / (2 ** Math.min(bits, 8) - 1);
  for (let y = 0; y < height; y += 1) {
    const begin = y * (stride + 1) + 1;
    for (let x = 0; x < width; x += 1) {
      const bit = x * bits;
      const byte = rows[begin + (bit >> 3)] ?? 0;
      // Of 16 bits the first 8 are what 255 levels can tell.
      const level = bits >= 8 ? byte : (byte >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
      levels[y * width + x] = level * scale;
    }
  }
  return { width, height, levels };
};
