/** NumPy's .npy (format versions 1 to 3) and .npz (a zip of them). */
import { unzipSync } from "fflate";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { volume, type DenseArray, type Numbers } from "./array.ts";
import { malformedFile } from "./errors.ts";

type Read = (view: DataView, at: number, little: boolean) => number;

/** By NumPy's letter and size. */
const elements: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["b1", (view, at) => view.getUint8(at)],
  ["u1", (view, at) => view.getUint8(at)],
  ["i1", (view, at) => view.getInt8(at)],
  ["u2", (view, at, little) => view.getUint16(at, little)],
  ["i2", (view, at, little) => view.getInt16(at, little)],
  ["u4", (view, at, little) => view.getUint32(at, little)],
  ["i4", (view, at, little) => view.getInt32(at, little)],
  ["u8", (view, at, little) => Number(view.getBigUint64(at, little))],
  ["i8", (view, at, little) => Number(view.getBigInt64(at, little))],
  ["f4", (view, at, little) => view.getFloat32(at, little)],
  ["f8", (view, at, little) => view.getFloat64(at, little)],
]);

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The header is a Python literal of a fixed form: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
const parseHeader = (text: string): Header | undefined => {
  const descr = /'descr'\s*:\s*'([^']*)'/u.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/u.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/u.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) return undefined;
  const sizes = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : Number(part)));
  return { descr, fortran: order === "True", shape: sizes };
};

const magic: readonly number[] = [0x93, ...new TextEncoder().encode("NUMPY")];

/** `path` is for messages. */
export const parseNpy = (bytes: Uint8Array, path: string): Result<DenseArray> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) {
    return failure(malformedFile(path, "it does not start like a .npy file"));
  }
  const wide = view.getUint8(6) > 1;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(start, start + length)));
  if (header === undefined) return failure(malformedFile(path, "its header cannot be read"));
  const { descr, fortran, shape } = header;
  const read = elements.get(descr.slice(1));
  if (read === undefined) {
    return failure(malformedFile(path, `its elements are of type '${descr}', not plain numbers`));
  }
  if (fortran && shape.length > 1) {
    return failure(
      malformedFile(path, "it is in column order; save numpy.ascontiguousarray(...) instead"),
    );
  }
  const size = Number(descr.slice(2));
  const count = volume(shape);
  const begin = start + length;
  if (bytes.length < begin + count * size) {
    return failure(
      malformedFile(path, `it is cut short: ${count} elements need ${begin + count * size} bytes`),
    );
  }
  const little = !descr.startsWith(">");
  const data: Numbers =
    descr.slice(1) === "u1" || descr.slice(1) === "b1"
      ? bytes.slice(begin, begin + count)
      : Float32Array.from({ length: count }, (_, i) => read(view, begin + i * size, little));
  return success({ shape, data });
};

/** Every array of an archive by its key. */
export const parseNpz = (
  bytes: Uint8Array,
  path: string,
): Result<ReadonlyMap<string, DenseArray>> => {
  const arrays = new Map<string, DenseArray>();
  let entries: Readonly<Record<string, Uint8Array>>;
  try {
    entries = unzipSync(bytes);
  } catch {
    return failure(malformedFile(path, "it is no whole zip archive"));
  }
  for (const [entry, content] of Object.entries(entries)) {
    const array = parseNpy(content, `${path} (${entry})`);
    if (!array.ok) return array;
    arrays.set(entry.replace(/\.npy$/u, ""), array.value);
  }
  return success(arrays);
};
