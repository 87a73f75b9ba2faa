/** What is computed how often, without how: what a change of a graph costs, in few lines. */
import type { Node, Shape } from "../../src/graph/op.ts";
import { bodyRoots, topological } from "../../src/graph/walk.ts";

/** The operations outside of loops and in each loop, and their products with sizes. */
export const summaryOf = (roots: Iterable<Node>): string =>
  `outside of loops: ${linesOf([...roots]).join("\n")}\n`;

const linesOf = (roots: readonly Node[]): readonly string[] => {
  const nodes = topological(roots);
  const computed = nodes.filter(({ op }) => !["input", "constant", "project", "scan"].includes(op));
  const loops = nodes.filter((node) => node.op === "scan");
  return [
    `${computed.length} operations, ${loops.length} loops`,
    ...products(computed),
    ...loops
      .flatMap(({ attrs: { length, reverse, body } }) => {
        const [first, ...rest] = linesOf(bodyRoots(body));
        const carried = `${body.carries.length} carries, ${body.inputs.length} in and ${body.outputs.length} out at each step`;
        return [
          `loop of ${length}${reverse ? ", reverse" : ""}: ${first ?? ""}; ${carried}`,
          ...rest,
        ];
      })
      .map((line) => `  ${line}`),
  ];
};

/** "2 × [4, 100] · [100, 50] to [4, 50]". */
const products = (nodes: readonly Node[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    if (node.op !== "contract") continue;
    const [x, y] = node.operands;
    const text = `${sizes(x.shape)} · ${sizes(y.shape)} to ${sizes(node.shape)}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([text, n]) => `  ${n} × ${text}`);
};

const sizes = (shape: Shape): string => `[${shape.join(", ")}]`;
