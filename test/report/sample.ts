import type { ReportData } from "../../src/report/data.ts";

const size = [4, 4] as const;
const image = (level: number): Float32Array => new Float32Array(16).fill(level);
const sequence = (level: number): readonly Float32Array[] =>
  Array.from({ length: 6 }, () => image(level));
const regions = [
  { name: "pre-recall", kind: "presented", from: 0, to: 4 },
  { name: "recall", kind: "recalled", from: 4, to: 6 },
] as const;

/** A report with every section of a temporal model. */
export const temporal: ReportData = {
  title: "Recall <GTMM>",
  subtitle: "perfect_recall(l = 4, k = 2)",
  headlines: [{ label: "Recall ratio", value: "0.17", note: "0 is perfect" }],
  frames: { regions, sites: [{ name: "z", kl: [12, 12.5, 11.5, 12, 2, 1] }] },
  training: [
    {
      title: "Bound",
      yLabel: "bound (nats per frame)",
      fromZero: false,
      series: [
        { name: "training", faint: true, points: curve(60) },
        { name: "test", points: curve(20) },
      ],
    },
  ],
  addresses: [],
  reconstructions: {
    regions,
    original: { size, sequences: [sequence(0), sequence(1)] },
    reconstruction: { size, sequences: [sequence(0.25), sequence(0.75)] },
  },
  continuations: {
    regions,
    prefix: 4,
    size,
    sequences: [{ original: sequence(1), draws: [sequence(0.5), sequence(0.6)] }],
  },
  reads: [
    {
      name: "mem.read",
      regions,
      heads: [
        Array.from({ length: 6 }, (_, t) => [0, 1, 2].map((slot) => (slot === t % 3 ? 0.9 : 0.05))),
      ],
    },
  ],
  tables: [{ title: "Settings", columns: ["", "value"], rows: [["train.steps", "500"]] }],
};

/** A model without time, images or read heads. */
export const still: ReportData = {
  title: "VMA",
  subtitle: "train_to_recall",
  headlines: [],
  training: [
    {
      title: "KL of the address",
      yLabel: "KL (nats)",
      fromZero: true,
      series: [
        {
          name: "a",
          points: [
            [0, 0],
            [100, 2.1],
          ],
        },
      ],
      reference: { value: Math.log(32), label: "log 32" },
    },
  ],
  addresses: [{ site: "a", shares: [0.5, 0.25, 0.25] }],
  reads: [],
  tables: [],
};

/** Rises fast and then slowly, from far below. */
function curve(count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, i) => [10 * i, -50 - 900 * Math.exp(-i)] as const);
}
