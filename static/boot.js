// Starts the page: fetches and compiles the program, leaves its module for the workers, and says in words what fails.
//
// The build writes the names of both programs into this script's own tag: the page's, and the engine, which the
// workers run and which is fetched at the first touch.

const tag = document.querySelector("script[data-boot-js]");
const url = (name) => new URL(name, document.baseURI).href;
const glueUrl = url(tag.dataset.bootJs);

// The smallest module that uses a 128-bit vector: the engine is built with them.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/** A failure whose message is written for the reader of the page. */
class BootFailure extends Error {}

function checkBrowser() {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.validate !== "function") {
    throw new BootFailure(
      "This browser does not run WebAssembly, or it is switched off. Switch it on, or open this page in a current Firefox, Chrome, Edge or Safari.",
    );
  }
  if (!WebAssembly.validate(SIMD)) {
    throw new BootFailure(
      "This browser is too old: its WebAssembly lacks vector instructions (SIMD). Open this page in Chrome or Edge 91, Firefox 89, Safari 16.4 or newer.",
    );
  }
}

async function fetchProgram(wasmUrl) {
  let response;
  try {
    response = await fetch(wasmUrl);
  } catch (cause) {
    throw new BootFailure("The program could not be fetched. Check the connection and reload this page.", { cause });
  }
  if (!response.ok) {
    throw new BootFailure(
      `The program could not be fetched: the server answered ${response.status} for ${wasmUrl}. If the site was just updated, reload this page.`,
    );
  }
  return response;
}

async function compile(wasmUrl) {
  const response = await fetchProgram(wasmUrl);
  const type = (response.headers.get("content-type") ?? "").split(";")[0].trim();
  if (type === "application/wasm" && typeof WebAssembly.compileStreaming === "function") {
    return WebAssembly.compileStreaming(response);
  }
  // A host that names another type: compile from the bytes.
  return WebAssembly.compile(await response.arrayBuffer());
}

let engine;

/** The engine's glue and its compiled module; what could not be fetched is fetched again when it is asked for again. */
function fetchEngine() {
  engine ??= compile(url(tag.dataset.engineWasm))
    .then((module) => [url(tag.dataset.engineJs), module])
    .catch((failure) => {
      engine = undefined;
      throw failure;
    });
  return engine;
}

async function start() {
  checkBrowser();
  const [glue, module] = await Promise.all([
    import(glueUrl).catch((cause) => {
      throw new BootFailure("A part of the program could not be fetched. Reload this page.", { cause });
    }),
    compile(url(tag.dataset.bootWasm)),
  ]);
  // What the page needs to start its workers, and how the program knows that it stands in its own page.
  globalThis.__kubecast = Object.freeze({ glue: glueUrl, module, engine: fetchEngine });
  await glue.default({ module_or_path: module });
}

function say(failure) {
  const main = document.querySelector("[data-boot]");
  const says = document.getElementById("boot-says");
  if (!main || !says) return;
  main.dataset.boot = "failed";
  says.setAttribute("role", "alert");
  says.textContent =
    failure instanceof BootFailure
      ? failure.message
      : `The program did not start: ${failure?.message ?? failure}. Reload this page; if that does not help, open it in another current browser.`;
}

start().catch((failure) => {
  say(failure);
  console.error(failure.cause ?? failure);
});
