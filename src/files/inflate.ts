/** Decompression whose output is bounded before it begins. */
import { constants, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { codeOf } from "./code.ts";
import { largestFile } from "./read.ts";

/** Expanded bytes; `tooLong` where there would be more of them than the limit. */
export type Inflated =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  | { readonly kind: "tooLong" }
  | { readonly kind: "damaged" };

const bounded = (inflate: () => Uint8Array): Inflated => {
  try {
    return { kind: "whole", bytes: inflate() };
  } catch (error) {
    return { kind: codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "tooLong" : "damaged" };
  }
};

/** Node refuses a limit of 0. */
const atLeastOne = (limit: number): number => Math.max(1, limit);

export const gunzip = (bytes: Uint8Array, limit: number): Inflated =>
  bounded(() => gunzipSync(bytes, { maxOutputLength: atLeastOne(limit) }));

/** The deflate stream of a zip entry. */
export const inflateRaw = (bytes: Uint8Array, limit: number): Inflated =>
  bounded(() => inflateRawSync(bytes, { maxOutputLength: atLeastOne(limit) }));

/** The deflate stream of a PNG. */
export const inflateWrapped = (bytes: Uint8Array, limit: number): Inflated =>
  bounded(() => inflateSync(bytes, { maxOutputLength: atLeastOne(limit) }));

const headBytes = 2 ** 16;
const begun = { finishFlush: constants.Z_SYNC_FLUSH };

/** What the first 64 KiB of a gzipped file expand to: enough for the header of any format. */
export const gunzipHead = (bytes: Uint8Array): Uint8Array => {
  const head = bounded(() => gunzipSync(bytes.subarray(0, headBytes), begun));
  return head.kind === "whole" ? head.bytes : new Uint8Array();
};

/** The same of the deflate stream of a zip entry. */
export const inflateRawHead = (bytes: Uint8Array): Uint8Array => {
  const head = bounded(() => inflateRawSync(bytes.subarray(0, headBytes), begun));
  return head.kind === "whole" ? head.bytes : new Uint8Array();
};

const always = 2 ** 26;
const ratio = 50;

/** How far a file may expand that does not say how long it will be: to 64 MiB, or 50 times its size. */
export const expansionLimit = (compressed: number): number =>
  Math.min(largestFile, Math.max(always, ratio * compressed));
