/** IDX, the format of the MNIST files: two zero bytes, an element type, a rank, big-endian sizes, the elements. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { volume, type DenseArray, type Numbers } from "./array.ts";
import { malformedFile } from "./errors.ts";

interface Element {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

const elements: ReadonlyMap<number, Element> = new Map([
  [0x08, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [0x09, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [0x0b, { bytes: 2, read: (view, at) => view.getInt16(at) }],
  [0x0c, { bytes: 4, read: (view, at) => view.getInt32(at) }],
  [0x0d, { bytes: 4, read: (view, at) => view.getFloat32(at) }],
  [0x0e, { bytes: 8, read: (view, at) => view.getFloat64(at) }],
]);

/** `path` is for messages. */
export const parseIdx = (bytes: Uint8Array, path: string): Result<DenseArray> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const element = bytes.length < 4 ? undefined : elements.get(view.getUint8(2));
  if (element === undefined || view.getUint16(0) !== 0) {
    return failure(malformedFile(path, "it does not start like an IDX file"));
  }
  const rank = view.getUint8(3);
  const start = 4 + 4 * rank;
  if (bytes.length < start) return failure(malformedFile(path, "its header is cut short"));
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = volume(shape);
  if (bytes.length !== start + count * element.bytes) {
    return failure(
      malformedFile(
        path,
        `its header promises ${start + count * element.bytes} bytes, it has ${bytes.length}`,
      ),
    );
  }
  const data: Numbers =
    view.getUint8(2) === 0x08
      ? bytes.slice(start)
      : Float32Array.from({ length: count }, (_, i) =>
          element.read(view, start + i * element.bytes),
        );
  return success({ shape, data });
};
