/** Donated inputs are the executable's: on every backend, whether or not it computes in place. */
import { afterAll, describe, expect, test } from "vitest";
import { referenceBackend } from "../../src/index.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { donatedCases, donatedValues } from "../graph/donated-cases.ts";
import { openAll } from "./opened.ts";
import { need } from "../support/need.ts";

const { available, unavailable } = await openAll();
afterAll(() => {
  for (const { backend } of available) backend.dispose();
});

describe.each([...available, { name: "reference", backend: referenceBackend }])(
  "$name",
  ({ name, backend }) => {
    // Which memory is whose is decided before C is printed: where that is compiled, one case of three is enough.
    const tried = donatedCases.filter((_, i) => name !== "native" || i % 3 === 0);
    test.each(tried)("$name", ({ graph }) => {
      const values = donatedValues(graph);
      const before = backend.count();
      const executable = need(backend.compile(graph));
      const inputs = new Map([...values].map(([name, array]) => [name, backend.upload(array)]));
      let wanted = values;
      for (let run = 0; run < 3; run += 1) {
        const expected = evaluate(graph, wanted);
        const results = executable.run(inputs);
        for (const [name, buffer] of results) {
          const found = buffer.read();
          const { data, shape } = expected.get(name) ?? found;
          expect(found.shape).toEqual(shape);
          const errors = [...data].map((x, i) => Math.abs(x - (found.data[i] ?? Number.NaN)));
          // float32, of numbers up to some hundreds
          expect(
            Math.max(...errors.map((error, i) => error / (1 + Math.abs(data[i] ?? 0)))),
          ).toBeLessThan(1e-5);
        }
        for (const name of graph.donated ?? []) {
          expect(() => inputs.get(name)?.read()).toThrow("disposed");
          inputs.set(name, results.get(name) ?? expect.fail(name));
          results.delete(name);
        }
        wanted = new Map([...inputs].map(([name, buffer]) => [name, buffer.read()]));
        for (const buffer of results.values()) buffer.dispose();
      }
      for (const buffer of inputs.values()) buffer.dispose();
      executable.dispose();
      expect(backend.count()).toBe(before);
    });
  },
);
for (const { name, reason } of unavailable) test.skip(`on ${name}: ${reason}`, () => undefined);
