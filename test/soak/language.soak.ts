import { expect, test } from "vitest";
import { examine, type Complaint } from "../language/fuzz/examine.ts";
import { programOf } from "../language/fuzz/programs.ts";
import { wentThrough } from "../support/soak.ts";

/** Other programs than those of `npm test`. */
const first = 1_000_000;
const count = 100_000;

test("fuzzed programs: no exception, no hang, no wrong place, no useless fix", (context) => {
  const complaints = new Map<string, Complaint & { readonly seed: number }>();
  for (let i = 0; i < count; i += 1) {
    const seed = first + i;
    for (const complaint of examine(programOf(seed)).complaints) {
      if (!complaints.has(complaint.kind)) complaints.set(complaint.kind, { ...complaint, seed });
    }
    if (i % 1000 === 999) wentThrough(context, i + 1, "programs");
  }
  expect([...complaints.values()]).toEqual([]);
});
