/** Minimum cuts of small networks. */

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly capacity: number;
}

/** Edge 2i of the residual network goes along edge i, 2i + 1 against it. */
interface Network {
  readonly target: readonly number[];
  readonly residual: number[];
  readonly leaving: readonly (readonly number[])[];
}

const networkOf = (vertices: number, edges: readonly Edge[]): Network => {
  const leaving: number[][] = Array.from({ length: vertices }, () => []);
  edges.forEach(({ from, to }, i) => {
    leaving[from]?.push(2 * i);
    leaving[to]?.push(2 * i + 1);
  });
  return {
    target: edges.flatMap(({ from, to }) => [to, from]),
    residual: edges.flatMap(({ capacity }) => [capacity, 0]),
    leaving,
  };
};

/** The vertices that flow can still reach, each with the edge that reaches it first; stops at the sink. */
const reach = (
  { target, residual, leaving }: Network,
  source: number,
  sink: number,
): ReadonlyMap<number, number> => {
  const reachedBy = new Map([[source, -1]]);
  for (const vertex of reachedBy.keys()) {
    if (reachedBy.has(sink)) break;
    for (const edge of leaving[vertex] ?? []) {
      const next = target[edge] ?? source;
      if ((residual[edge] ?? 0) > 0 && !reachedBy.has(next)) reachedBy.set(next, edge);
    }
  }
  return reachedBy;
};

/** Fills the path to the sink. */
const augment = (
  { target, residual }: Network,
  reachedBy: ReadonlyMap<number, number>,
  source: number,
  sink: number,
): void => {
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
};

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
  const network = networkOf(vertices, edges);
  for (;;) {
    const reachedBy = reach(network, source, sink);
    if (!reachedBy.has(sink)) return new Set(reachedBy.keys());
    augment(network, reachedBy, source, sink);
  }
};
