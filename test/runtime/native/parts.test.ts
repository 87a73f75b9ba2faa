import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { load } from "../../../src/code/build.ts";
import type { Address, Module } from "../../../src/code/code.ts";
import { f32 } from "../../../src/code/type.ts";
import { printC } from "../../../src/runtime/native/print-c.ts";
import { compileC, findToolchain } from "../../../src/runtime/native/toolchain.ts";
import { need } from "../../support/need.ts";
import { kernel, openLinker } from "./modules.ts";

const linker = await openLinker();

/** Elements of 16 kB, as large as pages are. */
const page = 4096;

/** Copies 8 rows of 3 columns, of which two threads have one and two. */
const columns = ((): Module => {
  const column = (buffer: string): Address => ({
    buffer,
    offset: { constant: 0, terms: [{ variable: "j", scale: page }] },
  });
  const strided = { type: f32(8), step: 3 * page };
  return {
    buffers: [0, 1].map((index) => ({
      name: index === 0 ? "x" : "y",
      scalar: "f32",
      size: 24 * page,
      place: { kind: "argument", index },
    })),
    arguments: 2,
    arena: 0,
    threads: 2,
    functions: [],
    kernels: [
      kernel("columns", [
        {
          kind: "for",
          variable: "j",
          from: { part: "from", size: 3 },
          to: { part: "to", size: 3 },
          step: 1,
          body: [
            {
              kind: "store",
              ...strided,
              to: column("y"),
              value: load(column("x"), f32(8), 3 * page),
            },
          ],
        },
      ]),
    ],
    schedule: [{ kind: "run", kernel: "columns" }],
  };
})();

/**
 * Elements of another thread are stored to by nobody, also not with what they held. The kernel of one thread runs while the columns
 * of the other are memory that cannot be written: each column is on a page of its own.
 */
const main = `
#include <stdio.h>
#include <sys/mman.h>
int main(void) {
  float *x = aligned_alloc(16384, 24 * 16384), *y = aligned_alloc(16384, 24 * 16384);
  for (int i = 0; i < 24; i++) {
    x[i * 4096] = i;
    y[i * 4096] = -1;
    if (i % 3 != 0) mprotect(y + i * 4096, 16384, PROT_READ);
  }
  k_columns(x, y, 0);
  for (int i = 0; i < 24; i++) printf("%g ", y[i * 4096]);
  return 0;
}
`;

if (typeof linker === "string") {
  test.skip(`C is not compiled here: ${linker}`, () => undefined);
} else {
  test("a thread stores to its own columns only", () => {
    const folder = mkdtempSync(join(tmpdir(), "gtmc-parts-"));
    const program = join(folder, "program");
    need(
      compileC(
        findToolchain(process.env),
        `${printC(columns)}${main}`,
        ["-O2", "-w", "-pthread"],
        program,
      ),
    );
    const { stdout } = spawnSync(program, { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(stdout.trim().split(" ").map(Number)).toEqual(
      Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? i : -1)),
    );
  });
}
