import type { Model } from "../../../src/ir/model.ts";
import { printValue } from "../../../src/ir/print.ts";
import type { ValueOp } from "../../../src/ir/value.ts";
import { modelOf } from "./library.ts";

/** Sizes and networks of a small temporal model. */
export const header = `dim X = 5
dim Z = 3
dim H = 4
dim R = 2
dim N = 6
net prior(h: real[H])            -> normal[Z]    = linear()
net post(x: unit[X], h: real[H]) -> normal[Z]    = linear()
net obs(z: real[Z])              -> bernoulli[X] = linear()
`;

/** A temporal model around these declarations and members. */
export const temporal = (declarations: string, members: string): Model =>
  modelOf(`${header}${declarations}
model M {
  data x[t]: unit[X]
  memory rnn: LSTM(H)
  z[t] ~ prior(rnn[t-1].h)
    guide post(x[t], rnn[t-1].h)
  x[t] ~ obs(z[t])
  rnn[t] = rnn[t-1].step(z[t])
${members}
}`);

/** A static model that observes the value of an expression, so that it is kept. */
export const observing = (
  declarations: string,
  members: string,
  expression: string,
  axes: string,
): Model =>
  modelOf(`dim N = 6
dim W = 4
dim R = 2
${declarations}
model M {
${members}
  data y: real${axes}
  y ~ Normal(loc = ${expression}, scale = 1)
}`);

/** The printed values of one operation. */
export const lines = (model: Model, op: ValueOp): readonly string[] =>
  model.values.filter((value) => value.op === op).map(printValue);

/** The printed value that `observing` observes. */
export const loc = (model: Model): string => {
  const id = model.sites.find(({ name }) => name === "y")?.prior.arguments["loc"] ?? -1;
  const value = model.values[id];
  return value === undefined ? "" : printValue(value).replace(/^%\d+: | *\/\/.*$/gu, "");
};
