/** Small values as one line of text: `add(mul(x, 2), broadcast[2, 3](y))`. */
import type { Node } from "../../../src/graph/op.ts";

export const expression = (node: Node): string => {
  if (node.op === "input") return node.attrs.name;
  if (node.op === "constant") {
    const isOnes = node.shape.every((n) => n === 1);
    return isOnes ? `${node.attrs.value}` : `${node.attrs.value}[${node.shape.join(", ")}]`;
  }
  return `${node.op}${detail(node)}(${node.operands.map(expression).join(", ")})`;
};

const detail = (node: Node): string => {
  if (node.op === "reshape" || node.op === "broadcast") return `[${node.shape.join(", ")}]`;
  if (node.op === "contract") return `[${node.attrs.a},${node.attrs.b}->${node.attrs.out}]`;
  if (node.op === "scan") return `[${node.attrs.length}]`;
  const values = Object.values(node.attrs).map((value) => JSON.stringify(value));
  return values.length === 0 ? "" : `[${values.join("; ")}]`;
};
