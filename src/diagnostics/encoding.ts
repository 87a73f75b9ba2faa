/** Texts that were read as UTF-8 and are not. */

/** What stands for bytes that are not UTF-8 after decoding. */
const replacement = "\uFFFD";

/** The encoding that a text is likely in, and where that shows. */
export interface ForeignEncoding {
  readonly name: string;
  /** First character that cannot be meant, by its offset. */
  readonly at: number;
}

const nulsAmong = (text: string, first: number): number => {
  let count = 0;
  for (let i = first; i < text.length; i += 2) if (text[i] === "\0") count += 1;
  return count;
};

/** Whether three of four bytes are null, again and again. */
const isUtf32 = (head: string): boolean => {
  const whole = head.slice(0, head.length - (head.length % 4));
  const nuls = [0, 1, 2, 3].map((first) => {
    let count = 0;
    for (let i = first; i < whole.length; i += 4) if (whole[i] === "\0") count += 1;
    return count;
  });
  return nuls.filter((count) => count > whole.length / 5).length === 3;
};

/**
 * What a text was before it was decoded: UTF-16 leaves a null beside each letter, an encoding of one byte per letter leaves
 * replacement characters where it had accents. A null here and there says nothing.
 */
export const foreignEncoding = (text: string): ForeignEncoding | undefined => {
  const places = [text.indexOf("\0"), text.indexOf(replacement)].filter((place) => place >= 0);
  const [first, second = first] = places;
  if (first === undefined || second === undefined) return undefined;
  const at = Math.min(first, second);
  if (!text.includes("\0")) return { name: "in an encoding like Latin-1", at };
  // A byte order mark is two bytes, each of which becomes one replacement character.
  const marked = text.startsWith(replacement + replacement) ? 2 : 0;
  const head = text.slice(marked, marked + 400);
  const [even, odd] = [nulsAmong(head, 0), nulsAmong(head, 1)];
  const [many, few] = [head.length / 5, head.length / 20];
  if (odd > many && even < few) return { name: "in UTF-16 (little-endian)", at };
  if (even > many && odd < few) return { name: "in UTF-16 (big-endian)", at };
  return isUtf32(head) ? { name: "in UTF-32", at } : undefined;
};
