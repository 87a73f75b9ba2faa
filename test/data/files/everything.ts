/** All that a file of sequences says, for comparing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDataset } from "../../../src/data/open.ts";
import { drawFrom } from "../support.ts";

/** Fields of each sequence as text, sorted; or the codes and messages of a refusal. */
export type Everything =
  | { readonly ok: true; readonly sequences: readonly string[] }
  | { readonly ok: false; readonly codes: readonly string[]; readonly messages: readonly string[] };

/** Reads a file through the front door. */
export const everythingIn = (
  folder: string,
  name: string,
  content: Uint8Array | string,
  given: Readonly<Record<string, string | number | boolean>> = {},
  source = "sequences",
): Everything => {
  writeFileSync(join(folder, name), content);
  const argument = source === "images" ? { images: name } : { file: name };
  const opened = openDataset(
    { name: source, arguments: { ...argument, ...given } },
    { baseDirectory: folder },
  );
  if (!opened.ok) {
    return {
      ok: false,
      codes: opened.diagnostics.map(({ code }) => code),
      messages: opened.diagnostics.map(({ message }) => message),
    };
  }
  const dataset = opened.value;
  const sequences = (["train", "test"] as const).flatMap((split) => {
    const size = dataset.sequences?.[split] ?? 0;
    const { fields, lengths } = dataset.batch(split, 0, size, drawFrom(1));
    return Array.from({ length: size }, (_, b) =>
      [...fields]
        .map(([field, { shape, data }]) => {
          const row = data.length / size;
          const steps = shape[1] ?? 1;
          const kept = lengths === undefined ? row : (row / steps) * (lengths[b] ?? 0);
          return `${field}: ${[...data.subarray(b * row, b * row + kept)].join(" ")}`;
        })
        .sort()
        .join("; "),
    );
  });
  return { ok: true, sequences: sequences.sort() };
};
