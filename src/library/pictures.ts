/** What is shown of a run. */
import { perhaps, text } from "../diagnostics/argument.ts";
import * as pictures from "../report/pictures.ts";
import { renderReport as render } from "../report/render.ts";
import { encodeNpy as encode } from "../run/index.ts";
import { giving, type Giving } from "./door.ts";
import * as rules from "./rules.ts";

/** A PNG of sequences, one per row. */
export const framesPng: Giving<typeof pictures.framesPng> = giving(
  "framesPng",
  { frames: rules.frames },
  pictures.framesPng,
);

/** A PNG of originals above reconstructions. */
export const reconstructionsPng: Giving<typeof pictures.reconstructionsPng> = giving(
  "reconstructionsPng",
  { data: rules.anObject, "data.original": rules.frames, "data.reconstruction": rules.frames },
  pictures.reconstructionsPng,
);

/** A PNG of data above what continues its first frames. */
export const continuationsPng: Giving<typeof pictures.continuationsPng> = giving(
  "continuationsPng",
  { data: rules.continuations },
  pictures.continuationsPng,
);

/** A page that needs nothing but itself: no network, no script. */
export const renderReport: Giving<typeof render> = giving(
  "renderReport",
  {
    data: rules.anObject,
    "data.title": text,
    "data.subtitle": text,
    "data.headlines": rules.lists,
    "data.training": rules.lists,
    "data.addresses": rules.lists,
    "data.reads": rules.lists,
    "data.tables": rules.lists,
    "data.frames": perhaps(rules.anObject),
    "data.reconstructions": perhaps(rules.anObject),
    "data.continuations": perhaps(rules.continuations),
  },
  render,
);

/** An array in NumPy's .npy format: 32-bit floats, little-endian, row-major. */
export const encodeNpy: Giving<typeof encode> = giving(
  "encodeNpy",
  { shape: rules.shape, data: rules.numbers },
  encode,
);
