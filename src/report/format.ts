/** Numbers as people read them: enough digits to compare, not more. Uses U+2212 for minus. */
export const formatNumber = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return minus(value.toExponential(1));
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return minus(
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
};

export const formatCount = (value: number): string => value.toLocaleString("en-US");

/** Labels for the ticks of one axis, all with the same number of decimals: "0", "500", "1,000" or "0", "10k", "20k". */
export const formatTicks = (ticks: readonly number[]): readonly string[] => {
  const largest = Math.max(...ticks.map(Math.abs));
  const [unit, suffix] = units.find(([size]) => largest >= 10 * size) ?? [1, ""];
  const scaled = ticks.map((tick) => tick / unit);
  const decimals = Math.max(...scaled.map(decimalsOf));
  return scaled.map((tick) => {
    const text = tick.toLocaleString("en-US", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    return minus(tick === 0 ? text : `${text}${suffix}`);
  });
};

const units: readonly (readonly [number, string])[] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

const minus = (text: string): string => text.replaceAll("-", "−");

/** Decimals that a tick needs; ticks are sums of binary fractions of steps such as 0.2. */
const decimalsOf = (value: number): number => {
  for (let decimals = 0; decimals < 6; decimals++) {
    if (Math.abs(value - Number(value.toFixed(decimals))) < 1e-9 * Math.max(1, Math.abs(value))) {
      return decimals;
    }
  }
  return 6;
};
