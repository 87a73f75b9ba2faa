/** E030x to E032x and E035x: expressions, bodies and networks. */
import type { ErrorCode } from "../codes.ts";
import type { Explanation } from "./explanation.ts";

type Explained = ErrorCode & `E03${0 | 1 | 2 | 5}${string}`;

export const ofTypes: { readonly [C in Explained]: Explanation } = {
  E0301: {
    meaning: "The message names the nearest; docs/language.md lists the functions.",
    file: `fn f(x: real) -> real = «tahn → tanh»(x)`,
  },
  E0302: {
    meaning: "The message lists what it takes.",
    file: `fn scale(x: real, by: real) -> real = x * by
fn f(x: real) -> real = scale(x, by = 2«, to = 3 →»)`,
  },
  E0303: {
    meaning: "Every parameter is given an argument, by its place or by its name.",
    file: `fn scale(x: real, by: real) -> real = x * by
fn f(x: real) -> real = scale(x«→, by = 2»)`,
  },
  E0304: {
    meaning: "The message shows how it is called; docs/language.md says what each argument means.",
    file: `dim N = 2
fn f(x: real[N]) -> real[N] = softmax(x«, x, x →»)`,
  },
  E0305: {
    meaning:
      "A memory is no value: read one of its states. Neither is a distribution: draw from it.",
    file: `model M {
  data x[t]: real[4]
  memory rnn: LSTM(4)
  rnn[t] = rnn[t-1].step(x[t])
  x[t] ~ Normal(loc = rnn[t-1]«→.h», scale = ones(4))
}`,
  },
  E0310: {
    meaning:
      "Axes are matched by name and never by size: one side must have all the axes of the other, in the same order.",
    file: `dim N = 4
dim K = 4
fn f(x: real[N], y: real[«K → N»]) -> real[N] = x + y`,
  },
  E0311: {
    meaning: "Say by `outer` along which axis the smaller side is repeated.",
    file: `dim N = 4
fn f(x: real[N, N], y: real[N]) -> real[N, N] = x * «y → outer(ones(N), y)»`,
  },
  E0312: {
    meaning: "The last axis of the left side must be the first of the right side, by name.",
    file: `dim N = 4
dim K = 2
fn f(x: real[N, K], y: real[«N → K»]) -> real[N] = x @ y`,
  },
  E0313: {
    meaning: "A sum, a mean or a maximum is taken along one axis of its operand.",
    file: `dim N = 4
dim K = 2
fn f(x: real[N, K]) -> real[N] = sum(x, «4 → K»)`,
  },
  E0314: {
    meaning: "The message says what the operation needs and what it is given.",
    file: `dim N = 4
fn f(x: real«→[N]») -> real«→[N]» = softmax(x)`,
  },
  E0315: {
    meaning:
      "The message shows what is expected, what is found, and where each of the axes comes from.",
    file: `dim N = 4
dim K = 2
fn sized(x: real[N]) -> real[N] = 2 * x
fn f(x: real[«K → N»]) -> real[N] = sized(x)`,
  },
  E0316: {
    meaning:
      "Ranges are checked before anything runs: `softplus` gives `pos`, `sigmoid` gives `unit`, `softmax` gives `simplex`.",
    file: `model M {
  data x: real
  param a: real = 0
  x ~ Normal(loc = 0, scale = «a → softplus(a)»)
}`,
  },
  E0317: {
    meaning: "A record gives each of its fields to the parameter of the same name.",
    file: `dim H = 4
net gates(h: real[H]) -> {v: real[H], «gate → by»: unit[H]} = linear()
memory Sum(W) {
  state M: real[W] = 0
  write(v: real[W], by: unit[W]) { M' = M + by * v }
}
model M {
  data x[t]: real[H]
  memory mem: Sum(H)
  mem[t] = mem[t-1].write(gates(x[t]))
  x[t] ~ Normal(loc = mem[t-1].M, scale = ones(H))
}`,
  },
  E0318: {
    meaning:
      "Axes that the parameters lack must be the same, by name, in all arguments that have them.",
    file: `dim N = 4
dim K = 2
fn mix(x: real, y: real) -> real = x * y
fn f(x: real[N], y: real[«K → N»]) -> real[N] = mix(x, y)`,
  },
  E0320: {
    meaning: "The message shows the declared and the computed type.",
    file: `dim N = 4
dim K = 2
fn f(x: real[N]) -> real[«K → N»] = 2 * x`,
  },
  E0321: {
    meaning: "A block whose result is declared returns once, on its last line.",
    file: `fn f(x: real) -> real {
  let y = 2 * x«→
  return y»
}`,
  },
  E0322: {
    meaning: "An operation with `->` leaves the memory as it is: split it in two.",
    file: `memory Sum(W) {
  state M: real[W] = 0
  add(v: real[W]) «-> real[W] →» {
    M' = M + v«
    return M →»
  }
}`,
  },
  E0323: {
    meaning:
      "A prime marks the new value of a state, in an operation of the memory that declares it.",
    file: `memory Sum(W) {
  state total: real[W] = 0
  add(v: real[W]) { «totl → total»' = total + v }
}`,
  },
  E0324: {
    meaning: "A state keeps its shape from step to step.",
    file: `memory Sum(W) {
  state M: real[W] = 0
  add(v: real[W]) { M' = «outer(v, v) → M + v» }
}`,
  },
  E0325: {
    meaning: "Only a model has time: pass the value to the function as an argument.",
    file: `fn f(x: real) -> real = 2 * x«[t] →»`,
  },
  E0350: {
    meaning:
      "An architecture is one of those that every file sees, such as `mlp`, or declared by `arch`.",
    file: `net f(x: real[4]) -> real[2] = «mpl → mlp»(8)`,
  },
  E0351: {
    meaning: "The message shows how it is written.",
    file: `net f(x: real[4]) -> real[2] = linear(«8, 8 →»)`,
  },
  E0352: {
    meaning: "A network ends with `linear()`, which is as wide as its result needs.",
    file: `net f(x: real[4]) -> real[2] = dense(8, tanh)« → >> linear()»`,
  },
  E0353: {
    meaning: "The message lists the activations.",
    file: `net f(x: real[4]) -> real[2] = dense(8, «tahn → tanh») >> linear()`,
  },
  E0354: {
    meaning: "A result with fields takes a bias for each of them: `bias = {v: 1}`.",
    file: `net f(x: real[4]) -> {v: real[2], g: unit} = linear(bias = {«h → g»: 3})`,
  },
  E0355: {
    meaning:
      "Parameters outlive the data that they were trained on. Give the dimension a value, or keep it out of what networks read and give.",
    file: `dim X« → = 4»
net f(x: real[X]) -> real[2] = linear()
model M {
  data x: real[X]
  data y: real[2]
  y ~ Normal(loc = f(x), scale = ones(2))
}`,
  },
  E0356: {
    meaning: "A memory that is pushed to, such as `Fifo`, keeps many steps as one value.",
    file: `model M {
  data x[t]: real
  x[0] = 0
  x[t] ~ Normal(loc = x[t-«1000 → 2»], scale = 1)
}`,
  },
  E0357: {
    meaning: "A site is written with `~`.",
    file: `model M {
  data x: real
  «y = → x ~ Normal(loc =» 0«→, scale = 1)»
}`,
  },
  E0358: {
    meaning:
      "Make dimensions, the batch, the particles or the sequences smaller; `gtmc info FILE` shows what each part takes.",
    command: "gtmc run m.gtm",
  },
  E0359: {
    meaning: "Every call is put in the place of its callee: let fewer functions call one another.",
  },
};
