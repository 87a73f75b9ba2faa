import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type * as plain from "../../src/runtime/tfjs/plain.ts";
import { play } from "./play.ts";

// What a user reads on a machine where one backend cannot be loaded and another lacks a primitive.

vi.mock("../../src/runtime/tfjs/native.ts", () => ({
  openNative: () => {
    throw new Error("libtensorflow.so.2: cannot open shared object file");
  },
}));

vi.mock("../../src/runtime/tfjs/plain.ts", async (original) => {
  const { openPlain } = await original<typeof plain>();
  return {
    openPlain: async () => {
      const device = await openPlain();
      const lower: typeof device.lower = (node) =>
        node.op === "log" ? undefined : device.lower(node);
      return { ...device, lower };
    },
  };
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const folder = join(import.meta.dirname, "backends");

test.each(["E0702-cannot-be-loaded", "E0703-lacks-primitives"])("%s", async (name) => {
  const transcript = await play(readFileSync(join(folder, `${name}.case`), "utf8"));
  expect(transcript).toContain(name.slice(0, "E0000".length));
  await expect(transcript).toMatchFileSnapshot(`backends/${name}.expected`);
});

test("E0706-no-compiler", async () => {
  vi.stubEnv("CC", "/nonexistent/cc");
  const transcript = await play(readFileSync(join(folder, "E0706-no-compiler.case"), "utf8"));
  await expect(transcript).toMatchFileSnapshot("backends/E0706-no-compiler.expected");
});
