import { describe, expect, test } from "vitest";
import { constant } from "../../src/graph/build.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { success } from "../../src/diagnostics/diagnostic.ts";
import { referenceBackend } from "../../src/runtime/reference.ts";
import { selfTest } from "../../src/runtime/self-test.ts";
import { backendNames, openBackend } from "../../src/runtime/select.ts";
import { need } from "../support/need.ts";

describe("a backend by name", () => {
  test("opens under that name", async () => {
    for (const name of ["tfjs:cpu", "tfjs:wasm", "reference"]) {
      const { backend, note } = need(await openBackend(name));
      expect(backend.name).toBe(name);
      expect(note).toContain(name);
      backend.dispose();
    }
  });

  test("auto takes the first that works, and says so", async () => {
    const { backend, note } = need(await openBackend("auto"));
    const first = need(await openBackend(backend.name));
    expect(["native", "wasm"]).toContain(first.backend.name);
    expect(note).toContain(
      `backend ${backend.name}, the fastest of ${backendNames.join(", ")} that passed its self-test`,
    );
  });

  test("without a compiler auto takes WebAssembly, and says why not native", async () => {
    const before = process.env["CC"];
    process.env["CC"] = "/nowhere/cc";
    try {
      const { backend, note } = need(await openBackend("auto"));
      expect(backend.name).toBe("wasm");
      expect(note).toMatch(/; not usable: native \(.*\/nowhere\/cc/u);
      backend.dispose();
    } finally {
      if (before === undefined) delete process.env["CC"];
      else process.env["CC"] = before;
    }
  });

  test("native TensorFlow opens, or E0702 says why not and what else there is", async () => {
    const result = await openBackend("tfjs:node");
    if (result.ok) {
      expect(result.value.backend.name).toBe("tfjs:node");
      result.value.backend.dispose();
      return;
    }
    const [diagnostic] = result.diagnostics;
    expect(diagnostic?.code).toBe("E0702");
    expect(diagnostic?.message).toMatch(/^the backend tfjs:node cannot be used here: .+/u);
    expect(diagnostic?.help[0]).toMatch(/^use auto, or one of .*tfjs:wasm, tfjs:cpu, reference$/u);
  });

  test("an unknown name is E0701 and lists the known ones", async () => {
    const result = await openBackend("cuda");
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [{ code: "E0701", message: "there is no backend cuda" }],
    });
    expect(JSON.stringify(result)).toContain("tfjs:wasm");
  });
});

describe("the self-test", () => {
  test("passes the reference", () => {
    expect(selfTest(referenceBackend)).toBeUndefined();
  });

  test("finds a backend that computes something else", () => {
    const wrong: Backend = {
      ...referenceBackend,
      compile: (graph) => {
        const outputs = new Map(
          [...graph.outputs].map(([name, { shape }]) => [name, constant(0.5, shape)]),
        );
        return referenceBackend.compile({ inputs: graph.inputs, outputs });
      },
    };
    expect(selfTest(wrong)).toMatch(/results are wrong by/u);
  });

  test("finds a backend that makes no numbers", () => {
    const nan: Backend = {
      ...referenceBackend,
      compile: () =>
        success({
          run: () =>
            new Map([
              ["last", referenceBackend.upload({ shape: [], data: Float64Array.of(Number.NaN) })],
            ]),
          dispose: () => undefined,
        }),
    };
    expect(selfTest(nan)).toMatch(/results are wrong by/u);
  });
});
