/** Total tables: one entry for each tag of a union, such as the primitives' names. Leaving one out is a type error. */

/** The type of a parameter, by its place, of any of some functions. */
type Parameter<F, I extends number> = F extends (...args: infer Args) => unknown
  ? Args[I & keyof Args]
  : never;
type Arity<F> = F extends (...args: infer Args) => unknown ? Args["length"] : never;
type Result<F> = F extends (...args: never) => infer R ? R : never;
type FunctionsOf<T> = Extract<T, (...args: never) => unknown>;

/** Accepts whatever any of some functions of one to three parameters accepts. */
type Joint<F> = [Arity<F>] extends [1]
  ? (a: Parameter<F, 0>) => Result<F>
  : [Arity<F>] extends [2]
    ? (a: Parameter<F, 0>, b: Parameter<F, 1>) => Result<F>
    : (a: Parameter<F, 0>, b: Parameter<F, 1>, c: Parameter<F, 2>) => Result<F>;

/**
 * The entry for the tag of some member of the union. By the table's type it accepts that member, which indexing by a
 * union of tags forgets: this is the one place that says so.
 */
export const entryOf = <T, Tag extends keyof T>(
  table: T,
  tag: Tag,
): Joint<FunctionsOf<T[Tag]>> | Exclude<T[Tag], FunctionsOf<T[Tag]>> =>
  table[tag] as unknown as Joint<FunctionsOf<T[Tag]>> | Exclude<T[Tag], FunctionsOf<T[Tag]>>;

/** The same rule for each of some names. */
export const tabulate = <Name extends string, Entry>(
  names: readonly Name[],
  entry: (name: Name) => Entry,
): { readonly [N in Name]: Entry } =>
  Object.fromEntries(names.map((name) => [name, entry(name)])) as { readonly [N in Name]: Entry };
