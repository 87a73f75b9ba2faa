/** Valid files of every format and random damage to them. */
import { drawFrom } from "../support.ts";
import { gzip, idx, npy, npz } from "./encode.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const table = "sequence,step,x.0,x.1\na,1,1,2\na,2,3,4\nb,1,5,6\nb,2,7,8\nc,1,9,10\nc,2,11,12\n";
const lists = JSON.stringify({
  x: [
    [
      [1, 2],
      [3, 4],
    ],
    [[5, 6]],
    [
      [7, 8],
      [9, 10],
      [11, 12],
    ],
  ],
});
const rolls = JSON.stringify({ train: [[[60, 64], []], [[21]]], test: [[[22]]] });

export interface ValidFile {
  readonly name: string;
  readonly source: "sequences" | "piano_roll" | "images";
  readonly bytes: Uint8Array;
  /** Its format sums its bytes up, so that damage is either noticed or harmless. */
  readonly summed: boolean;
}

const plain: readonly ValidFile[] = [
  { name: "a.npy", source: "sequences", bytes: npy(x, [3, 2, 2]), summed: false },
  {
    name: "b.npy",
    source: "sequences",
    bytes: npy(x, [3, 2, 2], { type: "f8", order: ">", fortran: true, version: 2 }),
    summed: false,
  },
  {
    name: "c.npz",
    source: "sequences",
    bytes: npz({ "x.npy": npy(x, [3, 4]), "lengths.npy": npy([1, 2, 4], [3]) }),
    summed: true,
  },
  {
    name: "d.npz",
    source: "sequences",
    bytes: npz({ "x.npy": npy(x, [3, 4]) }, 0),
    summed: true,
  },
  { name: "e.csv", source: "sequences", bytes: utf8(table), summed: false },
  { name: "f.tsv", source: "sequences", bytes: utf8(table.replaceAll(",", "\t")), summed: false },
  { name: "g.json", source: "sequences", bytes: utf8(lists), summed: false },
  { name: "h.idx", source: "sequences", bytes: idx(8, "u1", x, [3, 4]), summed: false },
  { name: "i.idx", source: "images", bytes: idx(8, "u1", x, [3, 2, 2]), summed: false },
  { name: "j.json", source: "piano_roll", bytes: utf8(rolls), summed: false },
];

export const validFiles: readonly ValidFile[] = plain.flatMap((file) =>
  file.summed
    ? [file]
    : [file, { ...file, name: `${file.name}.gz`, bytes: gzip(file.bytes), summed: true }],
);

/** Numbers that a header may be made to say. */
const lies = ["-1", "0", "99999999999999999999", "4294967295", "1e9", "65536", "2147483648", "NaN"];

/** The file with one to four random changes. */
export const damaged = ({ bytes }: ValidFile, seed: number): Uint8Array => {
  const draw = drawFrom(seed);
  let result = Uint8Array.from(bytes);
  for (let left = 1 + draw(4); left > 0; left -= 1) {
    const at = draw(result.length + 1);
    const to = Math.min(result.length, at + 1 + draw(8));
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const changes: readonly (() => Uint8Array)[] = [
      () => before,
      () => Buffer.concat([before, result.subarray(to)]),
      () => Buffer.concat([before, Uint8Array.of(draw(256)), after]),
      () => Buffer.concat([before, utf8(lies[draw(lies.length)] ?? ""), result.subarray(to)]),
      () => Buffer.concat([before, result.subarray(0, draw(result.length + 1)), after]),
      () => flipped(result, at, 1 << draw(8)),
      () => flipped(result, at, 0xff),
      () => filled(result, at, to, draw(2) * 0xff),
    ];
    result = Uint8Array.from(changes[draw(changes.length)]?.() ?? result);
  }
  return result;
};

const flipped = (bytes: Uint8Array, at: number, bits: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ bits : byte));

const filled = (bytes: Uint8Array, from: number, to: number, by: number): Uint8Array =>
  bytes.map((byte, i) => (i >= from && i < to ? by : byte));
