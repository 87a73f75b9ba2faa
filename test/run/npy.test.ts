import { expect, test } from "vitest";
import { encodeNpy } from "../../src/run/npy.ts";

test("an .npy file has the header that NumPy writes", () => {
  const bytes = encodeNpy([2, 3], [0, 1, 2, 3, 4, 5.5]);
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, 128));
  expect(header.slice(1, 6)).toBe("NUMPY");
  expect(header.slice(10)).toBe(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + "\n",
  );
  expect(bytes.length).toBe(128 + 24);
  expect(new DataView(bytes.buffer).getFloat32(128 + 20, true)).toBe(5.5);
});

test("vectors and scalars have Python's tuples", () => {
  const shape = (axes: readonly number[]): string | undefined =>
    /'shape': (\([^)]*\))/u.exec(new TextDecoder("latin1").decode(encodeNpy(axes, [1])))?.[1];
  expect([[1], []].map(shape)).toEqual(["(1,)", "()"]);
});
