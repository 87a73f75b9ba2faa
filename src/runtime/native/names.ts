/** Identifiers of C for names of any kind. */

/** Gives each name an identifier of its own, the same whenever it is asked. */
export type Namer = (name: string) => string;

/** Identifiers that begin with `prefix` and say what they name as far as C's letters go. */
export const namer = (prefix: string): Namer => {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return (name) => {
    const known = given.get(name);
    if (known !== undefined) return known;
    const plain = prefix + name.replace(/\W/g, "_").slice(0, 60);
    let identifier = plain;
    for (let count = 2; taken.has(identifier); count++) identifier = `${plain}_${count}`;
    taken.add(identifier);
    given.set(name, identifier);
    return identifier;
  };
};
