/**
 * Modules as programs of their own, compiled with the address and undefined-behaviour sanitizers. (A sanitizer does not
 * work inside a process that was not started with it.)
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Module } from "../../code/code.ts";
import { success, type Result } from "../../diagnostics/diagnostic.ts";
import { printC } from "./print-c.ts";
import { compileC, type Toolchain } from "./toolchain.ts";

/** Instead of those of a shared object. */
const sanitizeFlags: readonly string[] = [
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
  "-fno-omit-frame-pointer",
  "-O1",
  "-g",
  "-w",
  "-pthread",
];

export interface Sanitized {
  /** Whether both runs ended without a report and with the same results. */
  readonly clean: boolean;
  /** What the sanitizers found, or each stored argument with the sum of its elements and a hash of its bits. */
  readonly output: string;
}

/**
 * Runs the module twice under sanitizers. Arguments are `inputs` where given and else numbers between −1 and 1 (small
 * whole ones for ints); every buffer, also of the arena, is an allocation of exactly its size.
 */
export const sanitize = (
  module: Module,
  toolchain: Toolchain,
  inputs: readonly (Float32Array | Int32Array)[] = [],
): Result<Sanitized> => {
  const directory = mkdtempSync(join(tmpdir(), "gtmc-sanitize-"));
  try {
    const program = join(directory, "program");
    const compiled = compileC(toolchain, sanitizedText(module), sanitizeFlags, program, {
      seconds: 600,
    });
    if (!compiled.ok) return compiled;
    const files = inputs.map((data, i) => {
      const path = join(directory, `input-${i}`);
      writeFileSync(path, data);
      return path;
    });
    const { status, stdout, stderr } = spawnSync(program, files, {
      encoding: "utf8",
      timeout: 120_000,
      env: { ASAN_OPTIONS: "detect_leaks=1", UBSAN_OPTIONS: "print_stacktrace=1" },
    });
    return success({ clean: status === 0, output: status === 0 ? stdout : stdout + stderr });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** The program; its arguments are files with the elements of the first arguments of the module. */
const sanitizedText = (module: Module): string => {
  const args = Array.from({ length: module.arguments }, (_, index) => {
    const buffer = module.buffers.find(
      ({ place }) => place.kind === "argument" && place.index === index,
    );
    return { size: buffer?.size ?? 0, scalar: buffer?.scalar ?? "f32" };
  });
  return `${printC(module, { separate: true, runs: "together" })}
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const long sizes[] = {${[...args.map(({ size }) => size), 0].join(", ")}};
static const char floats[] = {${[...args.map(({ scalar }) => (scalar === "f32" ? 1 : 0)), 0].join(", ")}};

static uint32_t state = 1;
static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void *allocated(int i) {
  void *memory;
  if (posix_memalign(&memory, 64, sizes[i] * 4) != 0) abort();
  return memory;
}

static void *filled(int i, const char *path) {
  void *memory = allocated(i);
  if (path != NULL) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(memory, 4, sizes[i], file) != (size_t)sizes[i]) {
      fprintf(stderr, "%s does not hold argument %d\\n", path, i);
      exit(2);
    }
    fclose(file);
    return memory;
  }
  for (long j = 0; j < sizes[i]; j++) {
    if (floats[i]) ((float *)memory)[j] = (float)(int32_t)next() * 0x1p-31f;
    else ((int *)memory)[j] = next() % 8;
  }
  return memory;
}

/* FNV-1a of the bits. */
static uint64_t hashOf(const unsigned char *bytes, long count) {
  uint64_t hash = 14695981039346656037u;
  for (long i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 1099511628211u;
  return hash;
}

int main(int argc, char **argv) {
  const uint64_t instance = gtmc_create();
  if (instance < 2) return 2;
  uint64_t block[1 + ARGUMENTS + 1], first[ARGUMENTS + 1];
  void *given[ARGUMENTS + 1];
  block[0] = instance;
  for (int i = 0; i < ARGUMENTS; i++) {
    given[i] = filled(i, i + 1 < argc ? argv[i + 1] : NULL);
    block[1 + i] = (uint64_t)(uintptr_t)allocated(i);
  }
  int same = 1;
  for (int run = 0; run < 2; run++) {
    for (int i = 0; i < ARGUMENTS; i++) memcpy((void *)(uintptr_t)block[1 + i], given[i], sizes[i] * 4);
    gtmc_run(block);
    for (int i = 0; i < ARGUMENTS; i++) {
      const void *data = (const void *)(uintptr_t)block[1 + i];
      const uint64_t hash = hashOf(data, sizes[i] * 4);
      if (run == 1 && hash != first[i]) {
        fprintf(stderr, "argument %d differs after the second run\\n", i);
        same = 0;
      }
      first[i] = hash;
    }
  }
  for (int i = 0; i < ARGUMENTS; i++) {
    double sum = 0;
    for (long j = 0; j < sizes[i]; j++) sum += floats[i] ? ((float *)(uintptr_t)block[1 + i])[j] : ((int *)(uintptr_t)block[1 + i])[j];
    printf("%d %.9g %016" PRIx64 "\\n", i, sum, first[i]);
    free((void *)(uintptr_t)block[1 + i]);
    free(given[i]);
  }
  gtmc_destroy(instance);
  return same ? 0 : 1;
}
`;
};
