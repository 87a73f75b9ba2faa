import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";

const codes = (text: string): readonly string[] => {
  const program = compile({ path: "models/test.gtm", text });
  return program.ok ? [] : program.diagnostics.map(({ code }) => code);
};

test("a slip in one declaration does not hide what is wrong in another", () => {
  const text = `
dim X = 4
dim Z = 2
dim H = 8
net prior(h: real[H]) -> normal[Z] = mlp(16)
net post(x: unit[X], h: real[H]) -> normal[Z] = mlp(16
net obs(z: real[Z]) -> bernoulli[X] = mlp(16)
model M {
  data x[t]: unit[X]
  memory rnn: LSTM(H)
  z[t] ~ prior(rnn[t-1].h + z[t-1])
    guide post(x[t], rnn[t-1].h)
  x[t] ~ obs(z[t])
  rnn[t] = rnn[t-1].step([x[t], z[t]])
}`;
  expect(codes(text)).toEqual(["E0104", "E0310", "E0332"]);
});

test("what a slip left unread is blamed on nobody else", () => {
  const text = readFileSync("models/introspective.gtm", "utf8").replace(/\/\/.*$/gmu, "");
  // The fuzzer deletes any token of any model; one of three is enough here.
  const broken = [...text.matchAll(/[A-Za-z_]+|[\d.]+|[^\sA-Za-z0-9_]/gu)]
    .filter((_, i) => i % 3 === 0)
    .map(({ 0: token, index }) => codes(text.slice(0, index) + text.slice(index + token.length)))
    .filter((found) => found.some((code) => code.startsWith("E01")));
  expect(broken.length).toBeGreaterThan(40);
  expect(broken.flat().filter((code) => code >= "E03")).toEqual([]);
});
