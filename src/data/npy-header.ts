/** The header of NumPy's .npy (format versions 1 to 3): a Python literal, read as data and never evaluated. */
import { countElements } from "./elements.ts";

export interface NpyHeader {
  /** `<f4`; of a record its fields. */
  readonly descr: string | readonly string[];
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly count: number;
  /** Where the elements begin. */
  readonly begin: number;
}

const magic: readonly number[] = [0x93, ...new TextEncoder().encode("NUMPY")];
/** NumPy itself refuses to evaluate more than 10,000 characters. */
const longest = 2 ** 16;

/** The value of one key and the text after it. */
type Taken = readonly [value: string | readonly string[], rest: string];

const take = (text: string, form: RegExp): Taken | undefined => {
  const found = form.exec(text);
  return found === null ? undefined : [found[1] ?? "", text.slice(found[0].length)];
};

/** A list of fields, `[('a', '<f4'), ('b', '<i8', (3,))]`, as their names. */
const takeRecord = (text: string): Taken | undefined => {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "[" || character === "(") depth += 1;
    if (character === "]" || character === ")") depth -= 1;
    if (depth > 0) continue;
    if (character !== "]") return undefined;
    const names = [...text.slice(0, at).matchAll(/\(\s*'([^']*)'/gu)].map(([, name = ""]) => name);
    return [names, text.slice(at + 1)];
  }
  return undefined;
};

const values: Readonly<Record<string, (text: string) => Taken | undefined>> = {
  descr: (text) =>
    text.startsWith("[")
      ? takeRecord(text)
      : (take(text, /^'([^']*)'/u) ?? take(text, /^"([^"]*)"/u)),
  fortran_order: (text) => take(text, /^(True|False)/u),
  shape: (text) => take(text, /^\(((?:\s*\d+L?\s*,)*\s*(?:\d+L?)?\s*)\)/u),
};

/** The three entries, each once, in any order. */
const readLiteral = (text: string): ReadonlyMap<string, Taken[0]> | undefined => {
  const found = new Map<string, Taken[0]>();
  let rest = text.trim();
  if (!rest.startsWith("{")) return undefined;
  rest = rest.slice(1).trimStart();
  while (!rest.startsWith("}")) {
    const key = /^'(\w+)'\s*:\s*/u.exec(rest);
    const name = key?.[1] ?? "";
    const read = Object.hasOwn(values, name) ? values[name] : undefined;
    const taken = read?.(rest.slice(key?.[0].length));
    if (taken === undefined || found.has(name)) return undefined;
    found.set(name, taken[0]);
    rest = taken[1].trimStart();
    if (rest.startsWith(",")) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith("}")) return undefined;
  }
  return rest === "}" && found.size === 3 ? found : undefined;
};

/** Reads the header from the beginning of a file, or says why it has none. */
export const readNpyHeader = (bytes: Uint8Array): NpyHeader | string => {
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) {
    return "it does not start like a .npy file";
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) return `it is of version ${version} of the format, not 1 to 3`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version > 1 ? 12 : 10;
  const length = version > 1 ? view.getUint32(8, true) : view.getUint16(8, true);
  const begin = start + length;
  if (begin > bytes.length || length > longest) return "its header is longer than the file";
  const literal = readLiteral(new TextDecoder("latin1").decode(bytes.subarray(start, begin)));
  const [descr, order, sizes] = ["descr", "fortran_order", "shape"].map((key) => literal?.get(key));
  if (descr === undefined || typeof order !== "string" || typeof sizes !== "string") {
    return "its header cannot be read";
  }
  const shape = sizes
    .split(",")
    .flatMap((size) => (size.trim() === "" ? [] : Number(size.trim().replace("L", ""))));
  const count = countElements(shape);
  return count === undefined || shape.length > 32
    ? `no file holds an array of shape [${sizes}]`
    : { descr, fortran: order === "True", shape, count, begin };
};
