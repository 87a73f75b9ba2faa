/** Generated cases are the same in every run, so that a failure is of the change at hand; soaks draw others. */
import { configureGlobal } from "fast-check";

configureGlobal({ seed: 1 });
