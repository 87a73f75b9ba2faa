/**
 * Folders that nobody else can put anything into. What lies in one was written by its owner, so that it need not be
 * looked at twice: between a look and its use nobody can exchange it.
 */
import { lstatSync, mkdirSync, readlinkSync, type Stats } from "node:fs";
import { isAbsolute, join, parse, sep } from "node:path";

/** A folder's true path, or why it cannot be trusted. */
export type Private = { readonly path: string } | Untrusted;

/** Why code from a folder is not run, and what mends it. */
export interface Untrusted {
  readonly reason: string;
  readonly help: string;
}

/** More links than this are taken for a cycle, as the kernel does. */
const mostLinks = 40;

/**
 * Makes a folder where there is none, and looks at it and all above it: the folder is the user's, those above are the user's
 * or root's, and nobody else can write to any of them, except where the sticky bit keeps others from replacing what lies
 * there. A link counts as what it points to, and has to be the user's or root's too. Where users have no numbers, as on
 * Windows, a folder has to be absolute only.
 */
export const openPrivate = (wanted: string, user: number | undefined = userNumber()): Private => {
  if (!isAbsolute(wanted)) {
    return {
      reason: `\`${wanted}\` is not an absolute path, so it would be another folder in every place`,
      help: "name it from the root on",
    };
  }
  try {
    if (user !== undefined) return walk(wanted, user);
    mkdirSync(wanted, { recursive: true });
    return { path: wanted };
  } catch (error) {
    return {
      reason: error instanceof Error ? error.message : String(error),
      help: "name a folder that can be made and written to",
    };
  }
};

/** Whether a file is the user's own, plain, and writable by nobody else; one that is not is as good as missing. */
export const isPrivateFile = (stats: Stats, user: number | undefined = userNumber()): boolean =>
  stats.isFile() && (user === undefined || (stats.uid === user && !others(stats)));

const userNumber = (): number | undefined => process.geteuid?.();

const others = ({ mode }: Stats): boolean => (mode & 0o022) !== 0;

const walk = (wanted: string, user: number): Private => {
  const { root } = parse(wanted);
  const rest = partsOf(wanted);
  let links = 0;
  let path = root;
  let found = lstatSync(root);
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const refused = refuse(path, found, { user, last: false });
    if (refused !== undefined) return refused;
    const next = join(path, name);
    const stats = lstatOrMake(next);
    if (!stats.isSymbolicLink()) {
      path = next;
      found = stats;
      continue;
    }
    if (stats.uid !== user && stats.uid !== 0) return foreign(next, "the link ", stats);
    if (++links > mostLinks) throw new Error(`ELOOP: too many links, ${wanted}`);
    const target = readlinkSync(next);
    rest.unshift(...partsOf(target));
    if (isAbsolute(target)) {
      path = root;
      found = lstatSync(root);
    }
  }
  return refuse(path, found, { user, last: true }) ?? { path };
};

const partsOf = (path: string): string[] =>
  path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((name) => name !== "" && name !== ".");

const lstatOrMake = (path: string): Stats => {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) return stats;
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) throw error;
  }
  return lstatSync(path);
};

const refuse = (
  path: string,
  stats: Stats,
  { user, last }: { readonly user: number; readonly last: boolean },
): Untrusted | undefined => {
  if (!stats.isDirectory()) {
    return { reason: `\`${path}\` is not a folder`, help: "name a folder" };
  }
  if (stats.uid !== user && (last || stats.uid !== 0)) return foreign(path, "", stats);
  const sticky = !last && (stats.mode & 0o1000) !== 0;
  return others(stats) && !sticky
    ? {
        reason: `\`${path}\` can be written by other users`,
        help: `take that from them: chmod go-w ${path}`,
      }
    : undefined;
};

const foreign = (path: string, what: string, { uid }: Stats): Untrusted => ({
  reason: `${what}\`${path}\` belongs to another user (number ${uid})`,
  help: "name a folder of your own",
});
