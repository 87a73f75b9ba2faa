/** The subscripts of a contraction (`ij,jk->ik`) as lists; each is one letter, a to z or A to Z. */

export const subscriptsOf = (text: string): readonly string[] => Array.from(text);

/** The subscripts that pass, in their order. */
export const keepSubscripts = (text: string, keep: (subscript: string) => boolean): string =>
  subscriptsOf(text).filter(keep).join("");

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Names subscripts a, b, c, … by their first occurrence in `order`. */
export const renamer = (order: string): ((text: string) => string) => {
  const places = [...new Set(subscriptsOf(order))];
  return (text) =>
    subscriptsOf(text)
      .map((subscript) => ALPHABET[places.indexOf(subscript)] ?? "")
      .join("");
};
