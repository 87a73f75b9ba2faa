import type { Fix } from "./diagnostic.ts";
import type { Span } from "./span.ts";

/**
 * Edit distance in which swapping two neighbours is one edit (Damerau-Levenshtein, optimal string alignment).
 * Gives up with `limit + 1` as soon as the distance must exceed `limit`.
 */
const editDistance = (a: readonly string[], b: readonly string[], limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = b.map((_, j) => j).concat(b.length);
  for (const [i, letter] of a.entries()) {
    const row = [i + 1];
    for (const [j, other] of b.entries()) {
      const substitution = (previous[j] ?? 0) + (letter === other ? 0 : 1);
      const removal = (previous[j + 1] ?? 0) + 1;
      const insertion = (row[j] ?? 0) + 1;
      const swapped = i > 0 && j > 0 && letter === b[j - 1] && a[i - 1] === other;
      const swap = swapped ? (beforePrevious[j - 1] ?? 0) + 1 : Infinity;
      row.push(Math.min(substitution, removal, insertion, swap));
    }
    if (Math.min(...row) > limit && Math.min(...previous) > limit) return limit + 1;
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
};

/**
 * The candidate the word was probably meant to be, for "did you mean ...?". One edit in three letters is forgiven,
 * at least one in words of three letters; in shorter words only upper and lower case. Of equally near ones that with the
 * longest common beginning wins, then the first.
 */
export const nearestName = (word: string, candidates: Iterable<string>): string | undefined => {
  const letters = Array.from(word.toLowerCase());
  let best:
    { readonly name: string; readonly distance: number; readonly shared: number } | undefined;
  for (const name of candidates) {
    if (name === word) continue;
    const limit = Math.floor(Math.max(letters.length, name.length) / 3);
    const allowed = Math.min(letters.length, name.length) < 3 ? 0 : limit;
    const others = Array.from(name.toLowerCase());
    const distance = editDistance(letters, others, allowed);
    if (distance > allowed) continue;
    const differs = letters.findIndex((letter, i) => letter !== others[i]);
    const shared = differs < 0 ? letters.length : differs;
    const isNearer =
      best === undefined ||
      distance < best.distance ||
      (distance === best.distance && shared > best.shared);
    if (isNearer) best = { name, distance, shared };
  }
  return best?.name;
};

const asked = (name: string): string => `did you mean \`${name}\`?`;

/** Help with a word that is none of the candidates: the nearest of them, or else what `otherwise` says. */
export const didYouMean = (
  word: string,
  candidates: Iterable<string>,
  otherwise: readonly string[] = [],
): readonly string[] => {
  const nearest = nearestName(word, candidates);
  return nearest === undefined ? otherwise : [asked(nearest)];
};

/** The same where the word stands in a file: with the edit that puts the nearest candidate in its place. */
export const didYouMeanAt = (
  { text, span }: { readonly text: string; readonly span: Span },
  candidates: Iterable<string>,
): readonly { readonly help: string; readonly edits: readonly Fix[] }[] => {
  const nearest = nearestName(text, candidates);
  return nearest === undefined ? [] : [{ help: asked(nearest), edits: [{ span, text: nearest }] }];
};
