/** What Node has, also under a test's DOM, which may have neither streams nor answers, nor text as bytes. */
interface Builtins {
  readonly 'node:zlib': { inflateSync(bytes: Uint8Array): Uint8Array };
  readonly 'node:fs/promises': { readFile(file: URL): Promise<Uint8Array<ArrayBuffer>> };
  readonly 'node:stream/web': Pick<typeof globalThis, 'ReadableStream'>;
  readonly 'node:util': Pick<typeof globalThis, 'TextDecoder' | 'TextEncoder'>;
}

/** A module of Node's, where there is Node. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as {
    readonly process?: { readonly getBuiltinModule?: (name: Name) => Builtins[Name] | undefined };
  };
  return process?.getBuiltinModule?.(name);
}
