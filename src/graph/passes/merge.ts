/**
 * Sums of products in loops made one product: Σ gᵢ Wᵢ is [g₁, g₂, …] [W₁; W₂; …], whose weights are joined once outside
 * the loop. Reverse mode writes such sums for every value that feeds several linear maps. On an op-by-op backend three
 * products and two sums cost more than a concatenation and a product; two do not. Where the weights multiply the same
 * value they are summed instead: x A + x B is x (A + B).
 */
import { invariant } from "../../diagnostics/invariant.ts";
import { add, concat, contract, reshape, transpose } from "../build.ts";
import type { Node, NodeOf } from "../op.ts";
import { sameShape } from "../shapes.ts";
import { rewrite } from "../walk.ts";
import { innerLinks, soleReaders } from "../analysis/chain.ts";
import { keepSubscripts, subscriptsOf, renamer } from "../analysis/subscripts.ts";
import { componentsOf, rootsOf, withRoots, type TimeLoop } from "../analysis/loop.ts";
import type { Pass } from "./pass.ts";
import { changeBody, rewriteLoops } from "./rewrite-loops.ts";
import { canonicaliser } from "../analysis/canonicalise.ts";
import { earliestStagesOf, type EarlyStage } from "../analysis/stages.ts";

export const merge: Pass = (outputs, canonicalise = canonicaliser()) =>
  rewriteLoops(
    outputs,
    (loop) => componentsOf(mergeBody(changeBody(loop, (roots) => merge(roots, canonicalise)))),
    canonicalise,
  );

const FEWEST = 3;

/** x contracted with fixed weights over one subscript, written with the subscripts of x first. */
interface Product {
  readonly x: Node;
  readonly weights: Node;
  readonly subscripts: string;
  readonly weightSubscripts: string;
  readonly out: string;
  readonly k: string;
  /** Whether x is the first operand. */
  readonly isFirst: boolean;
}

/** Reads a node as a product, the subscripts named by their order in x and the result. */
const productOf = (
  node: NodeOf<"contract">,
  original: Node,
  stages: ReadonlyMap<Node, EarlyStage>,
): Product | undefined => {
  const late = original.operands.map((operand) => stages.get(operand) !== "fixed");
  if (late[0] === late[1]) return undefined;
  const { a, b, out } = node.attrs;
  const [first, second] = node.operands;
  const [x, weights, subscripts, weightSubscripts] =
    late[0] === true ? ([first, second, a, b] as const) : ([second, first, b, a] as const);
  const summed = keepSubscripts(subscripts, (subscript) => !out.includes(subscript));
  const rename = renamer(subscripts + out);
  return summed.length === 1
    ? {
        x,
        weights,
        subscripts: rename(subscripts),
        weightSubscripts: rename(weightSubscripts),
        out: rename(out),
        k: rename(summed),
        isFirst: late[0] === true,
      }
    : undefined;
};

/** Products of one kind can be one product. Their sizes agree but for the subscript that is summed over. */
const kindOf = ({ x, subscripts, weightSubscripts, out, k }: Product): string => {
  const sizes = subscriptsOf(subscripts).map((subscript, axis) =>
    subscript === k ? "" : x.shape[axis],
  );
  return `${subscripts},${subscriptsOf(weightSubscripts).toSorted().join("")}->${out} ${sizes.join()}`;
};

const mergeBody = (loop: TimeLoop): TimeLoop => {
  const roots = rootsOf(loop);
  const stages = earliestStagesOf(loop);
  const sole = soleReaders(roots);
  const links = innerLinks(sole, (node) => (node.op === "add" ? "add" : undefined));
  const terms = new Map<Node, readonly Term[]>();
  const merged = rewrite(roots, (node, original) => {
    if (original.op !== "add") return node;
    const all = original.operands.flatMap((operand, i): readonly Term[] => {
      const inner = links.has(operand) ? terms.get(operand) : undefined;
      return inner ?? [{ node: node.operands[i] ?? operand, original: operand }];
    });
    terms.set(original, all);
    return links.has(original) ? node : sumOf(all, stages, sole, node);
  });
  return withRoots(loop, merged);
};

/** A summand, rewritten and as it was. */
interface Term {
  readonly node: Node;
  readonly original: Node;
}

const sumOf = (
  given: readonly Term[],
  stages: ReadonlyMap<Node, EarlyStage>,
  sole: ReadonlyMap<Node, Node>,
  otherwise: Node,
): Node => {
  const terms = ofOneOperand(given, stages, sole);
  const kinds = new Map<string, Product[]>();
  const rest: Node[] = [];
  const alone = new Map<Product, Node>();
  for (const { node, original } of terms) {
    const product =
      node.op === "contract" && sole.has(original) ? productOf(node, original, stages) : undefined;
    if (product === undefined) {
      rest.push(node);
      continue;
    }
    alone.set(product, node);
    const kind = kindOf(product);
    kinds.set(kind, [...(kinds.get(kind) ?? []), product]);
  }
  if ([...kinds.values()].every((products) => products.length < FEWEST)) {
    return terms.length === given.length
      ? otherwise
      : terms.map(({ node }) => node).reduce((sum, term) => add(sum, term));
  }
  const joined = [...kinds.values()].flatMap((products) =>
    products.length < FEWEST
      ? products.flatMap((product) => alone.get(product) ?? [])
      : [joint(products)],
  );
  return [...rest, ...joined].reduce((sum, term) => add(sum, term));
};

/** The terms with those that multiply the same value by weights made one, reshaped products too. */
const ofOneOperand = (
  terms: readonly Term[],
  stages: ReadonlyMap<Node, EarlyStage>,
  sole: ReadonlyMap<Node, Node>,
): readonly Term[] => {
  const groups: { readonly term: Term; readonly products: Product[] }[] = [];
  for (const term of terms) {
    const product = reshapedProductOf(term, stages, sole);
    const known = groups.find(
      ({ term: other, products: [first] }) =>
        product !== undefined &&
        first?.x === product.x &&
        kindOf(first) === kindOf(product) &&
        sameShape(other.node.shape, term.node.shape),
    );
    if (product !== undefined && known !== undefined) known.products.push(product);
    else groups.push({ term, products: product === undefined ? [] : [product] });
  }
  return groups.map(({ term, products }) => {
    const [first, ...others] = products;
    if (first === undefined || others.length === 0) return term;
    const weights = others
      .map((other) => aligned(other, first))
      .reduce((sum, more) => add(sum, more), first.weights);
    const { x, subscripts, weightSubscripts, out } = first;
    // In the places where the original has them.
    const sum = first.isFirst
      ? contract(x, weights, `${subscripts},${weightSubscripts}->${out}`)
      : contract(weights, x, `${weightSubscripts},${subscripts}->${out}`);
    return { ...term, node: reshape(sum, term.node.shape) };
  });
};

const reshapedProductOf = (
  { node, original }: Term,
  stages: ReadonlyMap<Node, EarlyStage>,
  sole: ReadonlyMap<Node, Node>,
): Product | undefined => {
  if (!sole.has(original)) return undefined;
  if (node.op === "contract") return productOf(node, original, stages);
  if (node.op !== "reshape" || original.op !== "reshape") return undefined;
  const [inner] = node.operands;
  const [before] = original.operands;
  return inner.op === "contract" && sole.has(before) ? productOf(inner, before, stages) : undefined;
};

/** The weights with their axes in the order of another product's. */
const aligned = (
  { weights, weightSubscripts }: Product,
  { weightSubscripts: order }: Product,
): Node =>
  transpose(
    weights,
    subscriptsOf(order).map((subscript) => weightSubscripts.indexOf(subscript)),
  );

const joint = (products: readonly Product[]): Node => {
  const [first] = products;
  invariant(first !== undefined, "a joint product of nothing");
  const { subscripts, weightSubscripts, out, k } = first;
  return contract(
    concat(
      products.map(({ x }) => x),
      subscripts.indexOf(k),
    ),
    concat(
      products.map((product) => aligned(product, first)),
      weightSubscripts.indexOf(k),
    ),
    `${subscripts},${weightSubscripts}->${out}`,
  );
};
