// What the tests put into a page before its own scripts run. Each function is sent as text: it may name nothing outside.

/** Keeps the files that are handed over and the policy's violations. */
export function installRecorder() {
  if (globalThis.__recorded) return;
  const recorded = { downloads: [], violations: [], longTasks: [] };
  Object.defineProperty(globalThis, "__recorded", { value: recorded });
  document.addEventListener("securitypolicyviolation", (event) => {
    recorded.violations.push(`policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
  });
  // Chromium alone tells of them.
  if (globalThis.PerformanceObserver?.supportedEntryTypes?.includes("longtask")) {
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) recorded.longTasks.push({ startTime, duration });
    }).observe({ type: "longtask", buffered: true });
  }
  const blobs = new Map();
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (object) => {
    const url = create(object);
    blobs.set(url, object);
    return url;
  };
  // Taken instead of saved: a browser asks before a page's second automatic download.
  function take(anchor) {
    if (!anchor.hasAttribute("download") || !/^(blob|data):/.test(anchor.href)) return false;
    const blob = blobs.get(anchor.href) ?? fetch(anchor.href).then((response) => response.blob());
    recorded.downloads.push({ name: anchor.download, blob });
    return true;
  }
  const click = HTMLElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    if (!take(this)) click.call(this);
  };
  addEventListener(
    "click",
    (event) => {
      const anchor = event.target?.closest?.("a[download]");
      if (anchor && take(anchor)) event.preventDefault();
    },
    true,
  );
}

/** Finds visible elements by role and accessible name. */
export function installFinder() {
  const SELECTORS = {
    button: "button, [role=button], summary, input[type=button], input[type=submit]",
    link: "a[href], [role=link]",
    checkbox: "input[type=checkbox], [role=checkbox], [role=switch]",
    radio: "input[type=radio], [role=radio]",
    combobox: "select, [role=combobox]",
    textbox: "input:not([type]), input[type=text], input[type=search], textarea, [role=textbox]",
    spinbutton: "input[type=number], [role=spinbutton]",
    slider: "input[type=range], [role=slider]",
    heading: "h1, h2, h3, h4, h5, h6, [role=heading]",
    table: "table, [role=table], [role=grid]",
    dialog: "dialog[open], [role=dialog], [role=alertdialog]",
    progressbar: "progress, [role=progressbar]",
    img: "img, canvas, svg[role=img], [role=img]",
    alert: "[role=alert]",
    status: "[role=status], output",
    tab: "[role=tab]",
    region: "section[aria-label], section[aria-labelledby], [role=region]",
    row: "tr, [role=row]",
    any: "*",
  };
  const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  function shown(element) {
    return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  }
  function nameOf(element) {
    const byIds = element.getAttribute("aria-labelledby");
    if (byIds) {
      return squeeze(byIds.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" "));
    }
    const label = element.getAttribute("aria-label");
    if (label) return squeeze(label);
    if (element.labels?.length) return squeeze([...element.labels].map((each) => each.textContent).join(" "));
    if (element.matches("input[type=button], input[type=submit]")) return squeeze(element.value);
    if (element.matches("table")) return squeeze(element.caption?.textContent);
    return squeeze(element.innerText ?? element.textContent) || squeeze(element.getAttribute("title")) || squeeze(element.getAttribute("alt"));
  }
  // A label that wraps a hidden checkbox or radio is what a person sees of it.
  const visible = (element) => shown(element) || (element.labels && [...element.labels].some(shown));
  const all = (role, within) => {
    const selector = SELECTORS[role] ?? `[role=${role}]`;
    const roots = within ? [...document.querySelectorAll(within)] : [document];
    return roots.flatMap((root) => [...root.querySelectorAll(selector)]).filter(visible);
  };
  globalThis.__nameOf = nameOf;
  globalThis.__find = (role, pattern, within) => all(role, within).find((element) => pattern.test(nameOf(element)));
  globalThis.__names = (role) => all(role).map(nameOf).slice(0, 60);
}
