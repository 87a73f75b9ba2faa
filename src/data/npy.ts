/** NumPy's .npy and .npz (a zip of them). */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { largestFile } from "../files/read.ts";
import { readZip, type ZipEntry } from "../files/zip.ts";
import type { DenseArray } from "./array.ts";
import { decodeElements, fromColumnOrder, isElementType, sizeOf } from "./elements.ts";
import { beyondLimit, malformedFile, notData } from "./errors.ts";
import { readNpyHeader, type NpyHeader } from "./npy-header.ts";

/** What is no plain number, by NumPy's letter: its name and what to do. */
const others: Readonly<Record<string, readonly [name: string, help: string]>> = {
  O: ["Python objects", 'save numbers: numpy.asarray(x, dtype="float32")'],
  U: ["texts", "save their codes: numpy.unique(x, return_inverse=True)[1]"],
  S: ["texts", "save their codes: numpy.unique(x, return_inverse=True)[1]"],
  c: ["complex numbers", "save x.real and x.imag as two arrays"],
  f: ["long doubles", 'save x.astype("float64")'],
  M: ["dates", 'save numbers: (x - x[0]) / numpy.timedelta64(1, "s")'],
  m: ["durations", 'save numbers: x / numpy.timedelta64(1, "s")'],
};

/** An array that is whole but of no plain numbers: no fault of the file, but nothing for a model. */
const notNumbers = (path: string, { descr }: NpyHeader): Diagnostic => {
  if (typeof descr !== "string") {
    const fields = descr.join(", ");
    return notData(path, `its elements are records of ${fields}, not plain numbers`, [
      "save each field of the record as an array of its own",
    ]);
  }
  const [name, help] = others[descr.slice(1, 2)] ?? ["no numbers", 'save x.astype("float32")'];
  return notData(path, `its elements are ${name} ('${descr}'), not plain numbers`, [help]);
};

/** The number of bytes that a header promises; `undefined` for other than plain numbers or no header. */
export const declaredNpyBytes = (head: Uint8Array): number | undefined => {
  const header = readNpyHeader(head);
  if (typeof header === "string" || typeof header.descr !== "string") return undefined;
  const type = header.descr.slice(1);
  return isElementType(type) ? header.begin + header.count * sizeOf(type) : undefined;
};

/** `path` is for messages. */
export const parseNpy = (bytes: Uint8Array, path: string): Result<DenseArray> => {
  const header = readNpyHeader(bytes);
  if (typeof header === "string") return failure(malformedFile(path, header));
  const { descr, fortran, shape, count, begin } = header;
  const type = typeof descr === "string" && /^[<>|=]/u.test(descr) ? descr.slice(1) : "";
  if (!isElementType(type)) return failure(notNumbers(path, header));
  const promised = begin + count * sizeOf(type);
  if (bytes.length < promised) {
    const reason = `it is cut short: ${count} elements need ${promised} bytes, it has ${bytes.length}`;
    return failure(malformedFile(path, reason));
  }
  if (bytes.length > promised) {
    const reason = `it goes on after its ${count} elements: ${bytes.length} bytes, not ${promised}`;
    return failure(malformedFile(path, reason, ["save one array a file, or several as .npz"]));
  }
  const bigEndian = String(descr).startsWith(">");
  const array = decodeElements(bytes, begin, shape, { type, bigEndian }, path);
  if (!array.ok) return array;
  const { data } = array.value;
  if (type === "b1" && data.some((value) => value > 1)) {
    return failure(malformedFile(path, "one of its booleans is neither 0 nor 1"));
  }
  return fortran && shape.length > 1 ? success(fromColumnOrder(array.value)) : array;
};

const parseEntry = (entry: ZipEntry, path: string): Result<DenseArray> => {
  const where = `${path} (${entry.name})`;
  if (!entry.name.endsWith(".npy")) return failure(notData(where, "it is no .npy file"));
  const header = readNpyHeader(entry.head());
  if (typeof header === "string") return failure(malformedFile(where, header));
  const promised = declaredNpyBytes(entry.head());
  if (promised === undefined) return failure(notNumbers(where, header));
  if (promised !== entry.size) {
    const reason = `its header promises ${promised} bytes, the archive ${entry.size}`;
    return failure(malformedFile(where, reason));
  }
  const content = entry.content();
  return typeof content === "string"
    ? failure(malformedFile(path, content))
    : parseNpy(content, where);
};

/**
 * The arrays of an archive by their keys, those only that `isWanted`; each that is none says why. Expanded is what is
 * wanted, one entry at a time.
 */
export const parseNpz = (
  bytes: Uint8Array,
  path: string,
  isWanted: (key: string) => boolean = () => true,
): Result<ReadonlyMap<string, Result<DenseArray> | "unread">> => {
  const entries = readZip(bytes);
  if (typeof entries === "string") return failure(malformedFile(path, entries));
  const arrays = new Map<string, Result<DenseArray> | "unread">();
  let total = 0;
  for (const entry of entries) {
    const key = entry.name.replace(/\.npy$/u, "");
    if (arrays.has(key)) {
      return failure(malformedFile(path, `it has two entries for ${JSON.stringify(key)}`));
    }
    if (!isWanted(key)) {
      arrays.set(key, "unread");
      continue;
    }
    total += entry.size;
    if (total > largestFile) {
      const reason = `its arrays have more than ${largestFile} bytes`;
      return failure(beyondLimit(path, reason, ["give each part a file of its own"]));
    }
    arrays.set(key, parseEntry(entry, path));
  }
  return success(arrays);
};
