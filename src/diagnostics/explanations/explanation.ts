/** What there is to know of a code beyond its sentence. */
export interface Explanation {
  /** Why it is so, or what to do. */
  readonly meaning: string;
  /** A file with the fault; `«wrong → right»` where it is mended. */
  readonly file?: string;
  /** A command line that has the fault. */
  readonly command?: string;
}
