/** Programs from types down: most are right, and the others are wrong in one place of an expression. */
import type { UnaryValue } from "../../../src/ir/value.ts";
import { shuffled, type Random } from "./random.ts";

type Axes = readonly string[];
type Base = "real" | "pos" | "unit" | "simplex" | "count" | "index" | "perm";
/** The last axis of an index or an order is what it selects from. */
interface Type {
  readonly base: Base;
  readonly axes: Axes;
}
interface Known {
  readonly text: string;
  readonly type: Type;
}

/** Every function of elements, as it is written, with the base that it is given here and the base that it then gives. */
const functionsOfElements: readonly (readonly [name: string, of: Base, gives: Base])[] =
  Object.values({
    neg: ["-", "real", "real"],
    exp: ["exp", "real", "pos"],
    log: ["log", "real", "real"],
    sqrt: ["sqrt", "pos", "pos"],
    square: ["square", "real", "pos"],
    abs: ["abs", "real", "pos"],
    sin: ["sin", "real", "real"],
    cos: ["cos", "real", "real"],
    tanh: ["tanh", "real", "real"],
    sigmoid: ["sigmoid", "real", "unit"],
    softplus: ["softplus", "real", "pos"],
    relu: ["relu", "real", "real"],
    lgamma: ["lgamma", "pos", "real"],
    digamma: ["digamma", "pos", "real"],
    stop: ["stop", "real", "real"],
  } satisfies Readonly<Record<UnaryValue, readonly [string, Base, Base]>>);

/** Where expressions stand: what is known there, and how something new is declared. */
interface Place {
  readonly known: readonly Known[];
  /** Something of this type, declared for it; the text of a constant where nothing can be declared. */
  readonly declare: (type: Type) => string;
}

const dims = ["A", "B", "C", "D"] as const;
const selects = ({ base }: Type): boolean => base === "index" || base === "perm";
const same = (a: Axes, b: Axes): boolean => a.join() === b.join();
const typed = ({ base, axes }: Type): string =>
  axes.length === 0 ? base : `${base}[${axes.join(", ")}]`;
const width: Readonly<Record<Base, number>> = {
  simplex: 0,
  unit: 1,
  pos: 2,
  count: 2,
  real: 3,
  index: 4,
  perm: 5,
};
const lies = (found: Base, wanted: Base): boolean =>
  found === wanted || (wanted !== "count" && width[wanted] < 4 && width[found] < width[wanted]);

/** The last axis and those before it. */
const parted = (axes: Axes): readonly [Axes, string] => [axes.slice(0, -1), axes.at(-1) ?? "A"];

/** Declarations of a program under way. */
export const grow = (random: Random): string => {
  const declarations: string[] = [];
  const members: string[] = [];
  const known: Known[] = [];
  const temporal = random.chance(0.6);
  let count = 0;
  const fresh = (stem: string): string => `${stem}${++count}`;

  const someAxes = (most: number): Axes =>
    Array.from({ length: random.below(most + 1) }, () => random.pick(dims));

  /** Axes as an operand may have them: the same, fewer, or in another order. */
  const loosened = (axes: Axes): Axes => {
    if (axes.length === 0 || random.chance(0.5)) return axes;
    const fewer = axes.filter(() => random.chance(0.7));
    return random.chance(0.4) ? shuffled(random, fewer) : fewer;
  };
  /** Two operands' leading axes, one of which has all of them. */
  const leads = (axes: Axes): readonly [Axes, Axes] =>
    random.chance(0.5) ? [axes, loosened(axes)] : [loosened(axes), axes];

  const declareMember = (type: Type): string => {
    const name = fresh("v");
    const choices = selects(type) ? ["data", "each"] : ["data", "each", "each", "param"];
    const kind = random.pick(choices);
    if (type.base === "perm") return name;
    if (kind === "param") members.push(`param ${name}: ${typed(type)}`);
    else if (kind === "each" && temporal) members.push(`data ${name}[t]: ${typed(type)}`);
    else members.push(`data ${name}: ${typed(type)}${random.chance(0.3) ? " shared" : ""}`);
    const text = kind === "each" && temporal ? `${name}[t]` : name;
    known.push({ text, type });
    return text;
  };
  const model: Place = { known, declare: declareMember };

  const constant = ({ base, axes }: Type): string => {
    if (base === "simplex") return `softmax(zeros(${axes.join(", ")}))`;
    if (axes.length === 0) return base === "pos" ? "2" : "0.5";
    return `${random.pick(["zeros", "ones"])}(${axes.join(", ")})`;
  };

  const expression = (type: Type, depth: number, place: Place): string => {
    if (random.chance(0.01))
      return expression({ base: "real", axes: someAxes(3) }, depth - 1, place);
    if (type.base === "index") return indexOf(type, depth, place);
    if (type.base === "perm")
      return `argsort(${expression({ ...type, base: "real" }, depth - 1, place)})`;
    if (depth <= 0 || random.chance(0.15)) return leaf(type, place);
    const productions = productionsOf(type, depth - 1, place);
    return random.pick(productions)();
  };

  const leaf = (type: Type, place: Place): string => {
    const fitting = place.known.filter(
      (one) => same(one.type.axes, type.axes) && lies(one.type.base, type.base),
    );
    return fitting.length > 0 && random.chance(0.7)
      ? random.pick(fitting).text
      : place.declare(type);
  };

  const indexOf = (type: Type, depth: number, place: Place): string => {
    const fitting = place.known.filter(
      (one) => one.type.base === "index" && same(one.type.axes, type.axes),
    );
    if (fitting.length > 0 && random.chance(0.6)) return random.pick(fitting).text;
    if (type.axes.length === 1 && random.chance(0.2)) return "0";
    return `${random.pick(["argmax", "argmin"])}(${expression({ base: "real", axes: type.axes }, depth - 1, place)})`;
  };

  /** What gives a value of the type, for its base and then for its axes. */
  const productionsOf = (type: Type, depth: number, place: Place): readonly (() => string)[] => {
    const { base, axes } = type;
    const [lead, last] = parted(axes);
    const e = (axes: Axes, base: Base = "real"): string => expression({ base, axes }, depth, place);
    const operands = (base: Base): readonly [string, string] => {
      const [a, b] = leads(axes);
      return [e(a, base), e(b, base)];
    };
    const between = (base: Base, operators: readonly string[]) => (): string => {
      const [a, b] = operands(base);
      return `(${a} ${random.pick(operators)} ${b})`;
    };
    const called = (): string => call(type, depth, place);
    if (base === "simplex") {
      return [
        () => `softmax(${e(axes)})`,
        () => `normalize(${e(axes, "pos")})`,
        () => `onehot(${e(axes, "index")}, ${last})`,
        called,
      ];
    }
    const ofElements = (gives: Base) => (): string => {
      const [name, of] = random.pick(functionsOfElements.filter(([, , base]) => base === gives));
      return `${name}(${e(axes, of)})`;
    };
    const comparison = (): string => {
      const [a, b] = operands("real");
      return `(${a} ${random.pick([">", ">=", "<", "<=", "==", "!="])} ${b})`;
    };
    const ranged: Readonly<Record<"real" | "pos" | "unit", readonly (() => string)[]>> = {
      real: [between("real", ["+", "-", "*"]), ofElements("real")],
      pos: [between("pos", ["+", "*", "/"]), ofElements("pos")],
      unit: [
        () => `(1 - ${e(axes, "unit")})`,
        ofElements("unit"),
        between("unit", ["*"]),
        comparison,
      ],
    };
    const inserted = (): readonly [string, string] => {
      const axis = random.pick(dims.filter((dim) => !axes.includes(dim)).concat("A"));
      const at = random.below(axes.length + 1);
      return [e([...axes.slice(0, at), axis, ...axes.slice(at)], base), axis];
    };
    const inner = random.pick(dims);
    const any: (() => string)[] = [
      called,
      () =>
        `${random.pick(base === "unit" ? ["mean", "max", "min"] : ["sum", "mean", "max"])}(${inserted().join(", ")})`,
      () => `${random.pick(["max", "min"])}(${operands(base).join(", ")})`,
      () => {
        const [a, b] = operands(base);
        return `where(${e(loosened(axes), "unit")}, ${a}, ${b})`;
      },
      () => `col(${e([...axes, inner], base)}, ${random.below(3)})`,
      () => `${e([inner, ...axes], base)}[${e([inner], "index")}]`,
    ];
    if (base !== "unit") {
      any.push(() => {
        const [a, b] = leads(axes);
        return `dot(${e([...a, inner], base)}, ${e([...b, inner], base)})`;
      });
    }
    if (axes.length === 0) any.push(() => `sum(${e(someAxes(3), base)})`);
    if (axes.length >= 1) {
      const order = (kept: Axes): string => e([...kept, last], "perm");
      any.push(
        () => {
          const [a, b] = leads(lead);
          return `${random.pick(["take", "untake"])}(${e([...a, last], base)}, ${order(b)})`;
        },
        () =>
          `${random.pick(["cumsum", "cumprod"])}(${e(axes, base)}, exclusive = ${random.pick(["yes", "no"])})`,
      );
      if (base === "real") {
        any.push(() => {
          const [a, b] = leads(lead);
          return `cosine(${e([...a, inner])}, ${e([...b, last, inner])})`;
        });
        any.push(() => {
          const [a, b] = leads(lead);
          return `shift(${e([...a, last])}, ${e([...b, "3"], "simplex")})`;
        });
        any.push(() => `(${e([...lead, inner].slice(-2))} @ ${e([inner, last])})`);
      }
    }
    if (axes.length >= 2) {
      const outerLead = axes.slice(0, -2);
      const row = axes.at(-2) ?? "A";
      any.push(
        () => {
          const [a, b] = leads(outerLead);
          return `outer(${e([...a, row], base)}, ${e([...b, last], base)})`;
        },
        () => {
          const [a, b] = leads(outerLead);
          return `push(${e([...a, row, last], base)}, ${e([...b, last], base)})`;
        },
        () => `transpose(${e([...outerLead, last, row], base)})`,
      );
      if (row === last) any.push(() => `off_diag(${e(axes, base)})`);
    }
    return [...(base in ranged ? ranged[base as "real"] : []), ...any];
  };

  /** A call of a function or network of its own for the last axes, mapped over those before them. */
  const call = (type: Type, depth: number, place: Place): string => {
    const from = random.below(type.axes.length + 1);
    const [lead, core] = [type.axes.slice(0, from), type.axes.slice(from)];
    if (type.base === "simplex" && core.length === 0) return leaf(type, place);
    const name = fresh("f");
    const parameters = Array.from({ length: 1 + random.below(2) }, (_, i): Known => ({
      text: `p${i}`,
      type: { base: random.pick(["real", "real", "pos", "unit"] as const), axes: someAxes(2) },
    }));
    const result: Type = { base: type.base, axes: core };
    const isNet = random.chance(0.4);
    const heads = parameters.map(({ text, type: own }) => `${text}: ${typed(own)}`).join(", ");
    declarations.push(
      isNet
        ? `net ${name}(${heads}) -> ${typed(result)} = ${random.pick(["linear()", "mlp(3)", "mlp(2, act = tanh)"])}`
        : `fn ${name}(${heads}) -> ${typed(result)} = ${expression(result, Math.min(depth, 2), { known: parameters, declare: constant })}`,
    );
    const [first, second] = leads(lead);
    const given = parameters.map(({ type: own }, i) => {
      const axes = [...(i === 0 ? first : second), ...own.axes];
      return expression({ base: own.base, axes }, depth, place);
    });
    return `${name}(${given.join(", ")})`;
  };

  const memory = (): void => {
    const name = fresh("Mem");
    const variable = fresh("m");
    const states = Array.from({ length: 1 + random.below(2) }, (_, i): Known => {
      const type: Type = { base: random.pick(["real", "unit"] as const), axes: someAxes(2) };
      return { text: `s${i}`, type };
    });
    const input: Known = { text: "i", type: { base: "real", axes: someAxes(1) } };
    const inside: Place = { known: [...states, input], declare: constant };
    const updates = states.map(({ text, type }) => `    ${text}' = ${expression(type, 2, inside)}`);
    const output: Type = { base: "real", axes: someAxes(2) };
    declarations.push(
      [
        `memory ${name} {`,
        ...states.map(({ text, type }) => `  state ${text}: ${typed(type)} = 0`),
        `  write(i: ${typed(input.type)}) {`,
        ...updates,
        "  }",
        `  read(i: ${typed(input.type)}) -> ${typed(output)} = ${expression(output, 2, inside)}`,
        "}",
      ].join("\n"),
    );
    members.push(`memory ${variable}: ${name}`);
    const lead = random.chance(0.3) ? someAxes(1) : [];
    const asked = expression({ ...input.type, axes: [...lead, ...input.type.axes] }, 1, model);
    known.push({
      text: `${variable}[t-1].read(${asked})`,
      type: { ...output, axes: [...lead, ...output.axes] },
    });
    for (const { text, type } of states) known.push({ text: `${variable}[t-1].${text}`, type });
    members.push(`${variable}[t] = ${variable}[t-1].write(${expression(input.type, 2, model)})`);
  };

  const distribution = (axes: Axes, family: string, depth: number): string => {
    const e = (base: Base, of: Axes): string => expression({ base, axes: of }, depth, model);
    if (family === "Categorical") return `Categorical(logits = ${e("real", [...axes, "D"])})`;
    if (family === "Bernoulli") return `Bernoulli(logits = ${e("real", axes)})`;
    if (family === "Exponential" || family === "Poisson")
      return `${family}(rate = ${e("pos", axes)})`;
    return `${family}(loc = ${e("real", axes)}, scale = ${random.chance(0.5) ? "1" : e("pos", axes)})`;
  };

  const site = (latent: boolean): void => {
    const name = fresh(latent ? "z" : "x");
    const indexed = temporal && random.chance(0.8);
    const axes = someAxes(2);
    const family = random.pick([
      "Normal",
      "Normal",
      "Laplace",
      "LogNormal",
      "Logistic",
      "Exponential",
      "Poisson",
      "Bernoulli",
      "Categorical",
    ]);
    const full = family === "Categorical" ? [...axes, "D"] : axes;
    const bases: Readonly<Record<string, Base>> = {
      Categorical: "index",
      Bernoulli: "unit",
      LogNormal: "pos",
      Exponential: "pos",
      Poisson: "count",
    };
    const type: Type = { base: bases[family] ?? "real", axes: full };
    const text = indexed ? `${name}[t]` : name;
    // One distribution for each place of the data.
    const prior = distribution(!latent && random.chance(0.3) ? [] : axes, family, 2);
    if (!latent) {
      members.push(`data ${text}: ${typed(type)}`, `${text} ~ ${prior}`);
      return;
    }
    const guide = random.chance(0.5) ? "prior" : distribution(axes, family, 1);
    members.push(`${text} ~ ${prior}\n    guide ${guide}`);
    if (indexed && random.chance(0.4)) {
      const start = random.chance(0.7) ? "0" : constant(type);
      members.push(`${name}[0]: ${typed(type)} = ${start}`);
      known.push({ text: `${name}[t-1]`, type });
    }
    // A static value must not read what belongs to a step, so what is known is of one kind.
    if (indexed === temporal) known.push({ text, type });
  };

  const equation = (): void => {
    const name = fresh("e");
    const type: Type = { base: random.pick(["real", "pos", "unit"] as const), axes: someAxes(3) };
    const text = temporal ? `${name}[t]` : name;
    members.push(
      `${text}${random.chance(0.5) ? `: ${typed(type)}` : ""} = ${expression(type, 3, model)}`,
    );
    known.push({ text, type });
  };

  if (temporal && random.chance(0.5)) memory();
  const parts = Array.from({ length: random.below(4) }, () =>
    random.pick([
      equation,
      () => {
        site(true);
      },
    ]),
  );
  for (const part of parts) part();
  site(false);
  const sizes = dims.map((dim, i) =>
    i === 3 && random.chance(0.15) ? `dim ${dim}` : `dim ${dim} = ${1 + random.below(4)}`,
  );
  const objective = random.pick(["elbo", "iwae(K = 2)"]);
  return [
    ...sizes,
    ...declarations,
    `model Grown {\n  ${members.join("\n  ")}\n}`,
    `train {\n  objective = ${objective}\n  batch = 2\n}\n`,
  ].join("\n");
};
