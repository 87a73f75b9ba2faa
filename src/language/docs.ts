import type { IToken } from "chevrotain";

/** Doc comments of a file, joined and sorted out. */
export interface DocComments {
  /** The one at the top, when an empty line parts it from what follows. */
  readonly file: string;
  /** By the offset of the declaration below. */
  readonly byOffset: ReadonlyMap<number, string>;
}

interface Group {
  readonly lines: string[];
  /** Offset of the next token, or -1 at the end of the file. */
  readonly target: number;
  /** Whether an empty line follows. */
  apart: boolean;
  end: number;
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
  const groups: Group[] = [];
  let next = 0;
  for (const { image, startOffset } of comments) {
    const lineStart = text.lastIndexOf("\n", startOffset - 1) + 1;
    if (text.slice(lineStart, startOffset).trim() !== "") continue;
    while ((tokens[next]?.startOffset ?? Infinity) < startOffset) next++;
    const target = tokens[next]?.startOffset ?? -1;
    const line = image.replace(/^\/\/\/ ?/u, "").trimEnd();
    const end = startOffset + image.length;
    const group = groups.at(-1);
    if (group?.target === target && isAdjacent(text.slice(group.end, startOffset))) {
      group.lines.push(line);
      group.end = end;
    } else groups.push({ lines: [line], target, apart: false, end });
  }
  for (const [index, group] of groups.entries()) {
    const after = groups[index + 1]?.target === group.target ? undefined : group.target;
    const gap = text.slice(group.end, after === -1 ? text.length : after);
    group.apart = after === undefined || !isAdjacent(gap);
  }
  const first = tokens[0]?.startOffset ?? -1;
  const [top] = groups;
  const hasFileDoc = top !== undefined && top.target === first && top.apart;
  const attached = hasFileDoc ? groups.slice(1) : groups;
  return {
    file: hasFileDoc ? top.lines.join("\n") : "",
    byOffset: new Map(attached.map(({ target, lines }) => [target, lines.join("\n")])),
  };
};

/** Whether what lies between has no empty line. */
const isAdjacent = (gap: string): boolean => !/\n[ \t\r]*\n/u.test(gap);
