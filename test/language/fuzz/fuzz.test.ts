import { expect, test } from "vitest";
import { compile } from "../../../src/index.ts";
import { examine, type Complaint } from "./examine.ts";
import { grow } from "./grow.ts";
import { programOf } from "./programs.ts";
import { randomOf } from "./random.ts";

const count = 200;

test(`what holds of every text holds of ${count} fuzzed programs`, () => {
  const complaints: (Complaint & { readonly seed: number })[] = [];
  let compiled = 0;
  let fixes = 0;
  for (let seed = 0; seed < count; seed += 1) {
    const examined = examine(programOf(seed));
    complaints.push(...examined.complaints.map((one) => ({ ...one, seed })));
    compiled += examined.compiled ? 1 : 0;
    fixes += examined.fixes;
  }
  expect(complaints).toEqual([]);
  // A fuzzer whose programs are all right, or all wrong at once, finds nothing.
  expect(compiled).toBeGreaterThan(count / 20);
  expect(fixes).toBeGreaterThan(count / 20);
}, 120_000);

test("a third of the programs that are grown from types are right", () => {
  const right = Array.from({ length: 60 }, (_, seed) => grow(randomOf(seed))).filter(
    (text) => compile({ path: "models/grown.gtm", text }).ok,
  );
  expect(right.length).toBeGreaterThan(20);
}, 60_000);
