/** The words of models and memories: types, kinds of data, roles, guides, operators. */
import type { Base, DataField } from "../ir/model.ts";
import type { BinaryOperator, Comparison, Expr, Operation, SiteDecl } from "../language/ast.ts";
import { entry, fact, type Entry } from "./entry.ts";

interface TypeText {
  readonly usage: string;
  readonly meaning: string;
  /** How a net's result and a `param` come into this range. */
  readonly made: string;
}

const typeTexts: Readonly<Record<Base, TypeText>> = {
  real: { usage: "real[R, Z]", meaning: "Any number.", made: "as it is" },
  pos: {
    usage: "pos[R]",
    meaning: "A number above 0. An initial value may be 0.",
    made: "softplus; + 1e-4 where it is the scale of a distribution",
  },
  unit: { usage: "unit[X]", meaning: "A number from 0 to 1.", made: "sigmoid" },
  simplex: {
    usage: "simplex[R, N]",
    meaning: "Weights from 0 to 1 that sum to 1 along the last axis: N weights for each of R here.",
    made: "softmax along the last axis",
  },
  count: {
    usage: "count[X]",
    meaning:
      "A whole number, 0 or more. It is a number like any `real`, and may be 0, so it is no `pos`; sums and products of counts are counts.",
    made: "not possible: draw it",
  },
  index: {
    usage: "index[R, N]",
    meaning:
      "A place of an axis of N, from 0 to N - 1; the last size is what is chosen from, so there are R of them here. It selects a row, `M[a]`, becomes one-hot where a net takes it, and has no arithmetic.",
    made: "not possible: draw it, or take `argmax`",
  },
  perm: {
    usage: "perm[N]",
    meaning: "An order of N places, as `argsort` gives. It is for `take` and `untake` only.",
    made: "not possible: take `argsort`",
  },
};

const dataTexts: Readonly<Record<DataField["per"], Pick<Entry, "usage" | "meaning">>> = {
  step: { usage: ["data x[t]: unit[X]"], meaning: "One value for each step of a sequence." },
  sequence: { usage: ["data c: real[C]"], meaning: "One value for each sequence." },
  shared: {
    usage: ["data support: unit[S, X] shared"],
    meaning: "One value for the whole batch.",
  },
};

const roleTexts: Readonly<Record<Operation["role"], Pick<Entry, "usage" | "meaning">>> = {
  address: {
    usage: ["address content(k: real[W], beta: pos) -> simplex[L] = softmax(beta * cosine(k, M))"],
    meaning:
      "An operation that says where to read or write. `gtmc sample` writes its result, and the report of a run draws it.",
  },
  read: {
    usage: ["read(w: simplex[L]) -> real[W] = w @ M", "read first() -> real[W] = M[0]"],
    meaning: "An operation that looks into the memory. `gtmc sample` writes its result.",
  },
  write: {
    usage: ["write(v: real[W]) { M' = push(M, v) }"],
    meaning: "An operation that changes the memory by what it is given.",
  },
  step: {
    usage: ["step(x: real[_]) { h' = tanh(cell(x, h)) }"],
    meaning: "Any other operation, under any name: what moves a recurrent state on.",
  },
};

/** A guide is a distribution, or a word of its own. */
type GuideForm = "distribution" | Exclude<NonNullable<SiteDecl["guide"]>["kind"], Expr["kind"]>;

const guideTexts: Readonly<Record<GuideForm, Entry>> = {
  distribution: entry("way to guide", "guide", {
    usage: ["z[t] ~ prior(psi[t])", "  guide post(x[t], psi[t])"],
    meaning:
      "The distribution that a latent is inferred from, with the axes and the kind of values of its prior. It may look at observations of the same step, as the prior may not.",
  }),
  "guide-prior": entry("way to guide", "guide prior", {
    usage: ["z[t] ~ prior(psi[t])", "  guide prior"],
    meaning: "The prior itself: nothing is inferred of this latent, and its KL is 0.",
  }),
};

interface OperatorText {
  readonly usage: string;
  readonly meaning: string;
}

const comparison = (operator: Comparison, holds: string): OperatorText => ({
  usage: `a ${operator} b`,
  meaning: `1 where a is ${holds} b, else 0: a \`unit\`, without a gradient. Axes match by name. NaN is unequal to everything. It binds weaker than \`+\`; two of them stand in one expression only with parentheses.`,
});

const operatorTexts: Readonly<Record<BinaryOperator, OperatorText>> = {
  "^": {
    usage: "a ^ b",
    meaning:
      "Power, for a ≥ 0; it has no gradient by a where a is 0. Axes match by name. Use `square(x)` for numbers of either sign.",
  },
  "*": { usage: "a * b", meaning: "Product of elements. Axes match by name." },
  "/": { usage: "a / b", meaning: "Quotient of elements. Axes match by name." },
  "@": {
    usage: "a @ b",
    meaning:
      "Matrix product, of vectors and matrices: the last axis of a, which must be the first of b, is summed over. `w @ M` with a simplex w is a mean of rows and keeps their range.",
  },
  "+": { usage: "a + b", meaning: "Sum of elements. Axes match by name." },
  "-": {
    usage: "a - b, -a",
    meaning:
      "Difference of elements, or the negative. Axes match by name. `1 - u` of a `unit` is a `unit`.",
  },
  ">": comparison(">", "above"),
  ">=": comparison(">=", "at least"),
  "<": comparison("<", "below"),
  "<=": comparison("<=", "at most"),
  "==": comparison("==", "equal to"),
  "!=": comparison("!=", "not equal to"),
};

export const typeEntries: readonly Entry[] = Object.entries(typeTexts).map(
  ([name, { usage, meaning, made }]) =>
    entry("type", name, {
      usage: [usage],
      meaning,
      facts: fact("how a net's result or a `param` gets there", made),
    }),
);

export const dataEntries: readonly Entry[] = Object.entries(dataTexts).map(([name, text]) =>
  entry("kind of data", name, text),
);

export const roleEntries: readonly Entry[] = Object.entries(roleTexts).map(([name, text]) =>
  entry("role", name, text),
);

export const guideEntries: readonly Entry[] = Object.values(guideTexts);

export const operatorEntries: readonly Entry[] = Object.entries(operatorTexts).map(
  ([name, { usage, meaning }]) => entry("operator", name, { usage: [usage], meaning }),
);
