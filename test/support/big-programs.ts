/** Programs that grow in one way each, for what must not grow faster than they do. */

/** How a program grows, and its text at a size. */
export interface Kind {
  readonly name: string;
  readonly text: (n: number) => string;
  /** A size at which four times as much is compiled within a second. */
  readonly small: number;
}

const list = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");

const observed = (of: string): string => `  x ~ Normal(loc = ${of}, scale = 1)`;

const model = (...lines: readonly string[]): string =>
  ["model Big {", "  data x: real[4]", ...lines, "}", ""].join("\n");

const latent = (name: string, loc: string): string =>
  `  ${name} ~ Normal(loc = ${loc}, scale = ones(4)) guide Normal(loc = x, scale = ones(4))`;

/** Its guide differs from those of others, so that nothing of it is shared. */
const own = (i: number, loc: string): string =>
  `  z${String(i)} ~ Normal(loc = ${loc}, scale = ones(4)) guide Normal(loc = x - ${String(i)}, scale = ones(4))`;

const previous = (i: number, name: string, first: string): string =>
  i === 0 ? first : `${name}${String(i - 1)}`;

const dense = (i: number, name: string): string =>
  `net ${name}${String(i)}(h: real[4]) -> real[4] = linear()`;

export const kinds: readonly Kind[] = [
  {
    name: "sites side by side",
    small: 25,
    text: (n) =>
      model(
        list(n, (i) => own(i, "zeros(4)")),
        observed(`z${String(n - 1)}`),
      ),
  },
  {
    name: "sites in a chain",
    small: 25,
    text: (n) =>
      model(
        list(n, (i) => own(i, previous(i, "z", "zeros(4)"))),
        observed(`z${String(n - 1)}`),
      ),
  },
  {
    name: "equations in a chain",
    small: 60,
    text: (n) =>
      model(
        list(n, (i) => `  a${String(i)} = tanh(${previous(i, "a", "z")}) + z`),
        latent("z", "zeros(4)"),
        observed(`a${String(n - 1)}`),
      ),
  },
  {
    name: "functions in a chain",
    small: 50,
    text: (n) =>
      list(n, (i) => {
        const inner = i === 0 ? "tanh(v)" : `f${String(i - 1)}(v) + 1`;
        return `fn f${String(i)}(v: real[4]) -> real[4] = ${inner}`;
      }) + `\n${model(latent("z", "zeros(4)"), observed(`f${String(n - 1)}(z)`))}`,
  },
  {
    name: "nets",
    small: 8,
    text: (n) =>
      `${list(n, (i) => dense(i, "net"))}\n${model(
        list(n, (i) => `  a${String(i)} = net${String(i)}(${previous(i, "a", "z")})`),
        latent("z", "zeros(4)"),
        observed(`a${String(n - 1)}`),
      )}`,
  },
  {
    name: "layers of a net",
    small: 8,
    text: (n) =>
      `net deep(h: real[4]) -> real[4] = mlp(${Array.from({ length: n }, () => "4").join(", ")})\n${model(
        latent("z", "zeros(4)"),
        observed("deep(z)"),
      )}`,
  },
  {
    name: "parameters",
    small: 16,
    text: (n) =>
      model(
        list(n, (i) => `  param w${String(i)}: real[4]`),
        list(n, (i) => `  a${String(i)} = ${previous(i, "a", "z")} * w${String(i)}`),
        latent("z", "zeros(4)"),
        observed(`a${String(n - 1)}`),
      ),
  },
  {
    name: "memories",
    small: 2,
    text: (n) =>
      [
        "model Big {",
        "  data x[t]: real[4]",
        list(n, (i) => `  memory m${String(i)}: GRU(4)`),
        list(n, (i) => {
          const name = `m${String(i)}`;
          return `  ${name}[t] = ${name}[t-1].step(${i === 0 ? "x[t]" : `m${String(i - 1)}[t].h`})`;
        }),
        `  x[t] ~ Normal(loc = m${String(n - 1)}[t-1].h, scale = 1)`,
        "}",
        "",
      ].join("\n"),
  },
];
