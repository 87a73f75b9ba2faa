import { expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import type { Graph } from "../../src/graph/op.ts";
import { success } from "../../src/diagnostics/diagnostic.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { profiled } from "../../src/runtime/profile.ts";
import { referenceBackend } from "../../src/runtime/reference.ts";
import { need } from "../support/need.ts";

const x = g.input("x", [2]);
const updating: Graph = { inputs: [x], outputs: new Map([["x", g.neg(x)]]) };
const other: Graph = { inputs: [x], outputs: new Map([["y", g.neg(x)]]) };

/** The reference, counting the runs of the one kernel that it says it has. */
const timed: Backend = {
  ...referenceBackend,
  compile: (graph) => {
    const executable = need(referenceBackend.compile(graph));
    let runs = 0;
    return success({
      ...executable,
      run: (inputs) => {
        runs += 1;
        return executable.run(inputs);
      },
      profile: () => [{ kernel: "k0", runs, seconds: runs, flops: 1 }],
      dispose: () => {
        executable.dispose();
        runs = 0;
      },
    });
  },
};

test("times of all executables are remembered, also when they are gone", () => {
  const { backend, times } = profiled(timed);
  const inputs = new Map([["x", backend.upload({ shape: [2], data: Float32Array.of(1, 2) })]]);
  const step = need(backend.compile(updating));
  const evaluation = need(backend.compile(other));
  const unused = need(backend.compile(other));
  step.run(inputs);
  step.run(inputs);
  evaluation.run(inputs);
  step.run(inputs);
  step.dispose();
  unused.dispose();

  const [first, second, ...more] = times();
  expect(more).toEqual([]);
  expect(first).toMatchObject({ updates: true, runs: 3, kernels: [{ kernel: "k0", runs: 3 }] });
  expect(second).toMatchObject({ updates: false, runs: 1, kernels: [{ kernel: "k0", runs: 1 }] });
  // The evaluation is between the second step and the third; the interval is that of the first two.
  expect(first?.interval).toBeGreaterThan(0);
  expect(second).not.toHaveProperty("interval");
  expect(first?.seconds).toBeGreaterThan(0);
});
