import type { Name } from "../ast.ts";
import { mostCalls } from "./values/calls.ts";
import type { Report } from "./finding.ts";
import { tooManyCalls } from "./errors/calls.ts";
import * as errors from "./errors/names.ts";
import type { Analysis } from "./values/terms.ts";

/** Checks of declarations on demand, each once; a declaration that needs itself is reported with the whole cycle. */
export const createOnce = (report: Report): Pick<Analysis, "once"> => {
  const results = new Map<Name, boolean | "running">();
  const running: Name[] = [];
  const circular = new Set<Name>();
  return {
    once: (name, check) => {
      const known = results.get(name);
      if (known === "running") {
        const cycle = running.slice(running.indexOf(name));
        for (const member of cycle) circular.add(member);
        report(errors.recursion([...cycle, name]));
        return true;
      }
      if (known !== undefined) return known;
      if (running.length >= mostCalls) {
        report(tooManyCalls(name.span, mostCalls));
        return true;
      }
      results.set(name, "running");
      running.push(name);
      let broken = false;
      check((finding) => {
        broken = true;
        report(finding);
      });
      running.pop();
      broken ||= circular.has(name);
      results.set(name, broken);
      return broken;
    },
  };
};
