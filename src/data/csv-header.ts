/** Whether the first line of a table names its columns. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { isMissing, isNumeric } from "./csv-numbers.ts";
import { noHeader, wrongColumns } from "./errors.ts";

const say = "say `header = yes` where it names the columns, `header = no` where it is data";

/** Whether texts are the whole numbers from 0 or 1 on, in this order. */
const areConsecutive = (names: readonly string[]): boolean =>
  names.every((name, i) => /^\d+$/u.test(name) && Number(name) === Number(names[0]) + i) &&
  (Number(names[0]) === 0 || Number(names[0]) === 1);

/** Decides for the user only where there is no doubt. */
const decide = (cells: readonly string[], path: string, mayHaveComma: boolean): Result<boolean> => {
  const numbers = cells.filter((cell) => isNumeric(cell, mayHaveComma));
  if (numbers.length === 0) {
    return cells.every(isMissing)
      ? failure(wrongColumns(path, "the first line holds no names and no numbers", [say]))
      : success(true);
  }
  const mayName = areConsecutive(numbers);
  if (numbers.length === cells.length) {
    const mayBeNumbered = mayName && (numbers.length > 1 || numbers[0] === "0");
    if (!mayBeNumbered) return success(false, [noHeader(path)]);
    const reason = "the first line may hold data or the numbers of the columns";
    return failure(wrongColumns(path, reason, [say]));
  }
  const others = cells.filter((cell) => !isNumeric(cell, mayHaveComma));
  if (mayName && numbers.length > 1 && others.every((cell) => cell === "" || !isMissing(cell))) {
    return success(true);
  }
  return failure(wrongColumns(path, "the first line holds names and numbers", [say]));
};

/** The names of the columns, where the first line holds them; `header` is what the user said. */
export const namesOf = (
  cells: readonly string[],
  path: string,
  header: boolean | null,
  mayHaveComma: boolean,
): Result<readonly string[] | undefined> => {
  const named = header === null ? decide(cells, path, mayHaveComma) : success(header);
  if (!named.ok) return named;
  if (!named.value) return success(undefined, named.warnings);
  const seen = new Map<string, number>();
  for (const [column, name] of cells.entries()) {
    const earlier = name === "" ? undefined : seen.get(name);
    if (earlier !== undefined) {
      const reason = `columns ${earlier + 1} and ${column + 1} are both named \`${name}\``;
      return failure(
        wrongColumns(path, reason, [
          "give each column a name of its own; those of a vector `x` are x.0, x.1, …",
        ]),
      );
    }
    seen.set(name, column);
  }
  return success(cells);
};
