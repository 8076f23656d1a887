export * from "./glue.js";

/** Where the program comes from: its bytes, a compiled module, or an address. */
export type ProgramSource = BufferSource | WebAssembly.Module | URL | string | Request | Response;

/**
 * Fetches and starts the program; call it once before anything else (a second call waits for the first).
 * Without an argument it takes the kubecast.wasm that lies beside this file, in a browser as in Node.
 * Rejects with an `Error` that says why where the program cannot be loaded.
 */
export declare function init(source?: ProgramSource | PromiseLike<ProgramSource>): Promise<void>;
export default init;
