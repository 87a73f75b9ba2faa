/** Minimum cuts of small networks. */

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly capacity: number;
}

/**
 * The smallest set of vertices that contains the source, not the sink, and whose leaving edges have the least
 * total capacity (shortest augmenting paths; Edmonds and Karp 1972). The capacity of some cut must be finite.
 */
export const minimumCut = (
  vertices: number,
  edges: readonly Edge[],
  source: number,
  sink: number,
): ReadonlySet<number> => {
  // Edge 2i goes forward, 2i + 1 backward.
  const target = edges.flatMap(({ from, to }) => [to, from]);
  const residual = edges.flatMap(({ capacity }) => [capacity, 0]);
  const leaving: number[][] = Array.from({ length: vertices }, () => []);
  edges.forEach(({ from, to }, i) => {
    leaving[from]?.push(2 * i);
    leaving[to]?.push(2 * i + 1);
  });

  for (;;) {
    const reachedBy = new Map<number, number>([[source, -1]]);
    for (const vertex of reachedBy.keys()) {
      if (reachedBy.has(sink)) break;
      for (const edge of leaving[vertex] ?? []) {
        const next = target[edge] ?? source;
        if ((residual[edge] ?? 0) > 0 && !reachedBy.has(next)) reachedBy.set(next, edge);
      }
    }
    if (!reachedBy.has(sink)) return new Set(reachedBy.keys());

    const path: number[] = [];
    for (let vertex = sink; vertex !== source;) {
      const edge = reachedBy.get(vertex) ?? 0;
      path.push(edge);
      vertex = target[edge ^ 1] ?? source;
    }
    const flow = Math.min(...path.map((edge) => residual[edge] ?? 0));
    for (const edge of path) {
      residual[edge] = (residual[edge] ?? 0) - flow;
      residual[edge ^ 1] = (residual[edge ^ 1] ?? 0) + flow;
    }
  }
};
