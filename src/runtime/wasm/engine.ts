/** The part of the engine's `WebAssembly` object that is used here: Node's and the browsers' are the same. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module; may be sent to workers. */
export type CompiledModule = object;

interface Engine {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (
    module: CompiledModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: { readonly step: (thread: number) => void } };
}

// TypeScript declares it with the DOM only.
export const engine: Engine = (globalThis as unknown as { readonly WebAssembly: Engine })
  .WebAssembly;
