import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join as path } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openDataset } from "../../../src/data/open.ts";
import { temporaryFolder } from "../support.ts";
import { gzip, idx, join, npy, npyHeader, npz, patched } from "./encode.ts";
import { everythingIn } from "./everything.ts";

// Files that lie, files that would take all memory, and files whose numbers could only be guessed.

const folder = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const openOnly = (file: string): ReturnType<typeof openDataset> =>
  openDataset({ name: "sequences", arguments: { file } }, { baseDirectory: folder });
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain = npy([1, 2, 3, 4], [2, 2]);
/** A .npy file of 16 bytes of content with another header. */
const lying = (descr: string, shape: string, content = 16): Uint8Array =>
  join(
    npyHeader(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`),
    new Uint8Array(content),
  );
const zipped = npz({ "x.npy": plain }, 0);
/** Offset of the first entry of the directory of an archive without compression. */
const directory = Buffer.from(zipped).indexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
const zeros = new Uint8Array(100_000_000);
const mark = (bytes: Uint8Array, ...head: readonly number[]): Uint8Array =>
  join(Uint8Array.from(head), bytes);

type Case = readonly [
  what: string,
  name: string,
  content: Uint8Array | string,
  code: string,
  says: RegExp,
  given?: Readonly<Record<string, string | number | boolean>>,
];

const cases: readonly Case[] = [
  ["a shape beyond the file", "a.npy", lying("'<f4'", "(2, 99999999999)"), "E0604", /cut short/u],
  ["a negative size", "a.npy", lying("'<f4'", "(2, -2)"), "E0604", /header cannot be read/u],
  [
    "sizes beyond all numbers",
    "a.npy",
    lying("'<f4'", "(99999999999999999999, 2)"),
    "E0604",
    /no file holds/u,
  ],
  [
    "more after the elements",
    "a.npy",
    join(plain, plain),
    "E0604",
    /goes on after its 4 elements/u,
  ],
  [
    "a header that is a program",
    "a.npy",
    lying("__import__('os').system('id')", "(2, 2)"),
    "E0604",
    /header cannot/u,
  ],
  [
    "a header longer than the file",
    "a.npy",
    patched(plain, 8, [0xff, 0xff]),
    "E0604",
    /longer than the file/u,
  ],
  ["Python objects", "a.npy", lying("'|O'", "(2, 2)"), "E0618", /Python objects/u],
  ["texts", "a.npy", lying("'<U2'", "(2, 2)"), "E0618", /texts/u],
  ["complex numbers", "a.npy", lying("'<c8'", "(2, 1)"), "E0618", /complex numbers/u],
  ["long doubles", "a.npy", lying("'<f16'", "(1, 1)"), "E0618", /long doubles/u],
  [
    "records",
    "a.npy",
    lying("[('t', '<f4'), ('y', '<f4')]", "(2, 1)"),
    "E0618",
    /records of t, y/u,
  ],
  [
    "a boolean of 7",
    "a.npy",
    npy([1, 7], [2, 1], { type: "u1", order: "|", fortran: false, version: 1 }).map((b, i, all) =>
      b === 0x75 && all[i + 1] === 0x31 ? 0x62 : b,
    ),
    "E0604",
    /neither 0 nor 1/u,
  ],
  [
    "a whole number above 2^24",
    "a.npy",
    npy([16777217, 1], [2, 1], { type: "i8", order: "<", fortran: false, version: 1 }),
    "E0613",
    /element \[0, 0\].*16777217/u,
  ],
  [
    "a whole number above 2^24 among doubles that are all whole",
    "a.npy",
    npy([1700000001, 1], [2, 1], { type: "f8", order: "<", fortran: false, version: 1 }),
    "E0613",
    /element \[0, 0\].*1700000001/u,
  ],
  [
    "a count as numpy.savetxt writes it",
    "a.csv",
    "x,y\n1.500000000000000000e+00,2\n1.677721700000000000e+07,3\n",
    "E0613",
    /line 3, column 1.*1\.677721700000000000e\+07/u,
  ],
  [
    "points between thousands in another column",
    "a.csv",
    "x;y\n1.000;2\n2.000;1.234,50\n",
    "E0615",
    /line 2 has a decimal point, line 3 a decimal comma/u,
  ],
  [
    "a whole number above 2^24 with a point",
    "a.csv",
    utf8("x,y\n1,2\n16777217.0,3\n"),
    "E0613",
    /line 3, column 1.*16777217\.0/u,
  ],
  [
    "a double that floats do not reach",
    "a.npy",
    npy([1, 1e300], [2, 1], { type: "f8", order: "<", fortran: false, version: 1 }),
    "E0613",
    /element \[1, 0\].*1e\+300/u,
  ],
  ["no sequences", "a.npy", npy([], [0, 5]), "E0617", /no sequences/u],
  ["no steps", "a.npy", npy([], [5, 0]), "E0617", /no steps/u],
  ["IDX of no images", "a.idx", idx(8, "u1", [], [0, 28, 28]), "E0617", /no sequences/u],
  [
    "IDX sizes beyond the file",
    "a.idx",
    patched(idx(8, "u1", [1, 2], [2, 1]), 4, [255, 255, 255, 255]),
    "E0604",
    /promises/u,
  ],
  ["a gzip bomb of text", "a.csv.gz", gzip(zeros), "E0611", /expand to more than/u],
  [
    "a gzip bomb behind a small header",
    "a.npy.gz",
    gzip(join(plain, zeros)),
    "E0604",
    /goes on after the \d+ bytes/u,
  ],
  [
    "a gzip bomb without a header",
    "a.idx.gz",
    gzip(join(utf8("x"), zeros)),
    "E0604",
    /does not start/u,
  ],
  [
    "a gzipped header that promises terabytes",
    "a.npy.gz",
    gzip(lying("'<f4'", "(9999999, 99999)")),
    "E0611",
    /promises/u,
  ],
  ["a torn gzip file", "a.csv.gz", gzip(utf8("x\n1\n")).slice(0, 15), "E0604", /no whole gzip/u],
  ["a zip bomb", "a.npz", npz({ "x.npy": join(plain, zeros) }), "E0604", /promises/u],
  ["an entry that climbs", "a.npz", npz({ "../x.npy": plain }), "E0604", /outside of the archive/u],
  ["an entry of the root", "a.npz", npz({ "/x.npy": plain }), "E0604", /outside of the archive/u],
  ["two entries for a key", "a.npz", npz({ "x.npy": plain, x: plain }), "E0604", /two entries/u],
  ["an encrypted entry", "a.npz", patched(zipped, directory + 8, [1]), "E0604", /encrypted/u],
  ["an entry packed by bzip2", "a.npz", patched(zipped, directory + 10, [12]), "E0604", /bzip2/u],
  [
    "an entry with a wrong sum",
    "a.npz",
    patched(zipped, zipped.length - directory > 0 ? directory - 1 : 0, [7]),
    "E0604",
    /sum is wrong/u,
  ],
  ["a torn archive", "a.npz", zipped.slice(0, zipped.length - 30), "E0604", /no whole zip/u],
  ["JSON nested without end", "a.json", "[".repeat(5_000_000), "E0611", /nested deeper/u],
  ["objects nested without end", "a.json", '{"a":'.repeat(1_000_000), "E0611", /nested deeper/u],
  ["JSON of two values for a key", "a.json", '{"x": [[1]], "x": [[2]]}', "E0604", /a second "x"/u],
  ["JSON of unequal depths", "a.json", "[[1, [2]]]", "E0604", /unequal depths/u],
  ["JSON that Python wrote with NaN", "a.json", "[[1, NaN]]", "E0614", /NaN/u],
  ["JSON with null", "a.json", "[[1,\n null]]", "E0614", /line 2/u],
  ["JSON of records", "a.json", '[{"x": 1}, {"x": 2}]', "E0618", /an object in a list/u],
  ["JSON ids that round", "a.json", "[[9007199254740993]]", "E0613", /9007199254740993/u],
  ["JSON of no sequences", "a.json", "[]", "E0617", /no sequences/u],
  ["a JSON sequence of no steps", "a.json", "[[1], []]", "E0617", /sequence 2 has no steps/u],
  ["a JSON test split of none", "a.json", '{"train": [[1]], "test": []}', "E0617", /test/u],
  ["JSON that ends early", "a.json", "[[1,", "E0604", /no JSON: line 1/u],
  ["JSON with more after it", "a.json", "[[1]] 2", "E0604", /nothing more/u],
  [
    "JSON in UTF-16",
    "a.json",
    mark(new Uint8Array(Uint16Array.from("[[1]]", (c) => c.charCodeAt(0)).buffer), 0xff, 0xfe),
    "E0612",
    /UTF-16/u,
  ],
  [
    "JSON in UTF-16 without a mark",
    "a.json",
    new Uint8Array(Uint16Array.from("[[1]]", (c) => c.charCodeAt(0)).buffer),
    "E0612",
    /UTF-16/u,
  ],
  [
    "a table in Latin-1",
    "a.csv",
    join(utf8("x,caf"), Uint8Array.of(0xe9), utf8("\n1,2\n")),
    "E0612",
    /Latin-1/u,
  ],
  [
    "a table of null bytes",
    "a.csv",
    join(utf8("x\n1\n"), new Uint8Array(9)),
    "E0604",
    /null bytes/u,
  ],
  ["a million columns", "a.csv", `${"1,".repeat(1_000_000)}1\n`, "E0611", /cells/u],
  ["one endless cell", "a.csv", "1".repeat(5_000_000), "E0611", /characters/u],
  [
    "a quote that never closes",
    "a.csv",
    `x\n"${"1\n".repeat(100_000)}`,
    "E0604",
    /line 2: a quote/u,
  ],
  ["text after a quote", "a.csv", 'x\n"1"2\n', "E0604", /follows a closing quote/u],
  ["a row too short", "a.csv", "x.0,x.1\n1,2\n\n3\n", "E0604", /line 4: 1 cells/u],
  ["two columns of a name", "a.csv", "x,x\n1,2\n", "E0615", /both named/u],
  ["a gap between columns", "a.csv", "x.0,x.2\n1,2\n", "E0615", /`x.2` after `x.0`/u],
  ["a column and a vector of one name", "a.csv", "x,x.1\n1,2\n", "E0615", /a column and a vector/u],
  ["a header of numbers", "a.csv", "0,1\n5,6\n", "E0615", /may hold data or/u],
  ["a first line of both", "a.csv", "a,0.5\n1,2\n", "E0615", /names and numbers/u],
  ["spaces between columns", "a.csv", "1 2\n3 4\n", "E0615", /spaces/u],
  [
    "decimal points and commas",
    "a.csv",
    "x.0;x.1\n1,5;2\n1.5;2\n",
    "E0615",
    /decimal point.*decimal comma/u,
  ],
  ["thousands", "a.csv", 'x\n"1,234"\n', "E0618", /is not a number/u],
  ["hexadecimal", "a.csv", "x\n0x10\n", "E0618", /line 2, column 1: "0x10"/u],
  [
    "a line after quoted line breaks",
    "a.csv",
    'x,"a\nb"\n1,2\n\nbad,4\n',
    "E0604",
    /line 5, column 1/u,
  ],
  ["carriage returns", "a.csv", "x\r1\r\rbad\r", "E0604", /line 4/u],
  ["an empty cell", "a.csv", "x,y\n1,2\n,3\n", "E0614", /line 3, column 1/u],
  ["NA", "a.csv", "x\n1\nNA\n", "E0614", /NA/u],
  ["a number beyond floats", "a.csv", "x\n1e400\n", "E0613", /1e400/u],
  ["a whole number that rounds", "a.csv", "x\n123456789\n", "E0613", /123456789/u],
  ["no rows", "a.csv", "x\n", "E0617", /no rows/u],
  ["nothing at all", "a.csv", "", "E0617", /no rows/u],
  ["steps out of order", "a.csv", "sequence,step,x\na,2,1\na,1,2\n", "E0616", /line 3/u],
  ["a step twice", "a.csv", "sequence,step,x\na,1,1\na,1,2\n", "E0616", /line 3/u],
  ["dates out of order", "a.csv", "time,x\n2024-02-01,1\n2024-01-31,2\n", "E0616", /2024-01-31/u],
  [
    "a row without its sequence",
    "a.csv",
    "sequence,x\na,1\n,2\n",
    "E0614",
    /line 3, column `sequence`/u,
  ],
  [
    "a label that changes",
    "a.csv",
    "sequence,x,y\na,1,1\na,2,2\n",
    "E0604",
    /line 3: `y`/u,
    { per_sequence: "y" },
  ],
  [
    "lengths beyond the padding",
    "a.npz",
    npz({ "x.npy": plain, "lengths.npy": npy([3, 1], [2]) }),
    "E0604",
    /from 0 to 2/u,
  ],
  [
    "lengths that are no whole numbers",
    "a.json",
    '{"x": [[1, 2], [3, 4]], "lengths": [1.5, 2]}',
    "E0604",
    /whole numbers/u,
  ],
  [
    "lengths of other sequences",
    "a.json",
    '{"x": [[1, 2], [3, 4]], "lengths": [1]}',
    "E0604",
    /1 lengths for 2/u,
  ],
  ["an unknown ending", "a.xls", "", "E0604", /\.npz, \.csv/u],
  ["a header of a file without one", "a.json", "[[1], [2]]", "E0602", /header/u, { header: true }],
];

describe("files that are refused", () => {
  test.each(cases.map((one) => ({ title: one[0], one })))("$title", ({ one }) => {
    const [, name, content, code, says, given] = one;
    const read = everythingIn(folder, name, content, given);
    if (read.ok) throw new Error(`read as ${read.sequences.join(" | ").slice(0, 200)}`);
    expect(read.codes).toContain(code);
    expect(read.messages.join()).toMatch(says);
  });

  test("notes that no piano has, and images that are none", () => {
    const refusal = (name: string, content: Uint8Array | string, source: string): string => {
      const read = everythingIn(folder, name, content, {}, source);
      return read.ok ? "read" : `${read.codes[0] ?? ""} ${read.messages[0] ?? ""}`;
    };
    const roll = (note: string): string => `{"train": [[[60], [${note}]]], "test": [[[60]]]}`;
    for (const note of ["60.5", "20", "109", "-1"]) {
      expect(refusal("a.json", roll(note), "piano_roll")).toContain(
        `the note ${note} in sequence 1`,
      );
    }
    expect(refusal("a.json", roll("null"), "piano_roll")).toContain("E0614");
    expect(refusal("a.npy", npy([0, 1, 2, 3], [1, 2, 2]), "images")).toContain("E0609");
    expect(refusal("a.npy", npy([], [0, 2, 2]), "images")).toContain("E0617");
    const coloured = npy(new Array<number>(24).fill(0), [2, 2, 2, 3]);
    expect(refusal("a.npy", coloured, "images")).toContain("3 channels");
    const tiny = npy(new Array<number>(96).fill(0), [2, 4, 4, 3]);
    expect(refusal("a.npy", tiny, "images")).toContain("3 channels");
    const first = npy(new Array<number>(96).fill(0), [2, 3, 4, 4]);
    expect(refusal("a.npy", first, "images")).toContain("3 channels");
    expect(refusal("a.npy", npy([0, 1, 0, 1, 0, 0, NaN, 1], [2, 2, 2]), "images")).toContain(
      "a pixel is NaN (image 1, row 1, column 0), not in [0, 1]",
    );
    for (const shape of [
      [2, 1, 2, 2],
      [2, 2, 2, 1],
      [2, 4],
    ]) {
      expect(refusal("a.npy", npy([0, 1, 0, 1, 0, 1, 0, 1], shape), "images")).toBe("read");
    }
  });

  test("folders, pipes, devices and dead links, without waiting", () => {
    mkdirSync(path(folder, "folder.csv"));
    execFileSync("mkfifo", [path(folder, "pipe.csv")]);
    symlinkSync("/dev/zero", path(folder, "zero.csv"));
    symlinkSync("nowhere.csv", path(folder, "dead.csv"));
    const refusal = (name: string): string => {
      const opened = openOnly(name);
      return opened.ok ? "read" : (opened.diagnostics[0]?.message ?? "");
    };
    expect(refusal("folder.csv")).toContain("it is a folder");
    expect(refusal("pipe.csv")).toContain("it is a pipe");
    expect(refusal("zero.csv")).toContain("it is a device");
    expect(refusal("dead.csv")).toContain("cannot find");
  });
});
