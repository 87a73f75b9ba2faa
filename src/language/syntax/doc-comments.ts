import type { IToken } from "chevrotain";
import { endOf } from "./tokens.ts";

/** Doc comments of a file, joined and sorted out. */
export interface DocComments {
  /** The one at the top, when an empty line parts it from what follows. */
  readonly file: string;
  /** By the offset of the declaration below. */
  readonly byOffset: ReadonlyMap<number, string>;
}

/** `///` lines right below each other. */
interface Group {
  readonly comments: readonly IToken[];
  /** Offset of the token that follows. */
  readonly target: number;
}

/**
 * Attaches `///` lines to the token that follows them. Of several groups parted by empty lines the last counts. A
 * `///` to the right of code is an ordinary comment.
 */
export const docComments = (
  comments: readonly IToken[],
  tokens: readonly IToken[],
  text: string,
): DocComments => {
  const groups = group(comments, tokens, text);
  const [top, second] = groups;
  const isApart =
    top !== undefined &&
    top.target === (tokens[0]?.startOffset ?? text.length) &&
    (second?.target === top.target || hasEmptyLine(text.slice(endOfGroup(top), top.target)));
  return {
    file: isApart ? textOf(top) : "",
    byOffset: new Map(groups.slice(isApart ? 1 : 0).map((lines) => [lines.target, textOf(lines)])),
  };
};

const group = (
  comments: readonly IToken[],
  tokens: readonly IToken[],
  text: string,
): readonly Group[] => {
  const groups: Group[] = [];
  let next = 0;
  for (const comment of comments) {
    const { startOffset } = comment;
    const lineStart = text.lastIndexOf("\n", startOffset - 1) + 1;
    if (text.slice(lineStart, startOffset).trim() !== "") continue;
    while ((tokens[next]?.startOffset ?? Infinity) < startOffset) next++;
    const target = tokens[next]?.startOffset ?? text.length;
    const last = groups.at(-1);
    const joins =
      last?.target === target && !hasEmptyLine(text.slice(endOfGroup(last), startOffset));
    if (joins) groups.pop();
    groups.push({ comments: [...(joins ? last.comments : []), comment], target });
  }
  return groups;
};

const endOfGroup = ({ comments, target }: Group): number => {
  const last = comments.at(-1);
  return last === undefined ? target : endOf(last);
};

const textOf = ({ comments }: Group): string =>
  comments.map(({ image }) => image.replace(/^\/\/\/ ?/u, "").trimEnd()).join("\n");

const hasEmptyLine = (gap: string): boolean => /\n[ \t\r]*\n/u.test(gap);
