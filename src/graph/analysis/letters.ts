/** Texts of a contraction as lists of letters; every letter is one of a to z and A to Z. */

export const lettersOf = (text: string): readonly string[] => Array.from(text);

/** The letters that pass, in their order. */
export const keepLetters = (text: string, keep: (letter: string) => boolean): string =>
  lettersOf(text).filter(keep).join("");

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Names letters a, b, c, … by their first occurrence in `order`. */
export const renamer = (order: string): ((text: string) => string) => {
  const places = [...new Set(lettersOf(order))];
  return (text) =>
    lettersOf(text)
      .map((letter) => ALPHABET[places.indexOf(letter)] ?? "")
      .join("");
};
