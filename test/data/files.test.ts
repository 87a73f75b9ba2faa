import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { parseTable } from "../../src/data/csv.ts";
import { locate, readBytes } from "../../src/data/files.ts";
import { parseIdx } from "../../src/data/idx.ts";
import { parseNpy, parseNpz } from "../../src/data/npy.ts";
import type { DenseArray } from "../../src/data/array.ts";
import type { Result } from "../../src/diagnostics/diagnostic.ts";
import { codesOf, temporaryFolder, valueOf } from "./support.ts";

const folder = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const arrayOf = (
  arrays: ReadonlyMap<string, Result<DenseArray> | "unread">,
  key: string,
): readonly number[] => {
  const array = arrays.get(key);
  if (array === undefined || array === "unread") throw new Error(`no array ${key}`);
  return [...valueOf(array).data];
};

describe("IDX", () => {
  const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);

  test("reads bytes with big-endian sizes", () => {
    const { shape, data } = valueOf(parseIdx(bytes, "a"));
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 255]);
  });

  test("reads floats", () => {
    const file = Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0);
    expect([...valueOf(parseIdx(file, "a")).data]).toEqual([1.5]);
  });

  test.each([
    ["a torn file", bytes.subarray(0, 17)],
    ["trailing bytes", Uint8Array.of(...bytes, 0)],
    ["a torn header", bytes.subarray(0, 10)],
    ["another format", new TextEncoder().encode("PNG and more")],
    ["an empty file", new Uint8Array()],
  ])("refuses %s", (_, file) => {
    expect(codesOf(parseIdx(file, "a"))).toEqual(["E0604"]);
  });
});

/** A .npy file as NumPy writes it. */
const npy = (descr: string, shape: string, content: Uint8Array, order = "False"): Uint8Array => {
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const header = new TextEncoder().encode(`${dictionary.padEnd(117)}\n`);
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    118,
    0,
    ...header,
    ...content,
  );
};
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe(".npy", () => {
  test.each([
    ["<f4", bytesOf(Float32Array.of(1.5, -2, 3, 4, 5, 6))],
    ["<f8", bytesOf(Float64Array.of(1.5, -2, 3, 4, 5, 6))],
  ])("reads %s", (descr, content) => {
    const { shape, data } = valueOf(parseNpy(npy(descr, "(2, 3)", content), "a"));
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1.5, -2, 3, 4, 5, 6]);
  });

  test("reads integers, booleans, big-endian numbers, vectors and scalars", () => {
    const numbers = (descr: string, shape: string, content: Uint8Array): readonly number[] => [
      ...valueOf(parseNpy(npy(descr, shape, content), "a")).data,
    ];
    expect(numbers("<i8", "(2,)", bytesOf(BigInt64Array.of(-3n, 4n)))).toEqual([-3, 4]);
    expect(numbers("|b1", "(2,)", Uint8Array.of(1, 0))).toEqual([1, 0]);
    expect(numbers(">i2", "(1,)", Uint8Array.of(1, 2))).toEqual([258]);
    expect(numbers("<f4", "()", bytesOf(Float32Array.of(7)))).toEqual([7]);
  });

  test("says why it cannot read others", () => {
    const content = bytesOf(Float32Array.of(1, 2));
    const reason = (file: Uint8Array): string => {
      const result = parseNpy(file, "a");
      return result.ok ? "" : (result.diagnostics[0]?.message ?? "");
    };
    expect(reason(npy("<c8", "(1,)", content))).toContain("'<c8'");
    expect(reason(npy("|O", "(1,)", content))).toContain("'|O'");
    expect(reason(npy("<f4", "(3,)", content))).toContain("cut short");
    expect(reason(new TextEncoder().encode("something else"))).toContain("does not start");
  });

  test("an .npz is its arrays by key", () => {
    const file = zipSync({
      "x.npy": npy("<f4", "(2,)", bytesOf(Float32Array.of(1, 2))),
      "label.npy": npy("|u1", "(1,)", Uint8Array.of(9)),
    });
    const arrays = valueOf(parseNpz(file, "a"));
    expect([...arrays.keys()].sort()).toEqual(["label", "x"]);
    expect(arrayOf(arrays, "x")).toEqual([1, 2]);
    expect(codesOf(parseNpz(file.subarray(0, 50), "a"))).toEqual(["E0604"]);
  });

  const numpy = (() => {
    try {
      execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();
  test.skipIf(!numpy)("reads what NumPy writes, compressed too", () => {
    const path = join(folder, "numpy.npz");
    const script = `import sys, numpy as np
np.savez_compressed(sys.argv[1], x=np.arange(6.0).reshape(2, 3), n=np.int16(-5))`;
    execFileSync("python3", ["-c", script, path]);
    const arrays = valueOf(parseNpz(valueOf(readBytes(path)), path));
    expect(arrayOf(arrays, "x")).toEqual([0, 1, 2, 3, 4, 5]);
    expect(arrayOf(arrays, "n")).toEqual([-5]);
  });
});

describe("CSV", () => {
  const parse = (text: string, header: boolean | null = null): ReturnType<typeof parseTable> =>
    parseTable(new TextEncoder().encode(text), "f.csv", header);

  test("reads numbers with and without names", () => {
    expect(valueOf(parse("a, b\n1,2\n3,-4e1\n"))).toMatchObject({
      header: ["a", "b"],
      rows: 2,
      columns: 2,
      data: Float32Array.of(1, 2, 3, -40),
    });
    expect(valueOf(parse("1,2\n", false)).header).toBeUndefined();
  });

  test("points at what is not a number", () => {
    const { faults } = valueOf(parse("a,b\n1,2\n3,x\n"));
    expect([...faults].map(([column, { message }]) => [column, message])).toEqual([
      [1, 'cannot read f.csv: line 3, column 2: "x" is not a number'],
    ]);
    expect(codesOf(parse("a,b\n1,2\n3\n"))).toEqual(["E0604"]);
    expect(codesOf(parse("a,b\n"))).toEqual(["E0617"]);
  });
});

describe("finding files", () => {
  test("beside the model, then in the data directory and its folder, with .gz", () => {
    const [base, data] = [join(folder, "base"), join(folder, "data")];
    mkdirSync(join(data, "polyphonic"), { recursive: true });
    mkdirSync(base);
    writeFileSync(join(data, "polyphonic", "a.json.gz"), gzipSync("[1]"));
    writeFileSync(join(data, "b.json"), "in data");
    writeFileSync(join(base, "b.json"), "in base");
    const context = { baseDirectory: base, dataDirectory: data };
    const path = valueOf(locate("a.json", context, { folder: "polyphonic" }));
    expect(new TextDecoder().decode(valueOf(readBytes(path)))).toBe("[1]");
    expect(valueOf(locate("b.json", context))).toBe(join(base, "b.json"));
  });

  test("names every place it looked in", () => {
    const context = { baseDirectory: folder, dataDirectory: join(folder, "data") };
    const result = locate("none.npz", context);
    expect(!result.ok && result.diagnostics[0]).toMatchObject({
      code: "E0603",
      notes: [
        `looked for ${join(folder, "none.npz")}`,
        `looked for ${join(folder, "data", "none.npz")}`,
      ],
    });
    const bare = locate("none.npz", { baseDirectory: folder });
    expect(!bare.ok && bare.diagnostics[0]?.help[0]).toContain("--data-dir");
  });
});
