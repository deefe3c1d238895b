// /swagger/: swagger-ui works offline and under its Content-Security-Policy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.js";
import { root, startService } from "./service.js";

let browser, page, service;
const complaints = [];
const hosts = new Set();

before(async () => {
  [browser, service] = await Promise.all([startBrowser(), startService()]);
  page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
  await page.exposeFunction("complain", (text) => complaints.push(text));
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) => complain(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)),
  );
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "data:") hosts.add(host);
  });
});
after(() => Promise.all([browser?.close(), service?.stop()]));

// Opens the part of the page that is about one operation, and sends a request from there.
async function tryOut(operation) {
  const block = page.locator(`[id$="-${operation}"]`);
  if (!(await block.locator(".try-out__btn").isVisible())) await block.locator(".opblock-summary-control").click();
  await block.locator(".try-out__btn").click();
  return block;
}

async function answer(block) {
  await block.locator(".execute").click();
  const live = block.locator(".live-responses-table .response").first();
  await live.waitFor();
  return { status: await live.locator(".response-col_status").innerText(), body: await live.locator(".response-col_description").innerText() };
}

let ticket;

test("it opens, and shows each operation of openapi.json", async () => {
  await page.goto(`${service.url}/swagger/`);
  await page.locator(".opblock").first().waitFor();
  const { paths } = JSON.parse(readFileSync(`${root}www/openapi.json`, "utf8"));
  const operations = Object.values(paths).flatMap(({ parameters, ...methods }) => Object.values(methods));
  assert.equal(await page.locator(".opblock").count(), operations.length);
  assert.equal(await page.title(), "SimpleServerAPI: Swagger UI");
  assert.equal(await page.locator("main").count(), 1);
  assert.equal(await page.getAttribute("meta[name=viewport]", "content"), "width=device-width");
  assert.equal(new URL(await page.getAttribute("nav a", "href"), page.url()).pathname, "/docs/");
});

test("a login from the page gives a ticket", async () => {
  const { status, body } = await answer(await tryOut("login"));
  assert.match(status, /^200/);
  [, ticket] = body.match(/"ticket": "([\w-]{43})"/);
});

test("with the ticket, the list shows the machines of the file", async () => {
  await page.locator(".auth-wrapper > .authorize").click();
  await page.locator(".auth-container input").first().fill(ticket);
  await page.locator(".auth-container .authorize").first().click();
  await page.locator(".btn-done").first().click();
  const { status, body } = await answer(await tryOut("listMachines"));
  assert.match(status, /^200/);
  for (const name of ["Aimlab001", "Aimlab304", "Zoë"]) assert.ok(body.includes(name), body);
});

test("with parameters, the list is the one that openapi.json has as an example", async () => {
  const block = page.locator('[id$="-listMachines"]');
  await block.locator('tr[data-param-name="_page"] input').fill("2");
  await block.locator('tr[data-param-name="_per_page"] input').fill("2");
  const { body } = await answer(block);
  for (const text of ["Aimlab301", "Aimlab302", "x-total-count: 6", 'rel="prev"']) assert.ok(body.includes(text), body);
  assert.ok(!body.includes("Aimlab001"));
  await block.locator('tr[data-param-name="cpus:gte"] input').fill("128");
  await block.locator('tr[data-param-name="_page"] input').fill("1");
  const filtered = await answer(block);
  for (const text of ["Aimlab304", "x-total-count: 1"]) assert.ok(filtered.body.includes(text), filtered.body);
});

test("the ticket is gone when the page is loaded again", async () => {
  await page.reload();
  await page.locator(".opblock").first().waitFor();
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.match((await answer(await tryOut("listMachines"))).status, /^401/);
});

test("no rule of the Content-Security-Policy was broken, and no other host was asked", () => {
  // Chromium reports the 401 as an error.
  assert.deepEqual(complaints.filter((text) => !text.includes("401 (Unauthorized)")), []);
  assert.deepEqual([...hosts], [new URL(service.url).host]);
});
