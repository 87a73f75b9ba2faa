import { expect, test } from "vitest";
import { nearestName } from "../../src/diagnostics/nearest.ts";

test.each([
  ["pots", ["post", "prior", "obs"], "post"],
  ["objctive", ["objective", "optimizer"], "objective"],
  ["adma", ["adam", "sgd"], "adam"],
  ["Sofmax", ["softmax", "softplus"], "softmax"],
  ["z", ["Z", "X"], "Z"],
  ["z", ["x", "y"], undefined],
  ["ab", ["cd", "abc"], undefined],
  ["lr", ["l", "r"], undefined],
  ["post", ["post"], undefined],
  ["colour", ["batch", "steps", "seed"], undefined],
  ["", ["a"], undefined],
  ["ψψψψ", ["ψψψ"], "ψψψ"],
  ["𝜓𝜓𝜓𝜓", ["𝜓𝜓𝜓"], "𝜓𝜓𝜓"],
  // Two edits of six letters, one of seven: the nearer wins, whichever comes first.
  ["prior_x", ["pror_xy", "prior_z"], "prior_z"],
  // Of equally near ones the one that begins alike.
  ["E0513", ["E0213", "E0503", "E0313"], "E0503"],
  // The first of equals.
  ["abcd", ["abce", "abcf"], "abce"],
])("%s among %j is %s", (word, candidates, nearest) => {
  expect(nearestName(word, candidates)).toBe(nearest);
});

test("a swap of neighbours is one edit, so it is forgiven in four letters; two replacements are not", () => {
  expect(nearestName("abdc", ["abcd"])).toBe("abcd");
  expect(nearestName("abxy", ["abcd"])).toBeUndefined();
});
