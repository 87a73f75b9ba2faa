import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
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
import type { HostArray } from "../../src/runtime/backend.ts";
import {
  readBest,
  readCheckpoint,
  readLatest,
  writeCheckpoint,
} from "../../src/training/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/training/safetensors.ts";
import type { TrainingState } from "../../src/training/state.ts";

const root = mkdtempSync(join(tmpdir(), "gtmc-checkpoint-"));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const arrays: ReadonlyMap<string, HostArray> = new Map<string, HostArray>([
  ["net.b", { shape: [3], data: Float32Array.of(1, -0, 1e-42) }],
  ["net.w", { shape: [2, 2], data: Float64Array.of(Math.PI, 1e300, -1, 0.1) }],
  ["n", { shape: [], data: Int32Array.of(-7) }],
  ["empty", { shape: [0, 4], data: new Float32Array() }],
]);

const fileOf = (one: ReadonlyMap<string, HostArray>): Uint8Array =>
  new Uint8Array(Buffer.concat(encodeSafetensors(one)));

const state = (iteration: number, bestIteration: number | null = null): TrainingState => ({
  iteration,
  seed: 2 ** 40 + 1,
  parameters: arrays,
  slots: new Map([["adam.m/net.b", { shape: [3], data: Float32Array.of(iteration, 2, 3) }]]),
  progress: bestIteration === null ? null : { bestBound: -1.5, bestIteration, badEvaluations: 2 },
});

describe("safetensors", () => {
  test("gives back every array bit for bit", () => {
    const decoded = decodeSafetensors(fileOf(arrays));
    expect(decoded).toBeInstanceOf(Map);
    expect(new Map(decoded as ReadonlyMap<string, HostArray>)).toEqual(new Map(arrays));
  });

  test("knows an array by any name, also by that of the format's own key", () => {
    const names = ["__metadata__", "___metadata__", "____metadata__", "__proto__", "constructor"];
    const named = new Map(
      names.map((name, i) => [name, { shape: [1], data: Float32Array.of(i) }] as const),
    );
    const decoded = decodeSafetensors(fileOf(named));
    expect(new Map(decoded as ReadonlyMap<string, HostArray>)).toEqual(named);
  });

  test("has the layout of the specification", () => {
    const one = new Map([["a", { shape: [2], data: Float32Array.of(1, 2) }]]);
    const bytes = fileOf(one);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header).toMatchObject({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
    expect((8 + length) % 8).toBe(0);
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
  });

  const python = ["python3", "python"].find((command) => {
    try {
      execFileSync(command, ["-c", "import safetensors.numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  test.skipIf(python === undefined)("is read by the Python package", () => {
    const path = join(root, "python.safetensors");
    writeFileSync(path, fileOf(arrays));
    const script = `
import sys, json
from safetensors.numpy import load_file
print(json.dumps({k: [str(v.dtype), list(v.shape), v.ravel().tolist()] for k, v in load_file(sys.argv[1]).items()}))`;
    const read: unknown = JSON.parse(
      execFileSync(python ?? "", ["-c", script, path], { encoding: "utf8" }),
    );
    expect(read).toMatchObject({
      n: ["int32", [], [-7]],
      "net.w": ["float64", [2, 2], [Math.PI, 1e300, -1, 0.1]],
      empty: ["float32", [0, 4], []],
    });
  });

  test.each([
    ["nothing", (bytes: Uint8Array) => bytes.subarray(0, 4), "shorter than its header"],
    ["a torn header", (bytes: Uint8Array) => bytes.subarray(0, 40), "shorter than its header"],
    ["torn data", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1), "cut short"],
    ["a foreign file", () => new TextEncoder().encode("PK\u0003\u0004 not this"), "header"],
    ["trailing bytes", (bytes: Uint8Array) => Uint8Array.of(...bytes, 0), "longer"],
  ])("refuses %s", (_, damage, reason) => {
    expect(decodeSafetensors(damage(fileOf(arrays)))).toContain(reason);
  });
});

describe("checkpoints", () => {
  test("come back as they were", () => {
    const directory = join(root, "whole");
    const folder = writeCheckpoint(directory, state(500, 400));
    expect(folder).toBe(join(directory, "000500"));
    const read = readLatest(directory);
    expect(read.ok && read.value).toEqual(state(500, 400));
    expect(readFileSync(join(directory, "latest"), "utf8")).toBe("000500\n");
  });

  test("keep the newest and the best", () => {
    const directory = join(root, "pruned");
    for (const iteration of [100, 200, 300, 400, 500, 600]) {
      writeCheckpoint(directory, state(iteration, iteration >= 200 ? 200 : null), 2);
    }
    expect(readdirSync(directory).sort()).toEqual(["000200", "000500", "000600", "latest"]);
    const best = readBest(directory);
    expect(best.ok && best.value.iteration).toBe(200);
  });

  test("are replaced when a resumed run comes by again", () => {
    const directory = join(root, "again");
    writeCheckpoint(directory, state(100));
    writeCheckpoint(directory, state(100, 100));
    const read = readLatest(directory);
    expect(read.ok && read.value.progress?.bestIteration).toBe(100);
    expect(readdirSync(directory).sort()).toEqual(["000100", "latest"]);
  });

  test("survive a kill at any moment of writing the next one", () => {
    const directory = join(root, "killed");
    writeCheckpoint(directory, state(100));
    // Killed while writing files: a folder under another name.
    mkdirSync(join(directory, ".partial-000200"));
    writeFileSync(join(directory, ".partial-000200", "params.safetensors"), "half");
    const during = readLatest(directory);
    expect(during.ok && during.value.iteration).toBe(100);
    // Killed between the two renames: the folder is whole, `latest` names the one before.
    rmSync(join(directory, "latest"));
    writeCheckpoint(directory, state(200));
    writeFileSync(join(directory, "latest"), "000100\n");
    const between = readLatest(directory);
    expect(between.ok && between.value.iteration).toBe(100);
    expect(existsSync(join(directory, ".partial-000200"))).toBe(false);
  });

  test("survive real kills", async () => {
    const directory = join(root, "sigkill");
    const script = `
      import { writeCheckpoint } from ${JSON.stringify(new URL("../../src/training/checkpoint.ts", import.meta.url).href)};
      const data = (n) => ({ shape: [100000], data: new Float32Array(100000).fill(n) });
      for (let iteration = 1; ; iteration += 1) {
        writeCheckpoint(process.argv[1], {
          iteration, seed: 1, progress: null,
          parameters: new Map([["w", data(iteration)]]), slots: new Map([["m", data(iteration)]]),
        });
        if (iteration === 1) process.stdout.write("begun");
      }`;
    for (const delay of [0, 7, 23]) {
      const args = ["--import", "tsx", "--input-type=module", "-e", script, directory];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill("SIGKILL");
      await once(child, "exit");
      const read = readLatest(directory);
      expect(read).toMatchObject({ ok: true, warnings: [] });
      if (!read.ok) return;
      const { iteration, parameters, slots } = read.value;
      expect(parameters.get("w")?.data[99_999]).toBe(iteration);
      expect(slots.get("m")?.data[99_999]).toBe(iteration);
    }
  });

  test("that are damaged are skipped with a warning", () => {
    const directory = join(root, "damaged");
    writeCheckpoint(directory, state(100));
    const folder = writeCheckpoint(directory, state(200));
    truncateSync(join(folder, "params.safetensors"), 60);
    const read = readLatest(directory);
    expect(read.ok && read.value.iteration).toBe(100);
    expect(read.ok && read.warnings[0]?.code).toBe("E0821");
    const direct = readCheckpoint(folder);
    expect(!direct.ok && direct.diagnostics[0]?.notes[0]).toContain("params.safetensors: ");
  });

  test("of a foreign version, and no checkpoints at all, are failures", () => {
    const directory = join(root, "foreign");
    const folder = writeCheckpoint(directory, state(100));
    writeFileSync(join(folder, "state.json"), JSON.stringify({ version: 99 }));
    expect(readCheckpoint(folder)).toMatchObject({ ok: false, diagnostics: [{ code: "E0842" }] });
    expect(readLatest(directory)).toMatchObject({ ok: false, diagnostics: [{ code: "E0842" }] });
    appendFileSync(join(folder, "state.json"), "{");
    expect(readCheckpoint(folder)).toMatchObject({ ok: false, diagnostics: [{ code: "E0821" }] });
    expect(readLatest(join(root, "nowhere"))).toMatchObject({ ok: false });
  });
});
