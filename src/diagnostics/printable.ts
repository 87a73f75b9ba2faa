/** What would tell a terminal to do something, or turn the order of what follows round, rather than be shown. */
const control = /(?![\n\t])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from users as a terminal may be given it: each control character but line break and tab as \ufffd. */
export const printable = (text: string): string => text.replace(control, "\ufffd");

/** JSON with its control characters, of which only some need to be, as escapes. */
export const printableJson = (json: string): string =>
  json.replace(control, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
