import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { formatNumber, formatTicks } from "../../src/report/format.ts";
import { encodeTiles } from "../../src/report/tiles.ts";

describe("tiles", () => {
  const rows = [
    { images: [Float32Array.of(0, 1), Float32Array.of(0.2, 2)], above: 0 },
    { images: [null, Float32Array.of(-1, 0.6)], above: 2 },
  ];
  const png = decode(encodeTiles(rows, [1, 2]));

  test("lie in rows with gaps", () => {
    expect([png.width, png.height, png.channels]).toEqual([5, 4, 2]);
  });

  test("are clipped to [0, 1] and leave gaps transparent", () => {
    const pixel = (x: number, y: number): readonly number[] => [
      ...png.data.slice(2 * (y * 5 + x), 2 * (y * 5 + x) + 2),
    ];
    expect([0, 1, 2, 3, 4].map((x) => pixel(x, 0))).toEqual([
      [0, 255],
      [255, 255],
      [0, 0],
      [51, 255],
      [255, 255],
    ]);
    expect([0, 3, 4].map((x) => pixel(x, 3))).toEqual([
      [0, 0],
      [0, 255],
      [153, 255],
    ]);
    expect(pixel(3, 1)).toEqual([0, 0]);
  });
});

test("numbers keep what can be compared", () => {
  expect([0, -137.04, 12.64, 2.106, 0.1666, 3e-5, -Infinity].map(formatNumber)).toEqual([
    "0.000",
    "−137",
    "12.6",
    "2.11",
    "0.167",
    "3.0e−5",
    "−∞",
  ]);
});

test("ticks of an axis agree in decimals", () => {
  expect(formatTicks([0, 0.2, 0.4, 0.6000000000000001])).toEqual(["0.0", "0.2", "0.4", "0.6"]);
  expect(formatTicks([0, 500, 1000])).toEqual(["0", "500", "1,000"]);
  expect(formatTicks([0, 5000, 10000])).toEqual(["0", "5k", "10k"]);
  expect(formatTicks([0, 2e6, 4e6])).toEqual(["0", "2,000k", "4,000k"]);
  expect(formatTicks([-75, -50])).toEqual(["−75", "−50"]);
});
