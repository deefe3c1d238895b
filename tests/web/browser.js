// Debian's Chromium, without a window; it requests nothing by itself.
import { chromium } from "playwright-core";

export function startBrowser() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", // Chromium's own sandbox refuses to run as root
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", // no other host has an address
    ],
  });
}
