/** Gathers findings: the same place is reported once, the same unknown name once a file. */
import type { Label } from "../../diagnostics/diagnostic.ts";
import type { Finding, ProposedFix, Report } from "./finding.ts";

/** Further places that are shown; the rest is counted. */
const PLACES_SHOWN = 2;

/** One edit at all places, where every place has it. */
const everywhere = (all: readonly Finding[]): readonly ProposedFix[] =>
  (all[0]?.proposals ?? []).flatMap(({ help }) => {
    const same = all.flatMap(({ proposals }) => proposals.filter((one) => one.help === help));
    return same.length < all.length ? [] : [{ help, edits: same.flatMap(({ edits }) => edits) }];
  });

const merged = (all: readonly Finding[]): Finding | undefined => {
  const sorted = [...all].sort((a, b) => start(a) - start(b));
  const [first, ...rest] = sorted;
  if (first === undefined || rest.length === 0) return first;
  const places = rest.flatMap(({ diagnostic: { primary } }): readonly Label[] =>
    primary === undefined ? [] : [{ span: primary.span, text: "also here" }],
  );
  const more = places.length - PLACES_SHOWN;
  const { diagnostic } = first;
  return {
    diagnostic: {
      ...diagnostic,
      secondary: [...diagnostic.secondary, ...places.slice(0, PLACES_SHOWN)],
      notes: [
        ...diagnostic.notes,
        ...(more > 0 ? [`and at ${more === 1 ? "one more place" : `${more} more places`}`] : []),
      ],
    },
    proposals: everywhere(sorted),
  };
};

const start = ({ diagnostic: { primary } }: Finding): number => primary?.span.start ?? 0;

/** A report and what has come to it so far. */
export const createCollection = (): {
  readonly report: Report;
  readonly isEmpty: () => boolean;
  readonly findings: () => readonly Finding[];
} => {
  const places = new Set<string>();
  const groups = new Map<string, Finding[]>();
  return {
    report: (finding) => {
      const { code, message, primary } = finding.diagnostic;
      const { file = "", start: from = 0, end = 0 } = primary?.span ?? {};
      const place = `${code} ${file} ${from} ${end}`;
      if (places.has(place)) return;
      places.add(place);
      const key = message.startsWith("unknown ") ? `${code} ${file} ${message}` : place;
      groups.set(key, [...(groups.get(key) ?? []), finding]);
    },
    isEmpty: () => groups.size === 0,
    findings: () => [...groups.values()].flatMap((group) => merged(group) ?? []),
  };
};
