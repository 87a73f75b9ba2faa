/** A backend that computes one output wrongly. */
import { success } from "../../src/diagnostics/diagnostic.ts";
import type { Backend, Buffer } from "../../src/runtime/backend.ts";
import { referenceBackend } from "../../src/runtime/reference.ts";

/** The reference under another name, but for what `change` makes of the numbers of outputs of this name. */
export const lying = (
  name: string,
  output: string,
  change: (value: number, place: number) => number,
): Backend => ({
  ...referenceBackend,
  name,
  compile: (graph) => {
    const compiled = referenceBackend.compile(graph);
    if (!compiled.ok) return compiled;
    return success({
      ...compiled.value,
      run: (inputs: ReadonlyMap<string, Buffer>) => {
        const results = compiled.value.run(inputs);
        const honest = results.get(output);
        if (honest !== undefined) {
          const { shape, data } = honest.read();
          honest.dispose();
          results.set(output, referenceBackend.upload({ shape, data: data.map(change) }));
        }
        return results;
      },
    });
  },
});
