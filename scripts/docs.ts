/** Writes the pages that are made from the source: `npm run docs`. A test fails where one of them is stale. */
import { writeFileSync } from "node:fs";
import { pages } from "./pages.ts";

for (const { path, text } of pages()) writeFileSync(path, text);
