import fc from "fast-check";
import { expect, test } from "vitest";
import { minimumCut, type Edge } from "../../../src/graph/analysis/min-cut.ts";

const VERTICES = 6;
const SOURCE = 0;
const SINK = 1;

const capacityOf = (edges: readonly Edge[], side: (vertex: number) => boolean): number =>
  edges
    .filter(({ from, to }) => side(from) && !side(to))
    .reduce((total, { capacity }) => total + capacity, 0);

test("no set of vertices cuts cheaper", () => {
  const vertex = fc.nat(VERTICES - 1);
  const edge = fc.record({ from: vertex, to: vertex, capacity: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 15 }), (edges) => {
      const cut = minimumCut(VERTICES, edges, SOURCE, SINK);
      expect(cut.has(SOURCE)).toBe(true);
      expect(cut.has(SINK)).toBe(false);
      const found = capacityOf(edges, (v) => cut.has(v));
      for (let bits = 0; bits < 1 << VERTICES; bits += 1) {
        const side = (v: number): boolean => (bits & (1 << v)) > 0;
        if (side(SOURCE) && !side(SINK)) {
          expect(found).toBeLessThanOrEqual(capacityOf(edges, side));
        }
      }
    }),
    { seed: 7, numRuns: 100 },
  );
});

test("edges of infinite capacity are not cut", () => {
  const edges = [
    { from: 0, to: 2, capacity: Infinity },
    { from: 2, to: 3, capacity: 4 },
    { from: 3, to: 1, capacity: Infinity },
  ];
  expect([...minimumCut(4, edges, 0, 1)]).toEqual([0, 2]);
});
