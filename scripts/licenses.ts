/** Writes THIRD-PARTY-LICENSES for what has been built; a part of `npm run build`. */
import { writeFileSync } from "node:fs";
import { thirdPartyLicenses } from "./bundled.ts";

writeFileSync("THIRD-PARTY-LICENSES", thirdPartyLicenses("dist"));
