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

/** For each vertex that flow can still reach, the edge that reaches it first, else -1; stops at the sink. */
const reach = (
  { target, residual, leaving }: Network,
  source: number,
  sink: number,
): readonly number[] => {
  const reachedBy = leaving.map(() => -1);
  const reached = [source];
  for (const vertex of reached) {
    if ((reachedBy[sink] ?? -1) >= 0) break;
    for (const edge of leaving[vertex] ?? []) {
      const next = target[edge] ?? source;
      if (next === source || (residual[edge] ?? 0) === 0 || (reachedBy[next] ?? 0) >= 0) continue;
      reachedBy[next] = edge;
      reached.push(next);
    }
  }
  return reachedBy;
};

/** Fills the path to the sink. */
const augment = (
  { target, residual }: Network,
  reachedBy: readonly number[],
  source: number,
  sink: number,
): void => {
  const path: number[] = [];
  for (let vertex = sink; vertex !== source;) {
    const edge = reachedBy[vertex] ?? 0;
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
    if ((reachedBy[sink] ?? -1) < 0) {
      const isReached = (vertex: number): boolean =>
        vertex === source || (reachedBy[vertex] ?? -1) >= 0;
      return new Set([...reachedBy.keys()].filter(isReached));
    }
    augment(network, reachedBy, source, sink);
  }
};
