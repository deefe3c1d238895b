// CORS: real pages on other ports log in and read the list, or may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.js";
import { startPage, startService } from "./service.js";

let browser, listed, other, service;

before(async () => {
  [browser, listed, other] = await Promise.all([startBrowser(), startPage(), startPage()]);
  service = await startService({ SSA_CORS_ORIGINS: `http://localhost:5173,${listed.url}` });
});
after(() => Promise.all([browser, listed, other, service].map((it) => it?.stop?.() ?? it?.close())));

// open PAGE: a browser's page that is at this address.
async function open(url) {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

// Runs in the page: logs in as any front-end does, and returns the ticket.
async function logIn(api) {
  const response = await fetch(`${api}/api/ticket`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username: "user1", password: "A1B2C3D4E5F6G7H8I9HD" }),
  });
  return (await response.json()).data.ticket;
}

test("a page of an origin in the list logs in, and reads a page of the list and its headers", async () => {
  const page = await open(listed.url);
  const ticket = await page.evaluate(logIn, service.url);
  const seen = await page.evaluate(
    async ([api, ticket]) => {
      const response = await fetch(`${api}/api/info?_page=1&_per_page=2`, { headers: { "X-Auth-Token": ticket } });
      const { data } = await response.json();
      return {
        ids: data.map(({ id }) => id),
        total: response.headers.get("X-Total-Count"),
        link: response.headers.get("Link"),
      };
    },
    [service.url, ticket],
  );
  assert.deepEqual(seen.ids, [100, 200]);
  assert.equal(seen.total, "6");
  assert.match(seen.link, /^<\/api\/info\?_per_page=2&_page=1>; rel="first", .*_page=3>; rel="last"$/);
});

test("it logs out with the two headers that a browser asks for first, and reads an error", async () => {
  const page = await open(listed.url);
  const seen = await page.evaluate(
    async ([api, ticket]) => {
      const headers = { "X-Auth-Token": ticket };
      const refused = await fetch(`${api}/api/ticket`, { method: "DELETE", headers: { ...headers, CSRFPreventionToken: "x" } });
      const done = await fetch(`${api}/api/ticket`, { method: "DELETE", headers });
      const late = await fetch(`${api}/api/info`, { headers });
      return [refused.status, (await refused.json()).message, done.status, late.status, (await late.json()).message];
    },
    [service.url, await page.evaluate(logIn, service.url)],
  );
  assert.deepEqual(seen, [403, "forbidden", 204, 401, "authentication failed"]);
});

test("a page of another origin can read nothing", async () => {
  const page = await open(other.url);
  for (const [path, options] of [
    ["/api/status", {}],
    ["/api/info", {}],
    ["/api/info", { headers: { "X-Auth-Token": "x" } }],
    ["/api/ticket", { method: "POST", body: "{}" }],
    ["/openapi.json", {}],
  ]) {
    const said = await page.evaluate(
      ([url, options]) => fetch(url, options).then((response) => `${response.status}`, (error) => error.name),
      [service.url + path, options],
    );
    assert.equal(said, "TypeError", path);
  }
});

test("without SSA_CORS_ORIGINS no page can read anything", async () => {
  const plain = await startService();
  try {
    const page = await open(listed.url);
    const said = await page.evaluate((url) => fetch(url).then(() => "read", (error) => error.name), `${plain.url}/api/status`);
    assert.equal(said, "TypeError");
  } finally {
    await plain.stop();
  }
});
