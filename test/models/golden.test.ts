import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, inspectExecuted, modelsDirectory } from "../../src/index.ts";

const files = readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm"));
const golden = resolve("test/golden");

describe.each(files)("%s", (file) => {
  const path = `models/${file}`;
  const program = compile({ path, text: readFileSync(join(modelsDirectory(), file), "utf8") });

  test.each(["ast", "ir", "graph"] as const)("%s", async (stage) => {
    if (!program.ok) expect.fail(program.diagnostics.map(({ message }) => message).join("\n"));
    const text = program.value.inspect(stage, "text");
    await expect(text).toMatchFileSnapshot(join(golden, `${file.replace(".gtm", "")}.${stage}`));
  });
});

/** Long, and much alike: one without time and one with a memory. */
test.each(["vae", "introspective"])("loops of %s", async (model) => {
  const path = join(modelsDirectory(), `${model}.gtm`);
  const program = compile({ path, text: readFileSync(path, "utf8") });
  if (!program.ok) expect.fail(program.diagnostics.map(({ message }) => message).join("\n"));
  const loops = await inspectExecuted(program.value, "loops", "text");
  await expect(loops.ok ? loops.value : "").toMatchFileSnapshot(join(golden, `${model}.loops`));
});
