/** E06xx to E08xx: data, backends, numerics, command line and runs. */
import type { ErrorCode } from "../codes.ts";
import type { Explanation } from "./explanation.ts";

type Explained = ErrorCode & `E0${6 | 7 | 8}${string}`;

export const ofRuns: { readonly [C in Explained]: Explanation } = {
  E0601: {
    meaning: "The message lists the sources that there are; docs/data.md says what each reads.",
  },
  E0602: {
    meaning:
      "Each argument has a name and a type, and some must be given; the message lists those that the source takes.",
  },
  E0603: {
    meaning:
      "A relative path is looked for beside the model file and in the data directory (`--data-dir` or GTMC_DATA).",
    command: "gtmc run rows.gtm --set 'train.data=table(file = \"absent.csv\")'",
  },
  E0604: {
    meaning:
      "The message names the line and column, or the part of the file, from which on it cannot be read.",
  },
  E0605: {
    meaning:
      "Every `data` of the model is read from a field of the same name: rename the column or array, or the declaration.",
  },
  E0606: { meaning: "Declare it as `data` in the model if it is to be used." },
  E0607: {
    meaning: "The number of axes and the size of each must be those of the declaration.",
    command: "gtmc run rows.gtm --set X=3",
  },
  E0608: {
    meaning:
      "A `unit` is from 0 to 1, a `pos` is above 0, a `simplex` sums to 1, a `count` is a whole number from 0 on, and an `index[N]` is a whole number from 0 to N - 1.",
  },
  E0609: { meaning: "Give more data, or ask for less: the message says how many are needed." },
  E0610: { meaning: "Data are read from regular files, never from folders, pipes or devices." },
  E0611: { meaning: "Bounds on size and depth keep a hostile file from taking all memory." },
  E0612: { meaning: "Save the file as UTF-8; the message names the encoding it seems to have." },
  E0613: {
    meaning:
      "Numbers are held as 32-bit floats, which end at 3.4e38 and are exact for whole numbers up to 2^24.",
  },
  E0614: {
    meaning:
      "Nothing is filled in silently. Leave the row out, fill the value in, or mark what was observed by a field of its own.",
  },
  E0615: {
    meaning:
      "Say `header = yes` or `header = no`, separate columns by one kind of separator, and give each column one name.",
  },
  E0616: { meaning: "Sort the rows by sequence and then by time." },
  E0617: {
    meaning: "There must be at least one sequence, and every sequence has at least one step.",
  },
  E0618: { meaning: "Texts and dates are not data of a model; turn them into numbers first." },
  E0619: {
    meaning:
      "A dimension that is computed of others, such as `N - 2`, must be at least 1 for these data.",
  },
  E0620: {
    meaning:
      "The likelihood of such a value has no meaning. Leave the sequence out, or fill the value in.",
  },
  E0621: {
    meaning:
      "A dimension without a value in the file takes its size from a field that has it as an axis; a length comes from a field with a value at every step.",
  },
  E0622: { meaning: "The splits of the file are taken as they are." },
  E0623: {
    meaning:
      "Test bounds then say how well the model knows this sequence. The argument `length` cuts it into pieces.",
  },
  E0624: { meaning: "At least one sequence is on either side of a split." },
  E0625: {
    meaning:
      "A data set of a library's user must give arrays of the shapes that its `fields` declare.",
  },
  E0626: { meaning: "A smaller batch, or fewer sequences, has each of them at most once." },
  E0627: {
    meaning:
      "A test set that says when to stop is no test. Set some of the training data aside by `validation = 0.1`.",
  },
  E0628: { meaning: "Say which part it is by the argument `validation` of the data source." },
  E0629: {
    meaning:
      "The reported test bound flatters that checkpoint. A validation split would choose it fairly.",
    command: "gtmc eval run --checkpoint best --particles 1",
  },
  E0630: { meaning: "Places of an axis are counted from 0, and its size is that of the data." },
  E0631: { meaning: "The splits of a file are called `train`, `test` and `validation`." },
  E0632: {
    meaning:
      "Each row is the step after the row before it, and nothing fills a gap. Where the distance matters, declare the time as data and use it.",
  },
  E0633: {
    meaning: "Numbers of before and after are then of different data, and must not be compared.",
  },

  E0701: {
    meaning: "The message lists the backends; `auto` takes the fastest that works.",
    command: "gtmc run rows.gtm --backend tfjs:gpu",
  },
  E0702: {
    meaning:
      "The message says what is missing, such as a C compiler; `auto` takes the next best backend.",
    command: "gtmc run rows.gtm --backend tfjs:node --out run",
  },
  E0703: {
    meaning: "Use another backend, such as `auto` or `reference`.",
    command: "gtmc run rows.gtm --backend tfjs:cpu --quiet --out run",
  },
  E0704: {
    meaning: "Name another compiler by the variable CC, or take a backend that needs none.",
  },
  E0705: {
    meaning: "Set GTMC_THREADS to a smaller number, or use a smaller batch.",
  },
  E0706: {
    meaning: "Use `--backend native` with `--profile`.",
    command: "gtmc run rows.gtm --profile --backend tfjs:cpu --out run",
  },
  E0710: {
    meaning:
      "The message names the term, the first operation that gave such a value, and the range of its operand. A smaller learning rate or `clip = 1` often helps.",
  },
  E0711: { meaning: "A schedule must be finite at every `step` from 1 on." },
  E0720: {
    meaning:
      "The message names the sequence, the step and the operation. The model met a value there that no training data have.",
  },
  E0721: {
    meaning:
      "A draw may leave the range that the model can compute with, although the data do not. Bound what is drawn, or what is computed of it.",
    command: "gtmc sample run --quiet --sequences 40",
  },
  E0722: {
    meaning:
      "Some particles are impossible under the prior; the bound is that of the others, and is right.",
  },
  E0740: {
    meaning:
      "This is a bug in gtmc and not in the model: please report it. Another backend may be right.",
    command: "gtmc run rows.gtm --backend native --verify --quiet --out run",
  },

  E0803: {
    meaning: "The message lists the settings; docs/settings.md says what each does.",
    file: "train { «btach → batch» = 8 }",
  },
  E0804: { meaning: "The message says what the setting takes.", file: "train { batch = «0 → 8» }" },
  E0805: {
    meaning: "Of several models in a file, `--model NAME` chooses one; a library declares none.",
  },
  E0806: {
    meaning: "The schedule is looked at for each step of the training that it is for.",
    file: "train { steps = 100  optimizer = adam(lr = «1e-3 - 1e-4 * step → 1e-3 * 0.5^(step / 50)») }",
  },
  E0807: {
    meaning: 'A call is written as in a file, in quotes: "iwae(K = 8)".',
    command: "gtmc run rows.gtm --config small.json",
  },
  E0808: { meaning: "A nested path and one with dots may mean the same setting." },
  E0809: {
    meaning: "Set what the formula is made of, and the dimension follows.",
    command: "gtmc run mean.gtm --set X=3 --print-config",
  },
  E0811: {
    meaning: "Every verb shows its options with `--help`.",
    command: "gtmc inspect rows.gtm --stage grph",
  },
  E0812: {
    meaning: "It is not there, is a folder, or may not be read.",
    command: "gtmc check nowhere.gtm",
  },
  E0813: {
    meaning: 'It is an object of the paths of --set, such as {"Z": 64, "train.steps": 500}.',
  },
  E0814: {
    meaning: "A run is never overwritten: give `--out` another name, or leave it out.",
    command: "gtmc run rows.gtm --backend reference --out run",
  },
  E0815: {
    meaning: "`gtmc run FILE` makes a run folder and prints its path.",
    command: "gtmc eval nowhere",
  },
  E0816: {
    meaning:
      "A disk is full, a folder may not be written to, or a file is gone; the message has the words of the operating system. What a run wrote before is whole.",
    command: "gtmc run rows.gtm --backend reference --out rows.csv/run",
  },
  E0817: {
    meaning: "Give fewer frames than the sequences have, to a model that has time.",
    command: "gtmc sample run --backend reference --target predict",
  },
  E0818: { meaning: "The message names the argument, what it must be, and what was found." },
  E0821: {
    meaning:
      "Where an older checkpoint is whole, it is taken and this is a warning; else start again.",
  },
  E0822: {
    meaning: "Resume with the sizes and the optimizer that the run began with.",
    command:
      "gtmc resume run --backend reference --set train.steps=2 --set 'train.optimizer=sgd(momentum = 0.9)' --set Z=3",
  },
  E0823: {
    meaning: "Add a line `data = …` to the `train` block, or give it by `--set train.data=…`.",
  },
  E0830: {
    meaning: "Only what the file declares, and the settings of `train`, can be set.",
    command: "gtmc run rows.gtm --set Y=3 --set train.setps=3 --set train.objective.bound.K=3",
  },
  E0831: {
    meaning: "A dimension is a whole number of at least 1.",
    command: "gtmc run rows.gtm --set Z=6.4",
  },
  E0832: {
    meaning: "Set the value as a whole.",
    command: "gtmc run rows.gtm --set Z.size=3 --set train=3 --set train.kl_weight.steps=3",
  },
  E0840: {
    meaning:
      "Code is loaded only from a folder that nobody else can write to. This process compiles for itself, and the next one again.",
  },
  E0841: {
    meaning: "One process at a time works in a run folder; the message names the one that does.",
    command: "gtmc resume run --set train.steps=2",
  },
  E0842: { meaning: "Use the gtmc that wrote it; `env.json` of the run names its version." },
  E0843: { meaning: "Bring back the files that the message names, or start again." },
};
