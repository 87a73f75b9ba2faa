/** Numbers of a count that is not known beforehand, in typed memory. */
export interface Growing<A extends Float32Array | Int32Array> {
  push(value: number): void;
  readonly length: number;
  whole(): A;
}

const growing = <A extends Float32Array | Int32Array>(
  allocate: (length: number) => A,
): Growing<A> => {
  let values = allocate(64);
  let length = 0;
  return {
    push: (value) => {
      if (length === values.length) {
        const wider = allocate(2 * length);
        wider.set(values);
        values = wider;
      }
      values[length] = value;
      length += 1;
    },
    get length() {
      return length;
    },
    whole: () => {
      const whole = allocate(length);
      whole.set(values.subarray(0, length));
      return whole;
    },
  };
};

export const growingFloats = (): Growing<Float32Array> =>
  growing((length) => new Float32Array(length));

export const growingCounts = (): Growing<Int32Array> => growing((length) => new Int32Array(length));
