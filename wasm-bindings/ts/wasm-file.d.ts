/** A file that the bundler of such a place compiles. */
declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
