/** Which columns of a table are one field. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { isNumeric } from "./csv-numbers.ts";
import { wrongColumns } from "./errors.ts";

/** The columns of a field; a scalar has one. */
export interface FieldColumns {
  readonly columns: readonly number[];
  readonly scalar: boolean;
}

/** How an element of a vector is written; only in the first two forms can it be nothing else. */
const forms = [
  { certain: true, form: /^(.+)\.(\d+)$/u },
  { certain: true, form: /^(.+)\[(\d+)\]$/u },
  { certain: false, form: /^(.+)_(\d+)$/u },
  { certain: false, form: /^(.*\D)(\d+)$/u },
] as const;

interface Group {
  readonly field: string;
  readonly certain: boolean;
  readonly members: { readonly name: string; readonly column: number; readonly at: number }[];
}

const groupColumns = (
  header: readonly string[],
): { readonly groups: readonly Group[]; readonly single: ReadonlyMap<string, number> } => {
  const groups = new Map<string, Group>();
  const single = new Map<string, number>();
  for (const [column, name] of header.entries()) {
    if (name === "" || isNumeric(name, false)) continue;
    const kind = forms.findIndex(({ form }) => form.test(name));
    const [, field = "", number = ""] = forms[kind]?.form.exec(name) ?? [];
    if (kind < 0) {
      single.set(name, column);
      continue;
    }
    const key = `${kind} ${field}`;
    const group = groups.get(key) ?? { field, certain: forms[kind]?.certain ?? false, members: [] };
    group.members.push({ name, column, at: Number(number) });
    groups.set(key, group);
  }
  return { groups: [...groups.values()], single };
};

/** The columns in the order of their numbers, or which numbers are wrong. */
const inOrder = ({ members }: Group): readonly number[] | string => {
  const sorted = [...members].sort((a, b) => a.at - b.at);
  const first = sorted[0]?.at ?? 0;
  if (first > 1) return `begin with \`${sorted[0]?.name ?? ""}\`, not with 0 or 1`;
  const gap = sorted.findIndex(({ at }, i) => at !== first + i);
  if (gap < 0) return sorted.map(({ column }) => column);
  const [before, after] = [sorted[gap - 1]?.name ?? "", sorted[gap]?.name ?? ""];
  return `have \`${after}\` after \`${before}\``;
};

/**
 * The fields of named columns. `x.0, x.1, …` and `x[0], x[1], …`, from 0 or 1 on and in any order, are the vector `x`. So are
 * `x_0, x_1, …` and `x0, x1, …`, unless the model declares one of them or another column is `x`. Columns without a name are
 * left out; all whose names are numbers are the vector `x`.
 */
export const fieldsOfHeader = (
  header: readonly string[],
  path: string,
  declared: readonly string[] | undefined,
): ReadonlyMap<string, Result<FieldColumns>> => {
  const { groups, single } = groupColumns(header);
  const fields = new Map<string, Result<FieldColumns>>(
    [...single].map(([name, column]) => [name, success({ columns: [column], scalar: true })]),
  );
  const refuse = (field: string, reason: string): void => {
    const help = `the vector \`${field}\` is the columns ${field}.0, ${field}.1, … without a gap`;
    fields.set(field, failure(wrongColumns(path, reason, [help])));
  };
  const numbers = header.flatMap((name, column) =>
    name !== "" && isNumeric(name, false) ? column : [],
  );
  if (numbers.length > 0) join("x", numbers);
  for (const group of groups) {
    const { field, certain, members } = group;
    const columns = inOrder(group);
    const clash = fields.has(field);
    const isMeant =
      certain ||
      (members.length > 1 && !clash && !members.some(({ name }) => declared?.includes(name)));
    if (isMeant && typeof columns !== "string") join(field, columns);
    else if (isMeant && (certain || declared?.includes(field) === true)) {
      refuse(field, `the columns of \`${field}\` ${String(columns)}`);
    } else {
      for (const { name, column } of members) {
        fields.set(name, success({ columns: [column], scalar: true }));
      }
    }
  }
  const firstColumn = (field: Result<FieldColumns>): number =>
    field.ok ? (field.value.columns[0] ?? 0) : header.length;
  return new Map([...fields].sort(([, a], [, b]) => firstColumn(a) - firstColumn(b)));

  function join(field: string, columns: readonly number[]): void {
    if (fields.has(field)) refuse(field, `\`${field}\` is a column and a vector of columns`);
    else fields.set(field, success({ columns, scalar: false }));
  }
};
