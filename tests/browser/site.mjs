// Serves dist/ under a sub-path with no special headers, as a plain static host would, and is the browser's proxy as
// well: whatever a page or any of its workers asks for passes through here, so that nothing leaves unseen.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SITE = join(ROOT, "dist");
const SUB_PATH = "/some/sub/path/";
/** Pages and files of the tests themselves, on the site's origin. */
const EXTRA_PATH = "/extra/";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

// What the browsers themselves ask for, whatever the page does.
const VENDORS = /(^|\.)(google|googleapis|gvt1|gvt2|gstatic|mozilla|firefox|mozgcp)\.(com|org|net)$/;

export async function startSite() {
  /** Hosts that a page asked for, other than the site. */
  const foreign = [];
  /** Paths that were asked for, in order. */
  const requests = [];
  /** Pages of a test: path below /extra/ to its HTML. */
  const extra = new Map();
  /** What a test takes away for a while: paths that match are answered as by a host that is down. */
  const down = new Set();

  const server = createServer(async (request, response) => {
    let url;
    try {
      url = new URL(request.url, origin);
    } catch {
      return end(response, 400);
    }
    if (url.origin !== origin) {
      note(url.hostname, url.href);
      return end(response, 403);
    }
    requests.push(url.pathname);
    const path = decodeURIComponent(url.pathname);
    if (path.startsWith(EXTRA_PATH)) {
      const html = extra.get(path.slice(EXTRA_PATH.length));
      if (html === undefined) return end(response, 404);
      response.writeHead(200, { "content-type": TYPES[".html"] });
      return response.end(html);
    }
    if (!path.startsWith(SUB_PATH)) return end(response, 404);
    if ([...down].some((pattern) => pattern.test(path))) return end(response, 503);
    let file = normalize(join(SITE, path.slice(SUB_PATH.length)));
    if (!file.startsWith(SITE)) return end(response, 403);
    try {
      if ((await stat(file)).isDirectory()) file = join(file, "index.html");
      const { size } = await stat(file);
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-length": size });
      createReadStream(file).pipe(response);
    } catch {
      end(response, 404);
    }
  });
  server.on("connect", (request, socket) => {
    note(request.url.split(":")[0], request.url);
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  server.keepAliveTimeout = 1000;

  function note(host, what) {
    if (!VENDORS.test(host)) foreign.push(what);
  }
  function end(response, status) {
    response.writeHead(status, { "content-type": "text/plain" });
    response.end();
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = server.address().port;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    url: origin + SUB_PATH,
    extraUrl: (name) => origin + EXTRA_PATH + name,
    foreign,
    requests,
    extra,
    down,
    close() {
      server.closeAllConnections?.();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
