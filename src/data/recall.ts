/**
 * The recall tasks of Gemici et al. 2017 (appendix A, algorithms 1 to 4): `l` frames of random images, then `k`
 * frames that a model with memory can predict. The field is `x` [T = l + k, pixels].
 */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { count } from "./arguments.ts";
import {
  mapSplits,
  splitEntries,
  type Dataset,
  type Draw,
  type Region,
  type Split,
  type Splits,
} from "./dataset.ts";
import { badArgument, tooFew } from "./errors.ts";
import { imageArguments, openImages, type Images, type ImageSet } from "./images.ts";
import { source, type Source } from "./source.ts";

/** The numbers of the images that make one sequence. */
type Plan = (draw: Draw) => readonly number[];

/** Fresh sequences of images, for training and testing each from its own images. */
const imageSequences = (
  name: string,
  images: Images,
  steps: number,
  regions: readonly Region[],
  plans: Splits<Plan>,
): Dataset => {
  const { height, width } = images;
  const area = height * width;
  return {
    name,
    description: images.description,
    fields: [{ name: "x", per: "step", shape: [area] }],
    steps,
    validation: images.splits.validation !== undefined,
    ragged: false,
    regions,
    images: new Map([["x", [height, width]]]),
    batch: (split, _index, size, draw) => {
      const [set, plan] = [images.splits[split], plans[split]];
      invariant(set !== undefined && plan !== undefined, `no split ${split}`);
      const { pixels } = set;
      const data = new Float32Array(size * steps * area);
      for (let b = 0; b < size; b += 1) {
        for (const [t, image] of plan(draw).entries()) {
          const frame = pixels.subarray(image * area, (image + 1) * area);
          data.set(frame, (b * steps + t) * area);
        }
      }
      return { fields: new Map([["x", { shape: [size, steps, area], data }]]) };
    },
  };
};

const several = (set: ImageSet, n: number, draw: Draw): number[] =>
  Array.from({ length: n }, () => draw(set.count));

const recallRegions = (l: number, k: number): readonly Region[] => [
  { name: "pre-recall", kind: "presented", from: 0, to: l },
  { name: "recall", kind: "recalled", from: l, to: l + k },
];

/** Algorithm 1: the first `k` frames again, in the same order. */
export const perfectRecall: Source = source(
  "perfect_recall",
  {
    meaning:
      "l random images, then the first k of them again in the same order (Gemici et al. 2017, algorithm 1).",
    gives: "`x[t]`, the pixels of a frame; l + k steps",
    example: "perfect_recall(images = mnist, l = 10, k = 3)",
    refuse: ({ l, k }) =>
      k > l ? [badArgument("perfect_recall", "k", `at most l (= ${l})`, `${k}`)] : [],
  },
  {
    ...imageArguments,
    l: count("images that are shown first", 10),
    k: count("how many of them come again", 5),
  },
  (values, context, title) => {
    const { l, k } = values;
    const images = openImages("perfect_recall", values, context);
    if (!images.ok) return images;
    const plans = mapSplits(images.value.splits, (set): Plan => (draw) => {
      const shown = several(set, l, draw);
      return [...shown, ...shown.slice(0, k)];
    });
    return success(imageSequences(title, images.value, l + k, recallRegions(l, k), plans));
  },
);

/** Labels of a split, which the task cannot do without. */
const labelsOf = (task: string, set: ImageSet): Result<readonly number[]> => {
  const { labels } = set;
  if (labels === undefined) {
    return failure(badArgument(task, "labels", "the path of the images' labels", "nothing"));
  }
  const wrong = labels.find((label) => !(Number.isInteger(label) && label >= 0));
  return wrong === undefined
    ? success([...labels])
    : failure(badArgument(task, "labels", "labels that are whole numbers from 0", `${wrong}`));
};

/** A plan for each split by one function, or the first failure. */
const plansFor = (
  { splits }: Images,
  make: (set: ImageSet, split: Split) => Result<Plan>,
): Result<Splits<Plan>> => {
  const made = mapSplits(splits, make);
  const failed = splitEntries(made).find(([, plan]) => !plan.ok)?.[1];
  if (failed?.ok === false) return failed;
  return success(
    mapSplits(made, (plan) => {
      invariant(plan.ok, "a plan failed");
      return plan.value;
    }),
  );
};

/**
 * Algorithm 2: for each of the first `k` frames a fresh image of a 1 where its label is even, of a 0 where it is
 * odd. Differs from the paper's caption of figure 22, which says the opposite of what its five rows show.
 */
export const parityRecall: Source = source(
  "parity_recall",
  {
    meaning:
      "l random images, then for each of the first k a fresh image of a 1 where its label is even, of a 0 where it is odd (algorithm 2).",
    gives: "`x[t]`, the pixels of a frame; l + k steps",
    example: "parity_recall(images = mnist, l = 10, k = 5)",
    refuse: ({ l, k }) =>
      k > l ? [badArgument("parity_recall", "k", `at most l (= ${l})`, `${k}`)] : [],
  },
  {
    ...imageArguments,
    l: count("images that are shown first", 10),
    k: count("how many of them are answered", 5),
  },
  (values, context, title) => {
    const { l, k } = values;
    const images = openImages("parity_recall", values, context);
    if (!images.ok) return images;
    const plans = plansFor(images.value, (set, split): Result<Plan> => {
      const labels = labelsOf("parity_recall", set);
      if (!labels.ok) return labels;
      const withLabel = (wanted: number): readonly number[] =>
        labels.value.flatMap((label, i) => (label === wanted ? i : []));
      const [zeros, ones] = [withLabel(0), withLabel(1)];
      if (zeros.length === 0 || ones.length === 0) {
        return failure(tooFew(`${split} images of 0 and 1`, "one of each", "none of one"));
      }
      return success((draw) => {
        const shown = several(set, l, draw);
        const answers = shown.slice(0, k).map((image) => {
          const choices = (labels.value[image] ?? 0) % 2 === 0 ? ones : zeros;
          return choices[draw(choices.length)] ?? 0;
        });
        return [...shown, ...answers];
      });
    });
    return plans.ok
      ? success(imageSequences(title, images.value, l + k, recallRegions(l, k), plans.value))
      : plans;
  },
);

/** Algorithm 3: each further frame is the one whose place the label of the frame before it names. */
export const dynamicDependency: Source = source(
  "dynamic_dependency",
  {
    meaning:
      "l random images, then k more, each the one at the place that the label of the image before it names (algorithm 3).",
    gives: "`x[t]`, the pixels of a frame; l + k steps",
    example: "dynamic_dependency(images = mnist, l = 20, k = 5)",
  },
  {
    ...imageArguments,
    l: count("images that are shown first; more than the largest label", 20),
    k: count("images that follow", 5),
  },
  (values, context, title) => {
    const { l, k } = values;
    const images = openImages("dynamic_dependency", values, context);
    if (!images.ok) return images;
    const plans = plansFor(images.value, (set): Result<Plan> => {
      const labels = labelsOf("dynamic_dependency", set);
      if (!labels.ok) return labels;
      const largest = labels.value.reduce((a, b) => Math.max(a, b), 0);
      if (largest >= l) {
        const expected = `more than the largest label (${largest})`;
        return failure(badArgument("dynamic_dependency", "l", expected, `${l}`));
      }
      return success((draw) => {
        const sequence = several(set, l, draw);
        for (let j = 0; j < k; j += 1) {
          sequence.push(sequence[labels.value[sequence.at(-1) ?? 0] ?? 0] ?? 0);
        }
        return sequence;
      });
    });
    return plans.ok
      ? success(imageSequences(title, images.value, l + k, recallRegions(l, k), plans.value))
      : plans;
  },
);

/** Algorithm 4: `k` successive frames from a random place; the first is the cue. */
export const similarityRecall: Source = source(
  "similarity_recall",
  {
    meaning:
      "l random images, then k successive ones of them from a random place on; the first of these is the cue (algorithm 4).",
    gives: "`x[t]`, the pixels of a frame; l + k steps",
    example: "similarity_recall(images = mnist, l = 20, k = 5)",
    refuse: ({ l, k }) =>
      k >= l ? [badArgument("similarity_recall", "k", `less than l (= ${l})`, `${k}`)] : [],
  },
  {
    ...imageArguments,
    l: count("images that are shown first", 20),
    k: count("how many of them come again, the cue among them", 5, 2),
  },
  (values, context, title) => {
    const { l, k } = values;
    const images = openImages("similarity_recall", values, context);
    if (!images.ok) return images;
    const plans = mapSplits(images.value.splits, (set): Plan => (draw) => {
      const shown = several(set, l, draw);
      const from = draw(l - k);
      return [...shown, ...shown.slice(from, from + k)];
    });
    const regions: readonly Region[] = [
      { name: "pre-recall", kind: "presented", from: 0, to: l },
      { name: "cue", kind: "cue", from: l, to: l + 1 },
      { name: "recall", kind: "recalled", from: l + 1, to: l + k },
    ];
    return success(imageSequences(title, images.value, l + k, regions, plans));
  },
);
