/** What a soak says of itself beside passing: the table in docs/soak.md shows it. */
import type { TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** "1,000 kills", "100,000 programs". */
    howMany?: string;
  }
}

/** Says how many cases the running test went through, such as `(1000, "kills")`; call it again as the number grows. */
export const wentThrough = ({ task }: TestContext, count: number, what: string): void => {
  task.meta.howMany = `${count.toLocaleString("en-GB")} ${what}`;
};
