// Starts Debian's Chromium or Firefox, both driven by puppeteer-core, with all their traffic through the tests' server.

import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";

const PLACES = {
  chromium: [
    process.env.KUBECAST_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ],
  firefox: [
    process.env.KUBECAST_FIREFOX,
    "/usr/bin/firefox-esr",
    "/usr/bin/firefox",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
  ],
};

export function chosenBrowser() {
  const name = process.env.KUBECAST_BROWSER ?? "chromium";
  if (!(name in PLACES)) throw new Error(`KUBECAST_BROWSER is chromium or firefox, not ${name}`);
  return name;
}

export async function launch(name, proxyPort) {
  const executablePath = PLACES[name].find((place) => place && existsSync(place));
  if (!executablePath) throw new Error(`there is no ${name}: install it or name it in KUBECAST_${name.toUpperCase()}`);
  const common = { executablePath, headless: true, protocolTimeout: 120_000 };
  if (name === "firefox") {
    return puppeteer.launch({
      ...common,
      browser: "firefox",
      extraPrefsFirefox: {
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": proxyPort,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxyPort,
        "network.proxy.no_proxies_on": "",
        "network.proxy.allow_hijacking_localhost": true,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        "app.normandy.enabled": false,
        "extensions.update.enabled": false,
        "services.settings.server": "data:,",
        "ui.prefersReducedMotion": 1,
      },
    });
  }
  return puppeteer.launch({
    ...common,
    browser: "chrome",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--disable-quic",
      `--proxy-server=http://127.0.0.1:${proxyPort}`,
      "--proxy-bypass-list=<-loopback>",
      "--force-prefers-reduced-motion",
    ],
  });
}
