/** Declarations of files: types read once, texts checked once, ready to be called or embodied. */
import type { Families } from "../../ir/library.ts";
import type { ArchDecl, Expr, FnDecl, MemoryDecl, Name, NetDecl, Operation } from "../ast.ts";
import { createBuilder, type ValueBuilder } from "../lower/builder.ts";
import type { Modules } from "../modules.ts";
import { planArchitecture } from "./nets/architectures.ts";
import type { Destination } from "./values/body-frame.ts";
import { bodyFrame } from "./values/body-frame.ts";
import type { Dims } from "./types/dims.ts";
import type { EventType } from "./types/event-type.ts";
import { evaluate } from "./values/expressions.ts";
import type { Report } from "./finding.ts";
import { fnCallable, netCallable, surroundingsOf } from "./nets/functions.ts";
import type { Embodiment } from "./memories/memories.ts";
import { checkNet, checkOperation, initialStates, placeholderValue } from "./memories/memories.ts";
import { memo } from "./memo.ts";
import type { MemoryTypes } from "./memories/memory-types.ts";
import { readMemory } from "./memories/memory-types.ts";
import { createOnce } from "./once.ts";
import type { NetResult, TypeReader } from "./types/signatures.ts";
import { readFn, readNet } from "./types/signatures.ts";
import type { Analysis, Callable, Frame } from "./values/terms.ts";

/** What models need of the declarations around them. */
export interface Declarations {
  readonly analysis: Analysis;
  /** The memory's types, or `undefined` when something in them was reported. */
  readonly memory: (decl: MemoryDecl) => MemoryTypes | undefined;
  /** What a net of a file declares to give. */
  readonly netResult: (decl: NetDecl) => NetResult | undefined;
  /** Whether the text of a net or operation of this memory is wrong. */
  readonly memoryPart: (types: MemoryTypes) => Embodiment["broken"];
  /** Checks everything that no model may have asked for. */
  readonly checkAll: () => void;
}

const uniqueNames = (modules: Modules): ReadonlyMap<NetDecl, string> => {
  const taken = new Set<string>();
  const owners = new Map<NetDecl, string>();
  const files = [modules.entry, ...[...modules.files.values()].filter((f) => f !== modules.entry)];
  for (const { path, items } of files) {
    const stem = path.replace(/^.*[/\\]/u, "").replace(/\.[^.]*$/u, "");
    for (const item of items) {
      if (item.kind !== "net") continue;
      let name = item.name.text;
      while (taken.has(name)) name = `${stem}.${name}`;
      taken.add(name);
      owners.set(item, name);
    }
  }
  return owners;
};

const unreadable = (what: string): Callable => ({
  what,
  parameters: undefined,
  broken: () => true,
  updates: false,
  toCaller: (axis) => axis,
  widths: new Map(),
  inline: () => ({ kind: "poison" }),
});

/** Everything that files declare outside models. */
export const createDeclarations = (
  modules: Modules,
  families: Families,
  dims: Dims,
  report: Report,
): Declarations => {
  const owners = uniqueNames(modules);
  const { once } = createOnce(report);
  const scratchBuilders = new WeakSet<ValueBuilder>();
  const scratch = (to: Report): Destination => {
    const builder = createBuilder();
    scratchBuilders.add(builder);
    return { analysis, report: to, builder, widths: new Map(), calls: 0 };
  };
  const reader = ({ span }: Name): TypeReader => ({
    dims: dims.ofFile(span.file),
    sizes: dims.sizes,
    families,
    report,
  });
  const signedNet = memo((decl: NetDecl) => readNet(decl, decl.name.text, reader(decl.name)));
  const signedFn = memo((decl: FnDecl) => readFn(decl, reader(decl.name)));

  /** The callable with its body's values going where the frame says; `broken` is decided by the caller. */
  const place = (
    item: NetDecl | FnDecl,
    destination: Destination,
    broken: () => boolean,
  ): Callable | undefined => {
    const { widths } = destination;
    const owner = item.kind === "net" ? (owners.get(item) ?? item.name.text) : item.name.text;
    const inside = { ...destination, calls: destination.calls + 1 };
    const body = bodyFrame(inside, item.name.span.file, owner);
    const frame: Frame = { ...body, concrete: (dim) => widths.get(dim)?.axis.dim ?? dim };
    if (item.kind === "net") {
      const signed = signedNet(item);
      return signed && netCallable({ ...signed, broken, frame, widths }, owner);
    }
    const signed = signedFn(item);
    return signed && fnCallable({ ...signed, broken, frame, widths });
  };

  /** What functions give to arguments of which nothing but their types is known, where that is all there is to say of it. */
  const given = new Map<FnDecl, EventType>();

  /**
   * The function where only errors are sought. Its own text was checked with such arguments: it is not gone through again, or the time
   * to check functions that call one another would grow with the square of their number.
   */
  const withoutBody = (item: FnDecl, inlined: Callable, frame: Frame): Callable => ({
    ...inlined,
    inline: (values, lead) => {
      const type = given.get(item);
      const isPlain = [...values.values()].every(
        ({ mapped, constant }) => !mapped && constant === undefined,
      );
      if (type === undefined || lead.length > 0 || !isPlain) return inlined.inline(values, lead);
      const id = placeholderValue(frame, item.name.text, type);
      return { kind: "value", type, id, mapped: false };
    },
  });

  const checkCallable = (item: NetDecl | FnDecl): boolean =>
    once(item.name, (own) => {
      const destination = scratch(own);
      const callable = place(item, destination, () => false);
      const values = callable?.parameters?.map(({ name, inner }) => {
        const id = placeholderValue(destination, `${item.name.text}.${name.text}`, inner);
        return [name.text, { kind: "value", type: inner, id, mapped: false }] as const;
      });
      const result = callable?.inline(new Map(values), []);
      const isPlain = result?.kind === "value" && result.constant === undefined;
      if (item.kind === "fn" && isPlain && destination.widths.size === 0)
        given.set(item, result.type);
    });

  const analysis: Analysis = {
    modules,
    families,
    dims,
    evaluate,
    once,
    callable: (name, frame) => {
      const item = frame.scope.get(name);
      if (item?.kind !== "net" && item?.kind !== "fn") return undefined;
      const callable = place(item, frame, () => checkCallable(item));
      if (callable === undefined) return unreadable(name);
      const isScratch = item.kind === "fn" && scratchBuilders.has(frame.builder);
      return isScratch ? withoutBody(item, callable, frame) : callable;
    },
  };

  const readTypes = memo((decl: MemoryDecl) =>
    readMemory(decl, dims.ofFile(decl.name.span.file), { sizes: dims.sizes, families, report }),
  );

  const generic = (types: MemoryTypes, own: Report): Embodiment => ({
    types,
    destination: scratch(own),
    name: types.decl.name.text,
    sizes: new Map(),
    widths: new Map(),
    broken: memoryPart(types),
  });

  const memoryPart =
    (types: MemoryTypes) =>
    (part: NetDecl | Operation): boolean =>
      once(part.name, (own) => {
        const embodiment = generic(types, own);
        if (part.kind === "net") checkNet(embodiment, part);
        else {
          const operation = types.operations.get(part);
          if (operation !== undefined) checkOperation(embodiment, operation);
        }
      });

  const checkMemory = (decl: MemoryDecl): boolean =>
    once(decl.name, (own) => {
      const { types, complete } = readTypes(decl);
      if (!complete) return;
      initialStates(generic(types, own));
      for (const part of [...types.nets.values(), ...types.operations.values()]) {
        memoryPart(types)(part.decl);
      }
    });

  const checkArch = (decl: ArchDecl): void => {
    const frame = bodyFrame(scratch(report), decl.name.span.file, decl.name.text);
    const surroundings = surroundingsOf(frame);
    const nothing: Expr = { kind: "missing", span: decl.name.span };
    const parameters = decl.parameters.map(
      ({ name }) => [name.text, [{ expr: nothing, surroundings }]] as const,
    );
    planArchitecture(decl.body, { ...surroundings, parameters: new Map(parameters) }, [decl]);
  };

  return {
    analysis,
    memory: (decl) => {
      const broken = checkMemory(decl);
      const { types, complete } = readTypes(decl);
      return broken || !complete ? undefined : types;
    },
    netResult: (decl) => signedNet(decl)?.result,
    memoryPart,
    checkAll: () => {
      for (const file of modules.files.values()) {
        for (const item of file.items) {
          if (item.kind === "net" || item.kind === "fn") checkCallable(item);
          else if (item.kind === "memory") checkMemory(item);
          else if (item.kind === "arch") checkArch(item);
        }
      }
    },
  };
};
