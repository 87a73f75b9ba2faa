import { describe, expect, test } from "vitest";
import { plan } from "../../src/loops/passes/plan.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import { findClobbered } from "../support/loop-memory.ts";
import { randomProgram } from "./random-program.ts";

describe("random programs", () => {
  test("are valid, and nothing is stored over what is still read", () => {
    let before = 0;
    let after = 0;
    for (let seed = 0; seed < 300; seed++) {
      const program = randomProgram(seed);
      verifyProgram(program);
      expect(findClobbered(program), `seed ${seed}`).toBe(undefined);
      const planned = plan(program);
      verifyProgram(planned);
      expect(findClobbered(planned), `seed ${seed}`).toBe(undefined);
      const temporaries = planned.buffers.filter(({ role }) => role === "temporary");
      before += temporaries.reduce((sum, { size }) => sum + size, 0);
      after += planned.arena;
      for (const { offset } of temporaries) expect((offset ?? 1) % 16).toBe(0);
    }
    console.log(before, after);
    expect(after).toBeLessThan(before);
  });
});
