// What goes wrong: slow lines, cut replies, scripts that do not come, errors of the page itself.
// The page says so, and shows what it can.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { all, browser, close, enter, lists, logIn, machine, open, press, says } from "./console.js";
import { startSlowLine } from "./proxy.js";
import { startService } from "./service.js";

after(() => browser.close());

describe("trouble", () => {
  let service, line;
  before(async () => {
    service = await startService();
    line = await startSlowLine(service.url);
  });
  after(async () => {
    await line?.stop();
    await service?.stop();
  });

  test("on a slow line the rows come first, and a body that arrives has no limit of time", async () => {
    const page = await enter(line.url, { fragment: "#q=Aimlab" });
    const pool = await line.held();
    await lists(page, all);
    await says(page, "#loading-pool", "Adding up the pool…");
    assert.equal(await page.locator("#statuses .chip").count(), 0);
    for (let i = 0; i < 4; i++) {
      await page.clock.fastForward(40_000);
      pool.more();
      await page.waitForTimeout(50);
    }
    pool.rest();
    await says(page, "#statuses", "running");
    assert.equal(await page.locator("#loading-pool").innerText(), "");
    assert.equal(await page.locator("#problem").innerText(), "");
    await close(page);
  });

  test("a reply that stops is called silent, one that is cut is called cut, and the rows stay", async () => {
    const page = await enter(line.url);
    await line.held();
    await page.clock.fastForward(46_000);
    await says(page, "#problem", "The service does not respond.");
    await lists(page, all);
    await page.click("#refresh");
    const pool = await line.held();
    pool.reply.destroy();
    await says(page, "#problem", "The response was cut short.");
    await page.click("#refresh");
    (await line.held()).rest();
    await page.waitForFunction(() => !document.querySelector("#problem").textContent);
    await close(page);
  });

  test("Save has no limit of time either", async () => {
    const page = await enter(line.url);
    (await line.held()).rest();
    await page.click("#save-json");
    const file = await line.held();
    await says(page, "#said", "Saving…");
    await page.clock.fastForward(40_000);
    file.more();
    await page.waitForTimeout(50);
    await page.clock.fastForward(40_000);
    const [download] = await Promise.all([page.waitForEvent("download"), file.rest()]);
    assert.equal(download.suggestedFilename(), "machines.json");
    await close(page);
  });

  test("a new filter shows that it loads, and a failure leaves no rows of another filter", async () => {
    const page = await enter(service.url);
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route(/api\/info\?.*A100/, async (route) => {
      await released;
      await route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Sign in to the Wi-Fi</h1>" });
    });
    await press(page, "A100");
    await says(page, "#count", "Loading…");
    assert.equal(await page.getAttribute("#rows", "aria-busy"), "true");
    release();
    await says(page, "#problem", "Error in this page");
    await lists(page, []);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.click("#refresh");
    await lists(page, ["Aimlab301", "Aimlab302"]);
    assert.equal(await page.locator("#problem").innerText(), "");
    await close(page);
  });

  test("a second press on Log in makes no second session", async () => {
    const page = await open(service.url);
    let logins = 0;
    page.on("request", (request) => request.method() === "POST" && logins++);
    await page.fill("#username", "user1");
    await page.fill("#password", "A1B2C3D4E5F6G7H8I9HD");
    await page.locator("#login button").dblclick();
    await lists(page, all);
    assert.equal(logins, 1);
    await close(page);
  });

  test("a script that does not come: the page says so, in both languages", async () => {
    for (const file of ["main.js", "table.js"]) {
      const page = await open(service.url, { clock: false, prepare: (page) => page.route(`**/${file}`, (route) => route.abort()) });
      await says(page, "#starting", /A file of this page is missing.*页面文件缺失/);
      await page.locator("#starting").waitFor({ state: "visible" });
      await close(page);
    }
    const page = await open(service.url, { prepare: (page) => page.route("**/summarize.js", (route) => route.abort()) });
    await logIn(page);
    await lists(page, all);
    await says(page, "#problem", "Error in this page: summarize.js");
    await page.unroute("**/summarize.js");
    await page.click("#refresh");
    await says(page, "#statuses", "running");
    await close(page);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const without = await context.newPage();
    await without.goto(service.url);
    assert.match(await without.locator("noscript").innerText(), /This page needs JavaScript. 此页面需要 JavaScript。/);
    await context.close();
  });

  test("an error of the page itself is said, and every other part is drawn", async () => {
    const page = await enter(service.url);
    await page.evaluate(() => void Promise.reject(new Error("boom")));
    await says(page, "#problem", "Error in this page: boom");
    assert.deepEqual(page.complaints.splice(0), ["boom"]);
    await page.evaluate(() => document.querySelector("#statuses").remove());
    await page.locator("#types .chip", { hasText: "A100" }).click();
    await lists(page, ["Aimlab301", "Aimlab302"]);
    await says(page, "#problem", "Error in this page");
    await close(page);
  });

  test("with an ETag, machines that have not changed are not sent again", async () => {
    // More than a page: the statuses are drawn once the pool was read. While it is on its way, it
    // is not asked for again.
    service.write("machines.json", JSON.stringify(Array.from({ length: 201 }, (_, i) => machine(i))));
    const asked = [];
    const page = await enter(service.url, {
      prepare: (page) =>
        page.route("**/api/info**", async (route) => {
          const tag = await route.request().headerValue("if-none-match");
          asked.push(tag);
          if (tag) return route.fulfill({ status: 304, headers: { ETag: tag } });
          const response = await route.fetch();
          await route.fulfill({ response, headers: { ...response.headers(), etag: '"1"' } });
        }),
    });
    await says(page, "#statuses", "running");
    await page.evaluate(() => (document.querySelector("#table tbody tr").mark = true));
    asked.length = 0;
    await Promise.all([page.waitForResponse(/api\/info$/), page.click("#refresh")]);
    await says(page, "#sums", "201 machines");
    assert.deepEqual(asked, ['"1"', '"1"', '"1"']);
    assert.ok(await page.evaluate(() => document.querySelector("#table tbody tr").mark), "the rows are the same ones");
    assert.equal(await page.locator("#problem").innerText(), "");
    await close(page);
  });

  test("that faults are made on purpose is said", async () => {
    const body = JSON.stringify({ code: 200, message: "OK", checks: { redis: "OK", users: "1 token is void" }, faults: "503:5%" });
    const page = await open(service.url, { prepare: (page) => page.route("**/api/status**", (route) => route.fulfill({ json: JSON.parse(body) })) });
    await says(page, "#service", "Up · users.json: 1 token is void · Test faults are on (SSA_FAULTS: 503:5%)");
    await close(page);
  });

  test("half an hour of refreshes: nothing grows, and no task is long", async () => {
    const list = Array.from({ length: 2000 }, (_, i) => machine(i, { status: i % 9 ? "running" : "error" }));
    const write = (count) => service.write("machines.json", JSON.stringify(list.slice(0, count)));
    write(1000);
    const page = await enter(service.url);
    await says(page, "#sums", "1,000 machines");
    const client = await page.context().newCDPSession(page);
    const measure = async () => {
      await client.send("HeapProfiler.collectGarbage");
      const { nodes, jsEventListeners } = await client.send("Memory.getDOMCounters");
      return { nodes, jsEventListeners, heap: (await client.send("Runtime.getHeapUsage")).usedSize };
    };
    let size = 1000;
    const refreshes = async (count) => {
      for (const end = size + count; size < end; ) {
        write(++size);
        await page.clock.fastForward(30_000);
        await says(page, "#sums", `${size.toLocaleString("en")} machines`);
      }
    };
    await page.evaluate(() => new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (window.longest = Math.max(window.longest ?? 0, duration)))).observe({ type: "longtask" }));
    await refreshes(5);
    const before = await measure();
    await refreshes(60);
    const after = await measure();
    console.log(`60 refreshes: ${before.heap >> 10} KiB -> ${after.heap >> 10} KiB, ${before.nodes} -> ${after.nodes} nodes, the longest task ${Math.round(await page.evaluate(() => window.longest ?? 0))} ms`);
    assert.ok(after.nodes <= before.nodes * 1.1 && after.jsEventListeners <= before.jsEventListeners * 1.1, JSON.stringify([before, after]));
    assert.ok(after.heap < before.heap * 1.2 + 500_000, JSON.stringify([before, after]));
    await close(page);
  });
});
