import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sharedObject } from "../../../src/runtime/native/cache.ts";
import { openNative } from "../../../src/runtime/native/index.ts";
import { link, type Linker } from "../../../src/runtime/native/library.ts";
import { measurePeak } from "../../../src/runtime/native/peak.ts";
import { printC } from "../../../src/runtime/native/print-c.ts";
import { sanitize } from "../../../src/runtime/native/sanitize.ts";
import { need } from "../../support/need.ts";
import { argumentsOf, blockOf, openLinker } from "./modules.ts";
import { statementsInputs, statementsModule } from "./statements.ts";

const found = await openLinker();
const scratch = mkdtempSync(join(tmpdir(), "gtmc-test-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A directory of its own for each test. */
const fresh = (): string => mkdtempSync(join(scratch, "cache-"));

/** A compiler that is a shell script. */
const script = (text: string): string => {
  const path = join(mkdtempSync(join(scratch, "cc-")), "cc");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
};

describe("without a compiler", () => {
  test("a missing one is named", async () => {
    await expect(openNative({ environment: { CC: "/nonexistent/cc" } })).rejects.toThrow(
      "the C compiler $CC = /nonexistent/cc does not run",
    );
  });

  test("none at all is said", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = scratch;
    try {
      await expect(openNative({ environment: {} })).rejects.toThrow("no C compiler was found");
    } finally {
      process.env["PATH"] = path;
    }
  });

  test("threads are a number", async () => {
    await expect(openNative({ environment: { GTMC_THREADS: "many" } })).rejects.toThrow();
  });
});

if (typeof found === "string") {
  test.skip(`C is not compiled here: ${found}`, () => undefined);
} else {
  const linker = (more: Partial<Linker> = {}): Linker => ({ ...found, cache: fresh(), ...more });
  const module = statementsModule(4, 1);

  describe("the cache", () => {
    test("a cache that cannot be written is a diagnostic, and leaves nothing behind", () => {
      const on = linker();
      rmSync(on.cache, { recursive: true });
      writeFileSync(on.cache, "a file where the folder was");
      const refused = sharedObject(on.toolchain, printC(module), on.cache);
      expect(refused).toMatchObject({
        ok: false,
        diagnostics: [{ code: "E0704", notes: ["GTMC_CACHE names another folder for it"] }],
      });
      expect(readFileSync(on.cache, "utf8")).toBe("a file where the folder was");
    });

    test("compiles the same once, other code anew", () => {
      const on = linker();
      const source = printC(module);
      const first = need(sharedObject(on.toolchain, source, on.cache));
      const broken = { ...on.toolchain, command: "/nonexistent/cc" };
      expect(need(sharedObject(broken, source, on.cache))).toBe(first);
      expect(sharedObject(broken, `${source}\n`, on.cache).ok).toBe(false);
      const other = { ...on.toolchain, flags: [...on.toolchain.flags, "-DOTHER"] };
      expect(need(sharedObject(other, source, on.cache))).not.toBe(first);
      expect(readdirSync(on.cache)).toHaveLength(2);
    });

    test.each([
      [
        "cut off",
        (path: string) => {
          truncateSync(path, 5000);
        },
      ],
      [
        "empty",
        (path: string) => {
          truncateSync(path, 0);
        },
      ],
      [
        "overwritten",
        (path: string) => {
          writeFileSync(path, "not machine code".repeat(100));
        },
      ],
    ])("makes a %s file anew", (_, harm) => {
      const on = linker();
      const path = need(sharedObject(on.toolchain, printC(module), on.cache));
      const { length } = readFileSync(path);
      harm(path);
      const linked = need(link(module, on));
      linked.dispose();
      expect(readFileSync(path)).toHaveLength(length);
    });
  });

  test("a compiler that fails is a diagnostic with what it said", () => {
    const command = script("echo 'error: too tired' >&2; exit 3");
    const on = linker({ toolchain: { ...found.toolchain, command } });
    expect(link(module, on)).toMatchObject({
      ok: false,
      diagnostics: [
        { message: `the C compiler ${command} exited with 3`, notes: ["error: too tired"] },
      ],
    });
    expect(readdirSync(on.cache)).toEqual([]);
  });

  test("times are taken where they are asked for", () => {
    const threads = 2;
    const timed = statementsModule(4, threads);
    const on = linker({ profile: true });
    const linked = need(link(timed, on));
    const block = blockOf(argumentsOf(timed, statementsInputs()), on);
    for (let i = 0; i < 3; i++) linked.run(block);
    const rows = linked.profile();
    linked.dispose();
    expect(rows.map(({ kernel, runs }) => [kernel, runs])).toEqual([
      ["start", 3],
      ["advance", 15],
      ["total", 15],
      ["reverse", 15],
      ["pick", 3],
      ["barrier", 18],
    ]);
    expect(rows.every(({ seconds }) => seconds > 0 && seconds < 1)).toBe(true);
    expect(rows[2]?.origin).toBe("a total */ of each step");
  });

  test("the peak is some multiplications a cycle", () => {
    const peak = measurePeak(linker());
    expect(peak).toBeGreaterThan(1e9);
    expect(peak).toBeLessThan(1e12);
  });

  describe("sanitizers", () => {
    const clean = need(sanitize(statementsModule(4, 2), found.toolchain, statementsInputs()));

    test("find nothing in correct code", () => {
      expect(clean.output.trim().split("\n")).toHaveLength(7);
      expect(clean.clean).toBe(true);
    });

    test("see one element too far, also in the arena", () => {
      const module = statementsModule(4, 1);
      for (const name of ["x", "carry"]) {
        const buffers = module.buffers.map((buffer) =>
          buffer.name === name ? { ...buffer, size: buffer.size - 1 } : buffer,
        );
        const { clean, output } = need(sanitize({ ...module, buffers }, found.toolchain));
        expect(clean).toBe(false);
        expect(output).toContain("AddressSanitizer");
      }
    });
  });
}
