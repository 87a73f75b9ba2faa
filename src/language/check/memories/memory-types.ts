/** What a memory declares: its own sizes, states, nets and operations with their types read. */
import { symbol } from "../../../shape/dim.ts";
import type { MemoryDecl, Name, NetDecl, Operation, StateDecl } from "../../ast.ts";
import type { DimScope } from "../types/dims.ts";
import * as names from "../errors/names.ts";
import type { DeclaredParameter, NetResult, Signed, TypeReader } from "../types/signatures.ts";
import { readNet, readParameters, readResult, readType } from "../types/signatures.ts";
import type { Axis, EventType } from "../types/event-type.ts";

export interface SignedState {
  readonly decl: StateDecl;
  readonly type: EventType;
}

export interface SignedOperation {
  readonly decl: Operation;
  readonly parameters: readonly DeclaredParameter[];
  /** Absent where the operation gives the new memory. */
  readonly result?: NetResult;
}

/** A memory with every type read. Sizes are its own names, whatever a model calls them. */
export interface MemoryTypes {
  readonly decl: MemoryDecl;
  readonly dims: DimScope;
  /** Its own sizes in order. */
  readonly own: readonly Axis[];
  readonly states: ReadonlyMap<string, SignedState>;
  readonly nets: ReadonlyMap<string, Signed<NetDecl>>;
  readonly operations: ReadonlyMap<Operation, SignedOperation>;
}

const reportRepeated = (all: readonly Name[], reader: TypeReader): void => {
  const seen = new Map<string, Name>();
  for (const name of all) {
    const before = seen.get(name.text);
    if (before === undefined) seen.set(name.text, name);
    else reader.report(names.declaredTwice(name, before));
  }
};

const readOperation = (
  decl: Operation,
  memory: MemoryDecl,
  reader: TypeReader,
): SignedOperation | undefined => {
  const owner = `${memory.name.text}.${decl.name.text}`;
  const parameters = readParameters(owner, decl.parameters, reader, true);
  const result = decl.result === undefined ? undefined : readResult(decl.result, reader);
  if (parameters === undefined || (decl.result !== undefined && result === undefined))
    return undefined;
  return { decl, parameters, ...(result === undefined ? {} : { result }) };
};

/** Reads all types; `complete` is false when one was reported, and then no operation can be used. */
export const readMemory = (
  decl: MemoryDecl,
  file: DimScope,
  reader: Omit<TypeReader, "dims">,
): { readonly types: MemoryTypes; readonly complete: boolean } => {
  const own = decl.dims.map(({ text }) => ({
    dim: symbol(`${decl.name.text}.${text}`),
    shown: text,
  }));
  const dims = new Map([...file, ...own.map((axis) => [axis.shown, axis] as const)]);
  const inside: TypeReader = { ...reader, dims };
  reportRepeated(decl.dims, inside);
  reportRepeated(
    decl.states.map(({ name }) => name),
    inside,
  );
  reportRepeated(
    [...decl.operations, ...decl.nets].map(({ name }) => name),
    inside,
  );

  let complete = true;
  const known = <T>(read: T | undefined): readonly T[] => {
    if (read === undefined) complete = false;
    return read === undefined ? [] : [read];
  };
  const states = decl.states.flatMap((state) =>
    known(readType(state.type, inside)).map(
      (type) => [state.name.text, { decl: state, type }] as const,
    ),
  );
  const nets = decl.nets.flatMap((net) =>
    known(readNet(net, `${decl.name.text}.${net.name.text}`, inside)).map(
      (signed) => [net.name.text, signed] as const,
    ),
  );
  const operations = decl.operations.flatMap((operation) =>
    known(readOperation(operation, decl, inside)).map((signed) => [operation, signed] as const),
  );
  const types = {
    decl,
    dims,
    own,
    states: new Map(states),
    nets: new Map(nets),
    operations: new Map(operations),
  };
  return { types, complete };
};
