import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { failure } from "../../src/diagnostics/diagnostic.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { compilerFailed, notStarted } from "../../src/runtime/errors.ts";
import type * as nativeIndex from "../../src/runtime/native/index.ts";
import { referenceBackend } from "../../src/runtime/reference.ts";
import type * as plain from "../../src/runtime/tfjs/plain.ts";
import { lying } from "../support/lying.ts";
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

vi.mock("../../src/runtime/tensorflow/index.ts", () => ({
  openTensorflow: () =>
    Promise.reject(new Error("libtensorflow.so.2: cannot open shared object file")),
}));

/** What goes wrong when native compiles more than its self-test. */
const fault = vi.hoisted((): { of: "compiler" | "threads" | "memory" | "lie" | undefined } => ({
  of: undefined,
}));

vi.mock("../../src/runtime/native/index.ts", async (original) => {
  const native = await original<typeof nativeIndex>();
  const failures = {
    compiler: compilerFailed("cc", "was stopped after 60 seconds", []),
    threads: notStarted(64, 0, false),
    memory: notStarted(2, 5e9, true),
  };
  return {
    ...native,
    openNative: (options: nativeIndex.NativeOptions) => {
      const { of } = fault;
      if (of === undefined) return native.openNative(options);
      if (of === "lie") {
        const wrong = (value: number, place: number): number => (place === 1 ? value + 1 : value);
        return Promise.resolve(lying("native", "logWeights", wrong));
      }
      const compile: Backend["compile"] = (graph) =>
        graph.inputs.some(({ attrs: { name } }) => name === "weights")
          ? referenceBackend.compile(graph)
          : failure(failures[of]);
      return Promise.resolve({ ...referenceBackend, name: "native", compile });
    },
  };
});

afterEach(() => {
  vi.unstubAllEnvs();
  fault.of = undefined;
});

const folder = join(import.meta.dirname, "backends");

test.each(["E0702-cannot-be-loaded", "E0703-lacks-primitives"])("%s", async (name) => {
  vi.stubEnv("CC", "/nonexistent/cc");
  const transcript = await play(readFileSync(join(folder, `${name}.case`), "utf8"));
  expect(transcript).toContain(name.slice(0, "E0000".length));
  await expect(transcript).toMatchFileSnapshot(`backends/${name}.expected`);
});

test("E0702-no-compiler", async () => {
  vi.stubEnv("CC", "/nonexistent/cc");
  const transcript = await play(readFileSync(join(folder, "E0702-no-compiler.case"), "utf8"));
  await expect(transcript).toMatchFileSnapshot("backends/E0702-no-compiler.expected");
});

test.each([
  ["E0704-compiler-too-slow", "compiler"],
  ["E0705-no-threads", "threads"],
  ["E0705-no-memory", "memory"],
] as const)("%s", async (name, of) => {
  fault.of = of;
  const transcript = await play(readFileSync(join(folder, `${name}.case`), "utf8"));
  await expect(transcript).toMatchFileSnapshot(`backends/${name}.expected`);
});

test("E0740-not-the-reference", async () => {
  fault.of = "lie";
  const name = "E0740-not-the-reference";
  const transcript = await play(readFileSync(join(folder, `${name}.case`), "utf8"));
  const canonical = transcript
    .replace(/\S*gtmc-bug-\w+/u, "…")
    .replace(/(gives|reference) -?\d+\.\d+/gu, "$1 …")
    .replace(/difference of \d\S*/u, "difference of …");
  await expect(canonical).toMatchFileSnapshot(`backends/${name}.expected`);
});

test("auto goes on with the next backend when the first does not compile the model, and the run says so", async () => {
  fault.of = "compiler";
  const transcript = await play(`Chosen by itself.\n\n$ gtmc run rows.gtm --steps 2 --out run\n`);
  expect(transcript).toContain("backend    native, the fastest of");
  expect(transcript).toMatch(
    /^the C compiler cc was stopped after 60 seconds; going on with the backend wasm/mu,
  );
  expect(transcript).toMatch(/^recall|^test bound/mu);
});
