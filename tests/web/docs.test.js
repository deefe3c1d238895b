// /docs/: the page that shows openapi.json.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { browser, close, isAccessible, open, password, says } from "./console.js";
import { root, startService } from "./service.js";

let service;
before(async () => (service = await startService()));
after(() => Promise.all([browser.close(), service?.stop()]));

const { paths } = JSON.parse(readFileSync(`${root}www/openapi.json`, "utf8"));
const operations = Object.entries(paths).flatMap(([path, { parameters, ...methods }]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })));

test("it draws each operation: parameters, statuses, examples", async () => {
  const page = await open(`${service.url}/docs`, { clock: false });
  await page.locator("#operations section").nth(operations.length - 1).waitFor();
  assert.equal(await page.locator("#operations section").count(), operations.length);
  for (const { path, method, responses } of operations) {
    const section = page.locator(`[id="${method}-${path}"]`);
    assert.equal(await section.locator("h2").innerText(), `${method.toUpperCase()} ${path}`);
    for (const status of Object.keys(responses)) assert.equal(await section.locator("dt", { hasText: new RegExp(`^${status}$`) }).count(), 1);
  }
  const list = page.locator('[id="get-/api/info"]');
  await list.locator("summary", { hasText: "The machines that the service comes with" }).click();
  await says(page, '[id="get-/api/info"] details[open] pre', "Aimlab001");
  assert.equal(await page.locator("main").count(), 1);
  assert.equal(await page.locator("#console").getAttribute("href"), "../");
  await page.locator("#console").waitFor();
  assert.equal(await page.evaluate(() => document.body.innerText.includes("undefined") || document.body.innerText.includes("[object")), false);
  await isAccessible(page, "API");
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width}`);
  }
  await close(page);
});

test("each curl is copied as it is drawn, and works; with the ticket when asked", async () => {
  const page = await open(`${service.url}/docs`, { clock: false });
  const command = (id) => page.locator(`[id="${id}"] > pre`).first().innerText();
  await page.locator("#operations section").nth(operations.length - 1).waitFor();
  assert.match(await command("get-/api/info"), /^curl -H "X-Auth-Token: \$ticket" 'http:\/\/127.0.0.1:\d+\/api\/info'$/);
  const login = JSON.parse(execFileSync("sh", ["-c", `${await command("post-/api/ticket")} -s`], { encoding: "utf8" }));
  assert.equal(login.data.username, "user1");
  await page.fill("#username", "user1");
  await page.fill("#password", "wrong");
  await page.keyboard.press("Enter");
  await says(page, "#said", /\w/);
  await page.fill("#username", "user1");
  await page.fill("#password", password);
  await page.keyboard.press("Enter");
  await says(page, "#said", "Logged in as user1");
  const list = JSON.parse(execFileSync("sh", ["-c", `${await command("get-/api/info")} -s`], { encoding: "utf8" }));
  assert.equal(list.data.length, 6);
  assert.equal(JSON.parse(execFileSync("sh", ["-c", `${await command("get-/api/info/{id}")} -s`], { encoding: "utf8" })).data.id, 100);
  await page.locator('[id="get-/api/info"] button').click();
  await says(page, "#said", "Copied");
  await page.focus("#username");
  await page.keyboard.press("Control+V");
  await page.waitForFunction(() => document.querySelector("#username").value);
  assert.equal(await page.inputValue("#username"), await command("get-/api/info"));
  await page.click("#logout");
  await says(page, "#said", "Logged out");
  assert.match(await command("get-/api/info"), /\$ticket/);
  assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]), ["", 0, 0]);
  await close(page);
});
