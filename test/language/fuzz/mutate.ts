/** Edits of a program's text that keep most of it: what people mistype, and what nobody would. */
import { shuffled, type Random } from "./random.ts";

/** Names that a table by name must not confuse with what an object has by itself. */
const nasty: readonly string[] = [
  ...["constructor", "__proto__", "hasOwnProperty", "toString", "valueOf", "prototype", "length"],
  ...["mask", "lengths", "name", "kind", "undefined", "null", "NaN", "Infinity", "get", "size"],
  ...["double", "return", "data", "t", "prior", "auto", "from", "true", "_", "ψ", "step", "train"],
  ...[
    "Object",
    "arguments",
    "eval",
    "isPrototypeOf",
    "then",
    "toJSON",
    "entries",
    "__defineGetter__",
  ],
];

const bases = [
  ...[
    "real",
    "pos",
    "unit",
    "simplex",
    "count",
    "index",
    "perm",
    "normal",
    "bernoulli",
    "categorical",
  ],
  ...["count", "Real", "int", ...nasty.slice(0, 6)],
] as const;

const numbers = ["0", "1", "2", "3", "0.5", "1e308", "1e999", "7", "1e-9", "1000003", "-1", "2.5"];
const keywords = ["import", "dim", "net", "arch", "fn", "memory", "state", "let", "return"];
const moreKeywords = ["model", "data", "shared", "param", "guide", "train", "yes", "no"];
const operators = [
  "+",
  "-",
  "*",
  "/",
  "@",
  "^",
  "=",
  "==",
  ":=",
  "<-",
  "=>",
  "**",
  "~",
  ">>",
  "->",
];
const marks = [
  ...Array.from("()[]{},.:;#'\"`’×−∼"),
  "...",
  "\\",
  "\0",
  "\u2028",
  "\t",
  "\r",
  "§",
  "𝛼",
  "/*",
  "///",
];
const paths = [
  "./memory",
  "/",
  ".",
  "",
  "..",
  "./memory/dnc.gtm",
  "./fuzzed.gtm",
  "/dev/null",
  "x\0y",
];

type Edit = (
  tokens: readonly string[],
  random: Random,
  other: readonly string[],
) => readonly string[];

/** Words, numbers, texts, comments, spaces and single marks; joined again they are the text. */
const split = (text: string): readonly string[] =>
  text.match(/\/\/.*|\s+|[\p{L}_][\p{L}\p{N}_]*|\d[\d.]*|"[^"\n]*"|[^]/gu) ?? [];

const isWord = (token: string): boolean => /^[\p{L}_]/u.test(token);
const isSpace = (token: string): boolean => /^\s/u.test(token);
const placesOf = (tokens: readonly string[], of: (token: string) => boolean): readonly number[] =>
  tokens.flatMap((token, i) => (of(token) ? [i] : []));

const replaced = (
  tokens: readonly string[],
  start: number,
  end: number,
  by: readonly string[],
): readonly string[] => [...tokens.slice(0, start), ...by, ...tokens.slice(end)];

/** An edit of one token of a kind. */
const at =
  (
    of: (token: string) => boolean,
    edit: (token: string, random: Random) => readonly string[],
  ): Edit =>
  (tokens, random) => {
    const places = placesOf(tokens, of);
    if (places.length === 0) return tokens;
    const place = random.pick(places);
    return replaced(tokens, place, place + 1, edit(tokens[place] ?? "", random));
  };

const solid = (token: string): boolean => !isSpace(token);
const partners = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);
const opens = (token: string): boolean => partners.has(token);
const closes = (token: string): boolean => [...partners.values()].includes(token);

/** From an opening bracket to after the one that closes it. */
const group = (tokens: readonly string[], start: number): readonly [number, number] => {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    if (opens(tokens[i] ?? "")) depth++;
    if (closes(tokens[i] ?? "") && --depth === 0) return [start, i + 1];
  }
  return [start, tokens.length];
};

/** A bracketed part with the name before it, as in `f(x)`, `real[H]`. */
const subtree = (tokens: readonly string[], random: Random): readonly [number, number] => {
  const places = placesOf(tokens, opens);
  if (places.length === 0) return [0, 0];
  const [start, end] = group(tokens, random.pick(places));
  return isWord(tokens[start - 1] ?? "") && random.chance(0.7) ? [start - 1, end] : [start, end];
};

/** Lines with what their brackets hold. */
const statement = (tokens: readonly string[], random: Random): readonly [number, number] => {
  const starts = placesOf(tokens, (token) => token.includes("\n"));
  if (starts.length === 0) return [0, 0];
  const start = random.pick(starts);
  let end = start + 1;
  while (end < tokens.length && !(tokens[end] ?? "").includes("\n")) {
    end = opens(tokens[end] ?? "") ? group(tokens, end)[1] : end + 1;
  }
  return [start, end];
};

const deepen = (token: string, random: Random): readonly string[] => {
  const depth = random.pick([3, 40, 300, 900, 3000]);
  const [open, close] = random.pick([
    ["(", ")"],
    ["[", "]"],
    ["-", ""],
    ["tanh(", ")"],
    ["1 + (", ")"],
    ["2 ^ ", ""],
    ["{a: ", "}"],
    [`${token}[`, "]"],
    ["1 * 2 + ", ""],
    ["", ".h"],
    ["", "[0]"],
    ["", " - 1"],
    ["", "(1).f"],
  ] as const);
  return [open.repeat(depth) + token + close.repeat(depth)];
};

const swapAxes: Edit = (tokens, random) => {
  const places = placesOf(tokens, (token) => token === "[").filter((place) => {
    const [, end] = group(tokens, place);
    return tokens.slice(place, end).includes(",");
  });
  if (places.length === 0) return tokens;
  const [start, end] = group(tokens, random.pick(places));
  const axes = tokens
    .slice(start + 1, end - 1)
    .join("")
    .split(",");
  return replaced(tokens, start, end, [`[${shuffled(random, axes).join(", ")}]`]);
};

const renameAll: Edit = (tokens, random) => {
  const names = tokens.filter(isWord);
  if (names.length === 0) return tokens;
  const old = random.pick(names);
  const name = random.pick(nasty);
  return tokens.map((token) => (token === old ? name : token));
};

const edits: readonly (readonly [number, Edit])[] = [
  [3, at(solid, () => [])],
  [3, at(solid, (token) => [token, token])],
  [3, at(isWord, (_, random) => [random.pick(nasty)])],
  [3, renameAll],
  [2, at(isWord, (_, random) => [random.pick([...keywords, ...moreKeywords])])],
  [2, at(solid, (token, random) => [token, " ", random.pick([...keywords, ...moreKeywords]), " "])],
  [
    3,
    at(
      (token) => bases.some((base) => base === token),
      (_, random) => [random.pick(bases)],
    ),
  ],
  [
    2,
    at(
      (token) => /^\d/u.test(token),
      (_, random) => [random.pick(numbers)],
    ),
  ],
  [
    2,
    at(
      (token) => /^[-+*/@^=~]$/u.test(token),
      (_, random) => [random.pick(operators)],
    ),
  ],
  [2, at(solid, (token, random) => [token, random.pick(marks)])],
  [2, at(solid, (token, random) => [token, " ", random.pick(operators), " "])],
  [
    3,
    at(
      (token) => opens(token) || closes(token),
      () => [],
    ),
  ],
  [2, at(solid, (token, random) => [token, random.pick(Array.from("()[]{}"))])],
  [
    1,
    at(
      (token) => token.startsWith('"'),
      (_, random) => [`"${random.pick(paths)}"`],
    ),
  ],
  [2, at((token) => isWord(token) || /^\d/u.test(token), deepen)],
  [3, swapAxes],
  [
    3,
    (tokens, random) => {
      const names = placesOf(tokens, isWord);
      if (names.length === 0) return tokens;
      const place = random.pick(names);
      return replaced(tokens, place, place + 1, [tokens[random.pick(names)] ?? ""]);
    },
  ],
  [
    3,
    (tokens, random, other) => {
      const [start, end] = subtree(tokens, random);
      const [from, to] = subtree(other, random);
      return replaced(tokens, start, end, other.slice(from, to));
    },
  ],
  [
    2,
    (tokens, random) => {
      const [start, end] = subtree(tokens, random);
      const [from, to] = subtree(tokens, random);
      return replaced(tokens, start, end, tokens.slice(from, to));
    },
  ],
  [
    2,
    (tokens, random) => {
      const [start, end] = subtree(tokens, random);
      return replaced(tokens, start, end, []);
    },
  ],
  [
    3,
    (tokens, random) => {
      const [start, end] = statement(tokens, random);
      return replaced(tokens, start, end, []);
    },
  ],
  [
    3,
    (tokens, random, other) => {
      const from = random.chance(0.5) ? tokens : other;
      const [start] = statement(tokens, random);
      return replaced(tokens, start, start, from.slice(...statement(from, random)));
    },
  ],
  // The end of the file, where what is open stays so.
  [1, (tokens, random) => tokens.slice(0, random.below(tokens.length + 1))],
  [1, (tokens, random) => [...tokens, random.pick(marks)]],
  [
    1,
    (tokens, random) => {
      const last = tokens.findLastIndex(closes);
      return last < 0 ? tokens : tokens.slice(0, random.chance(0.5) ? last : last + 1);
    },
  ],
  [
    1,
    (tokens, random) => [
      `import { ${random.pick(nasty)} } from "${random.pick(paths)}"\n`,
      ...tokens,
    ],
  ],
];

const weighted: readonly Edit[] = edits.flatMap(([weight, edit]) =>
  Array.from({ length: weight }, () => edit),
);

/** The text after one to four edits, more or fewer of them in a row. */
export const mutated = (text: string, other: string, random: Random): string => {
  const count = 1 + random.below(random.chance(0.2) ? 6 : 2);
  let tokens = split(text);
  for (let i = 0; i < count; i++) tokens = random.pick(weighted)(tokens, random, split(other));
  return tokens.join("");
};
