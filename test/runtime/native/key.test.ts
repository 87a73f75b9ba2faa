import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generate } from "../../../src/code/generate.ts";
import { add, constant, input, sub } from "../../../src/graph/build.ts";
import type { Graph, Node } from "../../../src/graph/op.ts";
import { nativeBackend, type Generate } from "../../../src/runtime/native/backend.ts";
import { keyOf } from "../../../src/runtime/native/key.ts";
import { compilerVersion } from "../../../src/runtime/native/version.ts";
import { need } from "../../support/need.ts";
import { openLinker } from "./modules.ts";

const scratch = mkdtempSync(join(tmpdir(), "gtmc-test-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});
const fresh = (): string => mkdtempSync(join(scratch, "folder-"));

const x = input("x", [3]);
const y = input("y", [3]);
const graphOf = (outputs: Readonly<Record<string, Node>>): Graph => ({
  inputs: [x, y],
  outputs: new Map(Object.entries(outputs)),
});

const found = await openLinker();
if (typeof found === "string") {
  test.skip(`C is not compiled here: ${found}`, () => undefined);
} else {
  const { toolchain } = found;
  const graph = graphOf({ sum: add(x, y) });

  test("what makes other code has another key", () => {
    const keys = [
      keyOf(graph, 1, "v", toolchain),
      keyOf(graph, 2, "v", toolchain),
      keyOf(graph, 1, "w", toolchain),
      keyOf(graph, 1, "v", { ...toolchain, flags: [...toolchain.flags, "-DOTHER"] }),
      keyOf(graph, 1, "v", { ...toolchain, identity: "another compiler" }),
      ...[
        graphOf({ sum: sub(x, y) }),
        { ...graph, inputs: [y, x] },
        graphOf({ "0": x, "1": y }),
        { inputs: [x, y], outputs: new Map([["1", y] as const, ["0", x] as const]) },
        graphOf({ sum: add(x, constant(0, [3])) }),
        graphOf({ sum: add(x, constant(-0, [3])) }),
        graphOf({ sum: add(x, constant(Number.NaN, [3])) }),
        graphOf({ sum: add(x, constant(Number.NEGATIVE_INFINITY, [3])) }),
      ].map((other) => keyOf(other, 1, "v", toolchain)),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(graphOf({ sum: add(x, y) }), 1, "v", toolchain)).toBe(keys[0]);
  });

  describe("a graph that was compiled before", () => {
    /** Runs the graph in a backend as of a new process; how often code was generated for it. */
    const run = (cache: string, version?: string, profile = false): number => {
      let count = 0;
      const counting: Generate = (...given) => {
        count++;
        return generate(...given);
      };
      const backend = nativeBackend({ ...found, cache, profile }, 1, counting, version);
      const executable = need(backend.compile(graph));
      const three = backend.upload({ shape: [3], data: Float32Array.of(1, 2, 3) });
      const results = executable.run(
        new Map([
          ["x", three],
          ["y", three],
        ]),
      );
      expect([...(results.get("sum")?.read().data ?? [])]).toEqual([2, 4, 6]);
      executable.dispose();
      return count;
    };

    test("is found without generating code, by the same version only", () => {
      const cache = fresh();
      expect([run(cache, "v"), run(cache, "v")]).toEqual([1, 0]);
      expect([run(cache, "w"), run(cache, "w")]).toEqual([1, 0]);
      expect([run(cache), run(cache)]).toEqual([1, 1]);
      expect([run(cache, "v", true), run(cache, "v", true)]).toEqual([1, 1]);
    });

    test.each<readonly [string, RegExp, (path: string) => void]>([
      ["the object is gone", /\.so$/u, rmSync],
      [
        "the object is cut off",
        /\.so$/u,
        (path) => {
          const whole = readFileSync(path);
          // Another file: this process has the old one open.
          rmSync(path);
          writeFileSync(path, whole.subarray(0, 5000));
        },
      ],
      [
        "the note is empty",
        /\.key$/u,
        (path) => {
          writeFileSync(path, "");
        },
      ],
      [
        "the note names another file",
        /\.key$/u,
        (path) => {
          writeFileSync(path, "../../etc/hosts");
        },
      ],
    ])("is generated anew if %s", (_, which, harm) => {
      const cache = fresh();
      run(cache, "v");
      for (const name of readdirSync(cache)) if (which.test(name)) harm(join(cache, name));
      expect([run(cache, "v"), run(cache, "v")]).toEqual([1, 0]);
    });
  });
}

describe("the version of the compiler", () => {
  const later = Number.POSITIVE_INFINITY;
  const compiler = (folder: string, generator: string): string => {
    const root = join(fresh(), folder);
    mkdirSync(join(root, "runtime"), { recursive: true });
    writeFileSync(join(root, "generate.js"), generator);
    const own = join(root, "runtime", "version.js");
    writeFileSync(own, "");
    return own;
  };

  test("is that of all its files", () => {
    const first = compilerVersion(compiler("dist", "one"), later);
    expect(first).toMatch(/^[0-9a-f]{64}$/u);
    expect(compilerVersion(compiler("dist", "one"), later)).toBe(first);
    expect(compilerVersion(compiler("dist", "two"), later)).not.toBe(first);
  });

  test("is not known of files that are not where they were built, or that changed since they were loaded", () => {
    expect(compilerVersion(compiler("elsewhere", "one"), later)).toBeUndefined();
    expect(compilerVersion(compiler("dist", "one"), performance.timeOrigin)).toBeUndefined();
  });
});
