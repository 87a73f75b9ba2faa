import { expect, test } from "vitest";
import { contract, input, reshape } from "../../src/graph/build.ts";
import { openTfjs } from "../../src/runtime/tfjs/index.ts";

test("the right factor of a product may be looked at under two shapes", async () => {
  const backend = await openTfjs("wasm");
  const x = input("x", [1, 3]);
  const column = reshape(x, [3, 1]);
  const outputs = new Map([
    ["outer", contract(column, x, "ij,jk->ik")],
    ["inner", contract(x, column, "ij,jk->ik")],
  ]);
  const compiled = backend.compile({ inputs: [x], outputs });
  if (!compiled.ok) throw new Error("must compile");
  const given = backend.upload({ shape: [1, 3], data: Float32Array.of(1, 2, 3) });
  const results = compiled.value.run(new Map([["x", given]]));
  expect([...(results.get("outer")?.read().data ?? [])]).toEqual([1, 2, 3, 2, 4, 6, 3, 6, 9]);
  expect([...(results.get("inner")?.read().data ?? [])]).toEqual([14]);
});
