/** NumPy's .npy format, version 1.0: an array of 32-bit floats, little-endian, row-major. */
export const encodeNpy = (shape: readonly number[], data: ArrayLike<number>): Uint8Array => {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`;
  // Magic string, version and length take 10 bytes; data begins at a multiple of 64, after a line break.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = `${dictionary.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(10 + length + 4 * data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  for (let i = 0; i < data.length; i++) {
    view.setFloat32(10 + length + 4 * i, data[i] ?? Number.NaN, true);
  }
  return bytes;
};
