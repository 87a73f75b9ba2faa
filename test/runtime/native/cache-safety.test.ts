/** Code is loaded only from where nobody else can have put it. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openCache, sharedObject } from "../../../src/runtime/native/cache.ts";
import { isPrivateFile, openPrivate } from "../../../src/runtime/native/private-folder.ts";
import { findProgram } from "../../../src/runtime/native/program-path.ts";
import { compileC, findToolchain } from "../../../src/runtime/native/toolchain.ts";
import { need } from "../../support/need.ts";
import { openLinker } from "./modules.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "gtmc-safety-")));
const started = process.cwd();
const here = join(scratch, "here");
mkdirSync(here);
afterAll(() => {
  process.chdir(started);
  rmSync(scratch, { recursive: true, force: true });
});
beforeEach(() => {
  process.chdir(here);
});

const isRoot = process.geteuid?.() === 0;
const fresh = (): string => mkdtempSync(join(scratch, "f-"));

describe("the cache", () => {
  test("is the first place that is set", () => {
    const [a, b, home] = [fresh(), fresh(), fresh()];
    const directory = (environment: Record<string, string>): string => {
      const cache = openCache(environment);
      expect(cache.warnings).toEqual([]);
      return cache.directory;
    };
    expect(directory({ GTMC_CACHE: a, XDG_CACHE_HOME: b, HOME: home })).toBe(a);
    expect(directory({ GTMC_CACHE: "", XDG_CACHE_HOME: b })).toBe(join(b, "gtmc", "native"));
    expect(directory({ XDG_CACHE_HOME: "", HOME: home })).toBe(
      join(home, ".cache", "gtmc", "native"),
    );
    expect(lstatSync(join(home, ".cache")).mode & 0o777).toBe(0o700);
  });

  /** Environments whose folder is not taken, and a word of the reason. */
  const refused: readonly (readonly [string, () => Record<string, string>, RegExp])[] = [
    ["GTMC_CACHE relative", () => ({ GTMC_CACHE: "cache" }), /not an absolute path/u],
    ["XDG_CACHE_HOME relative", () => ({ XDG_CACHE_HOME: "." }), /not an absolute path/u],
    ["HOME relative", () => ({ HOME: "home" }), /not an absolute path/u],
    [
      "others can write to it",
      () => {
        const cache = fresh();
        chmodSync(cache, 0o777);
        return { GTMC_CACHE: cache };
      },
      /can be written by other users/u,
    ],
    [
      "a group can write to what it lies in",
      () => {
        const caches = fresh();
        chmodSync(caches, 0o775);
        return { XDG_CACHE_HOME: caches };
      },
      /can be written by other users/u,
    ],
    [
      "it is sticky and open",
      () => {
        const cache = fresh();
        chmodSync(cache, 0o1777);
        return { GTMC_CACHE: cache };
      },
      /can be written by other users/u,
    ],
    [
      "it is a file",
      () => {
        const path = join(fresh(), "file");
        writeFileSync(path, "");
        return { GTMC_CACHE: join(path, "cache") };
      },
      /is not a folder/u,
    ],
    [
      "a link leads to where others can write",
      () => {
        const [caches, open] = [fresh(), fresh()];
        chmodSync(open, 0o777);
        symlinkSync(open, join(caches, "gtmc"));
        return { XDG_CACHE_HOME: caches };
      },
      /can be written by other users/u,
    ],
    [
      "links go round",
      () => {
        const path = join(fresh(), "round");
        symlinkSync(path, path);
        return { GTMC_CACHE: path };
      },
      /too many links/u,
    ],
  ];
  test.each(refused)("%s: another is made, and why is said", (_, make, reason) => {
    const environment = make();
    const cache = openCache(environment);
    expect(cache.warnings.map(({ code, severity }) => [code, severity])).toEqual([
      ["E0840", "warning"],
    ]);
    expect(cache.warnings[0]?.notes[0]).toMatch(reason);
    expect(cache.directory).toContain("gtmc-native-");
    expect(lstatSync(cache.directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(here)).toEqual([]);
  });

  test("HOME that is empty or missing is the account's", () => {
    for (const environment of [{}, { HOME: "" }, { HOME: "", XDG_CACHE_HOME: "" }]) {
      expect(openCache(environment).directory.startsWith("/")).toBe(true);
    }
    expect(readdirSync(here)).toEqual([]);
  });

  test.runIf(isRoot)("of another user is not used, nor is anything made in it", () => {
    const home = fresh();
    chownSync(home, 12345, 12345);
    const { directory, warnings } = openCache({ HOME: home });
    expect(directory.startsWith(home)).toBe(false);
    expect(warnings[0]?.notes[0]).toContain("belongs to another user (number 12345)");
    expect(readdirSync(home)).toEqual([]);
  });

  test.runIf(isRoot)("is not reached by another user's link", () => {
    const [open, mine] = [fresh(), fresh()];
    chmodSync(open, 0o1777);
    const link = join(open, "link");
    symlinkSync(mine, link);
    expect(openPrivate(link)).toEqual({ path: mine });
    lchownSync(link, 12345, 12345);
    expect(openPrivate(link)).toMatchObject({
      reason: `the link \`${link}\` belongs to another user (number 12345)`,
    });
  });

  test("a file that others own or can write is as good as missing", () => {
    const path = join(fresh(), "file");
    writeFileSync(path, "", { mode: 0o600 });
    expect(isPrivateFile(lstatSync(path))).toBe(true);
    expect(isPrivateFile(lstatSync(path), 4711)).toBe(false);
    chmodSync(path, 0o666);
    expect(isPrivateFile(lstatSync(path))).toBe(false);
    expect(isPrivateFile(lstatSync(fresh()))).toBe(false);
  });
});

describe("programs", () => {
  /** A program of this name in the current folder that leaves a trace. */
  const bait = (name: string): string => {
    const trace = join(scratch, "trace");
    writeFileSync(join(here, name), `#!/bin/sh\necho ran > ${trace}\n`, { mode: 0o755 });
    return trace;
  };

  test.each(["cc", "./cc", "here/cc", ""])("%j is not taken from the current folder", (name) => {
    bait("cc");
    const found = findProgram(name, ".::here:bin");
    rmSync(join(here, "cc"));
    expect(found).toBeUndefined();
  });

  test("nothing in the current folder runs while C is compiled, whatever PATH begins with", async () => {
    if (typeof (await openLinker()) === "string") return;
    const names = ["cc", "gcc", "as", "ld", "sh", "rm", "collect2"];
    const traces = names.map(bait);
    vi.stubEnv("PATH", `.:${here.slice(1)}::${process.env["PATH"] ?? ""}`);
    try {
      const toolchain = findToolchain({});
      const output = join(fresh(), "a.so");
      const text = "#ifndef PART\n#define PART -1\n#endif\nint x;\n";
      for (const parts of [1, 2]) {
        compileC(toolchain, text, ["-shared", "-fPIC"], `${output}${parts}`, { parts });
      }
      expect(need(sharedObject(toolchain, "int a;", fresh()))).toMatch(/\.so$/u);
    } finally {
      vi.unstubAllEnvs();
      for (const name of names) rmSync(join(here, name));
    }
    for (const trace of traces) expect(() => lstatSync(trace)).toThrow("ENOENT");
  });

  test("names with blanks and stars stay one word, and nothing is written elsewhere", async () => {
    if (typeof (await openLinker()) === "string") return;
    const parent = fresh();
    const folder = join(parent, "a b * $(touch c)");
    mkdirSync(folder);
    for (const name of ["a", "b"]) writeFileSync(join(parent, name), "kept");
    symlinkSync(findProgram("cc", process.env["PATH"]) ?? "", join(folder, "my cc"));
    vi.stubEnv("TMPDIR", join(parent, "a"));
    vi.stubEnv("status", "1");
    try {
      const toolchain = findToolchain({ CC: join(folder, "my cc") });
      const text = "#ifndef PART\n#define PART -1\n#endif\n#if PART < 1\nint x;\n#endif\n";
      for (const parts of [1, 2]) {
        const output = join(folder, `${parts}.so`);
        expect(compileC(toolchain, text, ["-shared", "-fPIC"], output, { parts }).ok).toBe(true);
      }
    } finally {
      vi.unstubAllEnvs();
    }
    expect(readdirSync(folder).sort()).toEqual(["1.so", "2.so", "my cc"]);
    expect(readdirSync(parent).sort()).toEqual(["a", "a b * $(touch c)", "b"]);
    expect(readdirSync(here)).toEqual([]);
  });

  test("a relative $CC is not a compiler", () => {
    bait("mine");
    expect(() => findToolchain({ CC: "./mine" })).toThrow("does not run");
    rmSync(join(here, "mine"));
  });
});
