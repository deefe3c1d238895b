// What the tests of the console share.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { startBrowser } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const password = "A1B2C3D4E5F6G7H8I9HD";
export const all = ["Aimlab001", "Aimlab200", "Aimlab301", "Aimlab302", "Aimlab303", "Aimlab304"];

// One browser for all tests of a file.
export const browser = await startBrowser();

// A machine with all that must be there.
export const machine = (id, more = {}) => ({ id, name: `m${id}`, GPU: "H100", cpus: 8, status: "running", ip: "10.0.0.1", mem: 1024 ** 3, ...more });

// Opens the console. Whatever the page complains of is in `complaints`, and every test ends with a
// look at it: see `close`.
export async function open(url, { fragment = "", scheme = "light", width = 1200, height = 900, locale = "en-US", clock = true, prepare } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale, timezoneId: "UTC", acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.complaints = [];
  await page.exposeFunction("complain", (text) => page.complaints.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => complain(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
    delete Navigator.prototype.clipboard; // it is not there on plain HTTP
    window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value))).observe({ type: "layout-shift", buffered: true });
  });
  if (clock) await page.clock.install(); // time goes on as usual, and later() makes it jump
  page.on("pageerror", (error) => page.complaints.push(error.message));
  // A status of 400 or more, and a lost connection, are errors for Chromium's console.
  page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && page.complaints.push(message.text()));
  await prepare?.(page);
  await page.goto(`${url}/${fragment}`);
  return page;
}

export async function logIn(page, username = "user1", word = password) {
  await page.fill("#username", username);
  await page.fill("#password", word);
  await page.keyboard.press("Enter");
}

export async function enter(url, options) {
  const page = await open(url, options);
  await logIn(page);
  await page.locator("#table tbody tr").first().waitFor();
  return page;
}

export async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

// Waits until the element has this text, or one that matches.
export async function says(page, selector, text) {
  const found = page.locator(selector).filter({ hasText: text });
  await found.first().waitFor().catch(async () => assert.fail(`${selector} says "${await page.locator(selector).innerText()}", not "${text}"`));
}

// The same, while the page's clock jumps on to its next looks at the service.
export async function later(page, selector, text) {
  for (const end = Date.now() + 30_000; Date.now() < end; await page.waitForTimeout(100)) {
    if (await page.locator(selector).filter({ hasText: text }).count()) return;
    await page.clock.fastForward(5_000);
  }
  await says(page, selector, text);
}

export const names = (page) => page.locator("#table tbody th").allInnerTexts();
// Waits until the list has exactly these machines.
export async function lists(page, expected) {
  const end = Date.now() + 30_000;
  while (JSON.stringify(await names(page)) !== JSON.stringify(expected) && Date.now() < end) await page.waitForTimeout(30);
  assert.deepEqual(await names(page), expected);
}

// Presses a chip of the pool: a status, or a type of GPU.
export const press = (page, name) => page.locator("#band .chip", { hasText: name }).first().click();

// No violation of the rules of axe-core, in light and in dark.
export async function isAccessible(page, state) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    // The page's policy forbids other scripts: this one is evaluated.
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(violations.map(({ id, nodes }) => `${state} ${scheme} ${id}: ${nodes.map(({ html }) => html.slice(0, 120))}`), []);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

