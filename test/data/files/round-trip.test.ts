import { rmSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support.ts";
import { elementWriters, gzip, idx, npy, npz } from "./encode.ts";
import { everythingIn } from "./everything.ts";

// What is written in any form that the formats have is read back as the same numbers.

const folder = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Sequences of equal length, [sequences, steps, size], as the reader should tell them. */
const told = (values: readonly number[], sequences: number): readonly string[] => {
  const row = values.length / sequences;
  return Array.from(
    { length: sequences },
    (_, i) => `x: ${values.slice(i * row, (i + 1) * row).join(" ")}`,
  ).sort();
};

const shapes = fc.tuple(
  fc.integer({ min: 2, max: 4 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 3 }),
);

/** Numbers that every type holds. */
const small = (type: string): fc.Arbitrary<number> =>
  fc.integer(
    type === "b1" ? { max: 1, min: 0 } : { max: 100, min: type.startsWith("u") ? 0 : -100 },
  );

const arrays = fc.constantFrom(...Object.keys(elementWriters)).chain((type) =>
  fc.record({
    type: fc.constant(type),
    order: type.endsWith("1")
      ? fc.constant("|" as const)
      : fc.constantFrom("<" as const, ">" as const),
    fortran: fc.boolean(),
    version: fc.constantFrom(1 as const, 2 as const, 3 as const),
    filled: shapes.chain((shape) =>
      fc
        .array(small(type), {
          minLength: shape[0] * shape[1] * shape[2],
          maxLength: shape[0] * shape[1] * shape[2],
        })
        .map((values) => ({ shape, values })),
    ),
  }),
);

describe("arrays", () => {
  test(".npy of every type, order and version", () => {
    fc.assert(
      fc.property(arrays, fc.boolean(), ({ filled: { shape, values }, ...form }, isZipped) => {
        const file = npy(values, shape, form);
        const read = everythingIn(
          folder,
          isZipped ? "a.npy.gz" : "a.npy",
          isZipped ? gzip(file) : file,
        );
        expect(read).toEqual({ ok: true, sequences: told(values, shape[0]) });
      }),
      { numRuns: 150 },
    );
  });

  const beside = { rate: npy([100], []), dt: npy([1, 2], [2]) };
  test(".npz with other keys beside, compressed or not", () => {
    fc.assert(
      fc.property(
        arrays,
        fc.subarray(["rate", "dt"] as const),
        fc.constantFrom(0 as const, 9 as const),
        ({ filled: { shape, values }, ...form }, others, level) => {
          const entries = { "x.npy": npy(values, shape, form) };
          const more = Object.fromEntries(others.map((key) => [`${key}.npy`, beside[key]]));
          const read = everythingIn(folder, "a.npz", npz({ ...more, ...entries }, level));
          expect(read).toEqual({ ok: true, sequences: told(values, shape[0]) });
        },
      ),
      { numRuns: 100 },
    );
  });

  test("IDX of every type", () => {
    const codes = [
      [0x08, "u1"],
      [0x09, "i1"],
      [0x0b, "i2"],
      [0x0c, "i4"],
      [0x0d, "f4"],
      [0x0e, "f8"],
    ] as const;
    for (const [code, type] of codes) {
      const read = everythingIn(folder, "a.idx", idx(code, type, [1, 2, 3, 4, 5, 6], [3, 2]));
      expect(read).toEqual({ ok: true, sequences: ["x: 1 2", "x: 3 4", "x: 5 6"] });
    }
  });
});

/** Ragged sequences of vectors of one size. */
const ragged = fc.integer({ min: 1, max: 3 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    sequences: fc.array(
      fc.array(
        fc.array(
          fc.integer({ min: -400, max: 400 }).map((quarters) => quarters / 4),
          { minLength: size, maxLength: size },
        ),
        { minLength: 1, maxLength: 4 },
      ),
      { minLength: 2, maxLength: 5 },
    ),
  }),
);
const toldRagged = (sequences: readonly (readonly (readonly number[])[])[]): readonly string[] =>
  sequences.map((sequence) => `x: ${sequence.flat().join(" ")}`).sort();

describe("texts", () => {
  test("JSON, ragged or padded with lengths", () => {
    fc.assert(
      fc.property(ragged, fc.boolean(), ({ size, sequences }, isPadded) => {
        const longest = Math.max(...sequences.map(({ length }) => length));
        const pad = new Array<number>(size).fill(99);
        const x = isPadded
          ? sequences.map((s) => [...s, ...new Array<number[]>(longest - s.length).fill(pad)])
          : sequences;
        const lengths = sequences.map(({ length }) => length);
        const read = everythingIn(
          folder,
          "a.json",
          JSON.stringify(isPadded ? { x, lengths } : { x, about: { rate: 1 }, names: ["a"] }),
        );
        expect(read).toEqual({ ok: true, sequences: toldRagged(sequences) });
      }),
      { numRuns: 150 },
    );
  });

  const ids = [
    "7",
    "007",
    "30000152",
    "30000153",
    "9007199254740993",
    "9007199254740992",
    "a b",
    'q"t',
    "é",
  ];
  const writing = fc.record({
    ids: fc.shuffledSubarray(ids, { minLength: 5, maxLength: 5 }),
    separator: fc.constantFrom(",", ";", "\t"),
    lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
    naming: fc.constantFrom<(i: number) => string>(
      (i) => `x.${i}`,
      (i) => `x[${i}]`,
      (i) => `x_${i}`,
      (i) => `x${i}`,
      (i) => `x.${i + 1}`,
    ),
    decimalComma: fc.boolean(),
    quoted: fc.boolean(),
    marked: fc.boolean(),
    stepped: fc.boolean(),
    endsOpen: fc.boolean(),
    turns: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
    shuffle: fc.infiniteStream(fc.nat()),
  });

  test("CSV: ids as text, rows by turns, columns in any order, every way of writing", () => {
    fc.assert(
      fc.property(ragged, writing, ({ size, sequences }, how) => {
        const hasComma = how.decimalComma && how.separator !== ",";
        const quote = (cell: string): string =>
          how.quoted || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
        const number = (value: number): string =>
          quote(hasComma ? `${value}`.replace(".", ",") : `${value}`);
        const left = sequences.map((steps, i) => ({ id: how.ids[i] ?? "", steps, at: 0 }));
        // A vector of one column may only be written so that it cannot be a scalar.
        const naming = size === 1 ? (i: number): string => `x.${i}` : how.naming;
        const vector = Array.from({ length: size }, (_, i) => i);
        const columns = [...vector].sort(
          (a, b) => ((how.turns[a] ?? 0) % 7) - ((how.turns[b] ?? 0) % 7),
        );
        const lines = [
          ["sequence", ...(how.stepped ? ["step"] : []), ...columns.map(naming)].map(quote),
        ];
        for (let turn = 0; left.some(({ steps, at }) => at < steps.length); turn += 1) {
          const open = left.filter(({ steps, at }) => at < steps.length);
          const one = open[(how.turns[turn % 40] ?? 0) % open.length];
          if (one === undefined) break;
          const step = one.steps[one.at] ?? [];
          lines.push([
            quote(one.id),
            ...(how.stepped ? [`${one.at * 2}`] : []),
            ...columns.map((c) => number(step[c] ?? 0)),
          ]);
          one.at += 1;
        }
        const text = lines.map((cells) => cells.join(how.separator)).join(how.lineEnd);
        const whole = `${how.marked ? "\ufeff" : ""}${text}${how.endsOpen ? "" : how.lineEnd}`;
        const read = everythingIn(folder, "a.csv", whole);
        const expected = toldRagged(sequences);
        const shown = read.ok
          ? read.sequences.map((sequence) => sequence.replace(/step: [\d ]+; /u, "")).sort()
          : read;
        expect(shown).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
