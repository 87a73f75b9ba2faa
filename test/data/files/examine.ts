/** What must hold of a damaged file: it is read or refused by name, soon, and a summed one never read wrongly. */
import { damaged, validFiles } from "./damage.ts";
import { everythingIn } from "./everything.ts";

/** Whether the bytes still begin as a gzip or zip file does: a text in place of the whole has no sum. */
const isPacked = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x50 && bytes[1] === 0x4b);

/** Complaints on the damaged file of a seed. */
export const examineDamage = (folder: string, seed: number): readonly string[] => {
  const file = validFiles[seed % validFiles.length];
  if (file === undefined) return [];
  const bytes = damaged(file, seed);
  const complain = (what: string): readonly string[] => [`seed ${seed}, ${file.name}: ${what}`];
  const began = performance.now();
  try {
    const read = everythingIn(folder, file.name, bytes, {}, file.source);
    const seconds = (performance.now() - began) / 1000;
    if (seconds > 5) return complain(`took ${seconds} s`);
    if (!read.ok) {
      const stray = read.codes.find((code) => !/^E06\d\d$/u.test(code));
      return stray === undefined ? [] : complain(`refused by ${stray}`);
    }
    const original = everythingIn(folder, file.name, file.bytes, {}, file.source);
    const isChanged = original.ok && read.sequences.join("\n") !== original.sequences.join("\n");
    return file.summed && isPacked(bytes) && isChanged
      ? complain("read other numbers than were written")
      : [];
  } catch (error) {
    return complain(String(error));
  }
};
