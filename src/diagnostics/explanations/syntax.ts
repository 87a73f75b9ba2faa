/** E01xx and E02xx: the text of a file, its names and what it imports. */
import type { ErrorCode } from "../codes.ts";
import type { Explanation } from "./explanation.ts";

type Explained = ErrorCode & `E0${1 | 2}${string}`;

export const ofSyntax: { readonly [C in Explained]: Explanation } = {
  E0101: {
    meaning: "They are skipped, so that other errors are found too. A file is encoded in UTF-8.",
    file: `fn f(x: real) -> real = x «? → +» 1`,
  },
  E0102: {
    meaning: "The message says how it is written here; the file is read as if it were so.",
    file: `fn f(x: real) -> real = x«** → ^»2`,
  },
  E0103: {
    meaning: "A text ends on the line on which it begins.",
    file: `import { Fifo } from "./memory/fifo.gtm«→"»`,
  },
  E0104: {
    meaning: "The message shows where it is opened and where it may have to be closed.",
    file: `fn f(x: real) -> real = 2 * (x + 1«→)»`,
  },
  E0105: { meaning: "Remove it, or open it.", file: `fn f(x: real) -> real = 2 * x«) →»` },
  E0106: {
    meaning: "It is read as the nearest keyword, so that the rest of the file can be checked.",
    file: `«modle → model» M {
  data x: real
  x ~ Normal(loc = 0, scale = 1)
}`,
  },
  E0107: {
    meaning: "The lines of a model, a memory and a `train` block stand in braces.",
    file: `model M «→{»
  data x: real
  x ~ Normal(loc = 0, scale = 1)
}`,
  },
  E0108: {
    meaning: "Give parts of the expression names of their own.",
    command: "gtmc check deep.gtm",
  },
  E0109: {
    meaning: "The largest is about 1.8e308.",
    file: `fn f(x: real) -> real = x + «1e400 → 1e30»`,
  },
  E0110: {
    meaning: "The message says in words what may follow what was read so far.",
    file: `fn f(x: real) «→-> real» = 2 * x`,
  },
  E0111: {
    meaning: "The message says in words what may follow.",
    file: `fn f(x: real) -> real = x +« → 1»`,
  },
  E0112: {
    meaning: "Words that begin a declaration cannot be names.",
    file: `fn f(«data → given»: real) -> real = 2 * «data → given»`,
  },
  E0120: {
    meaning: "A state is given its new value by `M' = …`; `let v = …` names a value for the block.",
    file: `memory Sum(W) {
  state M: real[W] = 0
  write(v: real[W]) { M«→'» = M + v }
}`,
  },
  E0121: {
    meaning: "A model reads `x[t]`, `x[t-1]`, `x[t-2]`, and so on.",
    file: `model M {
  data x[t]: real
  x[0] = 0
  x[t] ~ Normal(loc = x[«2 * t → t-1»], scale = 1)
}`,
  },
  E0122: {
    meaning: "The index goes to the variable: `rnn[t].h` and not `rnn.h[t]`.",
    file: `model M {
  data x[t]: real
  x[0] = 0
  x[t] ~ Normal(loc = «(2 * x)[t-1] → 2 * x[t-1]», scale = 1)
}`,
  },
  E0123: {
    meaning: "Other times are for reading, to the right of `=` and `~`.",
    file: `model M {
  data x[t]: real
  a[0]: real = 0
  a[«t+1 → t»] = 0.5 * a[t-1] + 1
  x[t] ~ Normal(loc = a[t], scale = 1)
}`,
  },
  E0124: {
    meaning: "An operation is an `address`, a `read` or a `write`, or has no role.",
    file: `memory Sum(W) {
  state M: real[W] = 0
  write(v: real[W]) { M' = M + v }
  «raed → read» all() -> real[W] = M
}`,
  },
  E0125: {
    meaning: "Write `z[0] = …`, or make the first value a variable of its own without an index.",
    file: `model M {
  data x[t]: real
  x[0] «~ Normal(loc = 0, scale = 1) → = 0»
  x[t] ~ Normal(loc = x[t-1], scale = 1)
}`,
  },
  E0126: {
    meaning:
      "An operation with `->` gives a value by `=`; one without it changes states in braces.",
    file: `memory Sum(W) {
  state M: real[W] = 0
  write(v: real[W]) { M' = M + v }
  all() «→-> real[W]» = M
}`,
  },

  E0201: {
    meaning: "A path is relative to the file that imports.",
    file: `import { Fifo } from "./memory/«fifi → fifo».gtm"`,
  },
  E0202: {
    meaning: "Move what both need into a third file. This one is called example.gtm.",
    file: `«import { f } from "./example.gtm"
→»fn g(x: real) -> real = 2 * x`,
  },
  E0203: {
    meaning: "An import names what the other file declares, letter by letter.",
    file: `import { «Fifi → Fifo» } from "./memory/fifo.gtm"`,
  },
  E0204: {
    meaning: "Every name of a file, of a model and of a block is declared once.",
    file: `dim N = 2
dim «N → M» = 3`,
  },
  E0205: {
    meaning: "Put all settings into one block.",
    file: `train { batch = 8 «} train { →» steps = 100 }`,
  },
  E0206: {
    meaning: "Keep the one that is meant.",
    file: `train { batch = 8  «batch = 16 →» }`,
  },
  E0210: {
    meaning:
      "A name is one of data, a parameter, a memory, an equation and a site; only data may also be what a site draws.",
    file: `model M {
  data x: real
  param a: real = 0
  «a → b» = 2
  x ~ Normal(loc = a, scale = «a → b»)
}`,
  },
  E0211: {
    meaning: "Dimensions, networks, functions, memories and values are different kinds of things.",
    file: `dim N = 2
fn f(x: real[N]) -> real[N] = «N(x) → tanh(x)»`,
  },
  E0212: {
    meaning: "There is no recursion: what has a value at every step is carried through time.",
    file: `fn f(x: real) -> real = 2 * «f(x) → x»`,
  },
  E0213: {
    meaning: "A dimension is declared by `dim`; without a value its size comes from the data.",
    file: `dim Hidden = 4
fn f(x: real[«Hiden → Hidden»]) -> real[Hidden] = 2 * x`,
  },
  E0214: {
    meaning: "Sizes are made of whole numbers and dimensions with +, -, * and ^.",
    file: `dim N = «0 → 1»
fn f(x: real[N]) -> real[N] = 2 * x`,
  },
  E0215: {
    meaning: "The message lists the types; docs/language.md says what each means.",
    file: `fn f(x: «rael → real») -> real = 2 * x`,
  },
  E0216: {
    meaning: "A memory is declared in the file, imported, or one of those that every file sees.",
    file: `dim H = 4
model M {
  data x[t]: real[H]
  memory rnn: «LSTN → LSTM»(H)
  rnn[t] = rnn[t-1].step(x[t])
  x[t] ~ Normal(loc = rnn[t-1].h, scale = ones(H))
}`,
  },
  E0217: {
    meaning: "A memory is given a size for each dimension that it declares.",
    file: `dim H = 4
model M {
  data x[t]: real[H]
  memory rnn: LSTM(H«, H →»)
  rnn[t] = rnn[t-1].step(x[t])
  x[t] ~ Normal(loc = rnn[t-1].h, scale = ones(H))
}`,
  },
  E0218: {
    meaning: "The message lists the operations of the memory.",
    file: `dim H = 4
model M {
  data x[t]: real[H]
  memory rnn: LSTM(H)
  rnn[t] = rnn[t-1].«stop → step»(x[t])
  x[t] ~ Normal(loc = rnn[t-1].h, scale = ones(H))
}`,
  },
  E0219: {
    meaning: "A memory has its states as fields, and a record those that it is made of.",
    file: `dim H = 4
model M {
  data x[t]: real[H]
  memory rnn: LSTM(H)
  rnn[t] = rnn[t-1].step(x[t])
  x[t] ~ Normal(loc = rnn[t-1].«hh → h», scale = ones(H))
}`,
  },
  E0220: {
    meaning: "A file has at least one declaration.",
    file: `// A model of nothing.«→
fn f(x: real) -> real = 2 * x»`,
  },
};
