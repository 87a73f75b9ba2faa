/** What two names have in common that are one on disks without upper and lower case. */
export const foldCase = (name: string): string => name.normalize("NFC").toLowerCase();

/** A name of a file for each of these names, also where only their case differs: "x", "X-2". */
export const fileNames = (names: readonly string[]): ReadonlyMap<string, string> => {
  const counts = new Map<string, number>();
  return new Map(
    names.map((name) => {
      const count = (counts.get(foldCase(name)) ?? 0) + 1;
      counts.set(foldCase(name), count);
      return [name, count === 1 ? name : `${name}-${count}`];
    }),
  );
};
