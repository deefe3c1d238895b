// A visit to the console in both modes: log in, look, filter, save, log out, and outages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { all, browser, close, enter, isAccessible, later, lists, logIn, names, open, password, press, says } from "./console.js";
import { root, startService } from "./service.js";

after(() => browser.close());

for (const mode of ["cgi", "scgi"])
  describe(`the console (${mode})`, () => {
    let service;
    before(async () => (service = await startService({ SSA_MODE: mode })));
    beforeEach(() => service.write("machines.json", readFileSync(`${root}data/machines.json`, "utf8")));
    after(() => service?.stop());

    test("a wrong password is refused with the reason, the right one shows the pool and the list", async () => {
      const page = await open(service.url);
      await says(page, "#service", "Up");
      await says(page, "#login", "Reloading the page logs you out.");
      assert.equal(await page.getAttribute("#password", "autocomplete"), "current-password");
      assert.equal(await page.locator("#starting").count(), 0);
      await isAccessible(page, "log in");
      await logIn(page, "user1", "wrong");
      await says(page, "#refused", "Wrong user name or password.");
      await isAccessible(page, "wrong password");
      await logIn(page);
      await lists(page, all);
      assert.equal(await page.locator("#left").innerText(), ""); // it is said only near the end
      await says(page, "#as-of", /as of \d+:\d\d [AP]M/);
      assert.deepEqual(await page.locator("#statuses .chip").allTextContents(), ["status maintenance 1", "status stopped 1", "status running 4"]);
      await says(page, "#types .chip:has-text('A100-80GB')", "8/8");
      await says(page, "#sums", /6 machines\s*67% running\s*360 processors\s*3.3 TiB memory\s*GPU: A100-80GB 8\/8 ·/);
      assert.equal(await page.locator("bdi[title='11591667560']").first().innerText(), "10.8 GiB");
      await isAccessible(page, "list");
      assert.ok((await page.evaluate(() => window.shift)) < 0.05, "the layout jumps");
      await page.getByRole("button", { name: "Details" }).click();
      await says(page, "#statuses .chip:has-text('running')", "288 processors");
      await isAccessible(page, "details");
      assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length, location.href.includes("ticket")]), ["", 0, 0, false]);
      await close(page);
    });

    test("each number filters the list, and a second press takes the filter away", async () => {
      const page = await enter(service.url);
      await press(page, "stopped");
      await lists(page, ["Aimlab200"]);
      assert.equal(await page.evaluate(() => location.hash), "#status=stopped");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "status stopped 1"); // named by what it filters
      await says(page, "#sums", /1 machine\s*0% running/);
      await press(page, "stopped");
      await lists(page, all);
      await press(page, "stopped");
      await press(page, "A100-80GB"); // it ends the filter of the status, which has no such machine
      await lists(page, ["Aimlab301", "Aimlab302"]);
      await isAccessible(page, "filtered");
      await page.getByText("Clear filters").click();
      await lists(page, all);
      await close(page);
    });

    test("search, sort, filters and columns; the address shares the view, and Back goes back", async () => {
      const page = await enter(service.url);
      await page.keyboard.press("/");
      await page.keyboard.type("A100");
      await lists(page, ["Aimlab301", "Aimlab302"]);
      await page.fill("#search", "");
      await lists(page, all);
      await page.locator("th button", { hasText: "cpus" }).click();
      await page.locator("th button", { hasText: "cpus" }).click();
      await lists(page, ["Aimlab304", "Aimlab301", "Aimlab302", "Aimlab303", "Aimlab001", "Aimlab200"]);
      assert.equal(await page.locator("[aria-sort=descending]").innerText(), "cpus");
      await page.fill("#search", "cpus >= 48");
      await page.keyboard.press("Enter");
      await lists(page, ["Aimlab304", "Aimlab301", "Aimlab302", "Aimlab303"]);
      await page.getByRole("button", { name: "Columns" }).click();
      await page.locator("#columns").getByLabel("note").check();
      await isAccessible(page, "columns");
      await page.keyboard.press("Escape");
      await says(page, "#table", "new fans until Friday");
      const shared = new URL(page.url()).hash;
      for (let i = 0; i < 3; i++) await page.goBack();
      await lists(page, all);
      const other = await enter(service.url, { fragment: shared });
      await lists(other, ["Aimlab304", "Aimlab301", "Aimlab302", "Aimlab303"]);
      await says(other, "#table", "new fans until Friday");
      await other.locator("#chosen button", { hasText: "cpus:gte=48" }).click();
      await other.waitForFunction(() => document.querySelectorAll("#table tbody tr").length === 6);
      await close(other);
      await close(page);
    });

    test("a record opens whole; an address is copied, without navigator.clipboard", async () => {
      const page = await enter(service.url);
      await page.locator("#table button", { hasText: "Aimlab303" }).click();
      assert.equal(JSON.parse(await page.locator("#json").innerText()).owner.contact, "Zoë");
      await isAccessible(page, "record");
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate(() => document.activeElement.innerText), "Aimlab303");
      await page.getByRole("button", { name: "192.168.1.33" }).click();
      await says(page, "#said", "Copied");
      await page.locator("#table button", { hasText: "Aimlab303" }).click();
      await says(page, "#record dl", /mem\s*256 GiB\s*274877906944/);
      await says(page, "#record dl", /owner.team\s*vision/);
      await page.getByRole("button", { name: "Copy JSON" }).click();
      await page.getByRole("button", { name: "Copy IP" }).click();
      await page.getByRole("button", { name: "Copy ssh" }).click();
      await says(page, "#record #said", "Copied");
      await page.keyboard.press("Escape");
      await page.focus("#search");
      await page.keyboard.press("Control+V");
      assert.equal(await page.inputValue("#search"), "ssh 192.168.1.33");
      await page.fill("#search", "");
      await page.getByRole("button", { name: "192.168.1.33" }).click();
      await page.focus("#search");
      await page.keyboard.press("Control+V");
      assert.equal(await page.inputValue("#search"), "192.168.1.33");
      await close(page);
    });

    test("too many failures: it says when to try again", async () => {
      const page = await open(service.url);
      for (let i = 0; i < 10; i++) await fetch(`${service.url}/api/ticket`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"username":"regulated","password":"wrong"}' });
      await logIn(page, "regulated");
      await says(page, "#refused", /Too many failed logins. Try again at \d+:\d\d [AP]M\./);
      await isAccessible(page, "regulated");
      await close(page);
    });

    test("two tabs have two sessions; log out ends one, everywhere ends both", async () => {
      const [one, two] = [await enter(service.url), await enter(service.url)];
      await one.click("#logout");
      await one.locator("#login").waitFor();
      assert.equal(await one.locator(":is(#statuses, #types, #table, #sums, #pages, #columns, #record-body) *").count(), 0); // nothing of the pool
      await press(two, "stopped");
      await lists(two, ["Aimlab200"]);
      await logIn(one);
      await one.locator("#table tbody tr").first().waitFor();
      await one.click("#user");
      await says(one, "#everywhere", "This ends all sessions of user1, on every computer.");
      await isAccessible(one, "log out everywhere");
      await one.click("#logout-all");
      await one.locator("#login").waitFor();
      await press(two, "stopped");
      await says(two, "#ended", "The session has ended.");
      await isAccessible(two, "ended");
      await two.reload();
      await two.locator("#login").waitFor();
      await close(one);
      await close(two);
    });

    test("Redis goes and comes back, and a data file breaks: each has its word, and the list stays", async () => {
      const page = await enter(service.url);
      await service.redis.stop();
      await page.click("#refresh");
      await says(page, "#service", "Down: Redis.");
      await says(page, "#problem", /Down: Redis\. Data from \d+:\d\d [AP]M\./);
      assert.equal((await names(page)).length, 6);
      await press(page, "stopped"); // the old rows are not those of the new filter
      await lists(page, []);
      await says(page, "#problem", /^Down: Redis\.$/);
      await isAccessible(page, "Redis is down");
      const other = await open(service.url);
      await logIn(other);
      await says(other, "#refused", "The service is unavailable.");
      service.redis.start();
      await later(other, "#service", "Up");
      assert.equal(await other.locator("#refused").innerText(), "");
      await close(other);
      await later(page, "#service", "Up");
      await lists(page, ["Aimlab200"]);
      assert.equal(await page.locator("#problem").innerText(), "");
      service.write("machines.json", "[{");
      await later(page, "#service", "Down: machines.json.");
      if (mode === "scgi") await says(page, "#problem", "Down: machines.json. This list is from the last valid file.");
      service.write("machines.json", "[]");
      await later(page, "#service", "Up");
      await page.getByText("Clear filters").click();
      await later(page, "#nothing", "The pool is empty");
      await isAccessible(page, "empty pool");
      service.write("machines.json", '[{"id":1,"cpus":1,"mem":1,"status":"ok","GPU":"","ip":"::1"},{"id":2}]');
      await later(page, "#service", "machines.json: 1 record skipped");
      await later(page, "#table", "::1");
      await page.fill("#search", "nobody");
      await says(page, "#nothing", "No machine matches.");
      await page.fill("#search", "colour=red");
      await page.keyboard.press("Enter");
      await says(page, "#nothing", "No machine has a field “colour”.");
      await page.getByText("Clear filters").click();
      await later(page, "#table", "::1");
      await page.context().setOffline(true);
      await later(page, "#service", "You are offline.");
      await later(page, "#problem", "You are offline. Data from");
      await page.context().setOffline(false);
      await later(page, "#service", "Up");
      await close(page);
    });

    test("a hidden page asks for nothing; when it is seen again, it asks at once", async () => {
      const page = await enter(service.url);
      let asked = 0;
      page.on("request", () => asked++);
      const hide = (hidden) =>
        page.evaluate((hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      await page.clock.runFor(31_000);
      await page.waitForTimeout(200);
      assert.ok(asked >= 5, `${asked} requests in 31 s`); // the service three times, the list, the pool
      await hide(true);
      asked = 0;
      await page.clock.runFor(120_000);
      await page.waitForTimeout(200);
      assert.equal(asked, 0);
      await Promise.all([page.waitForRequest(/api\/status\?verbose$/), page.waitForRequest(/api\/info/), hide(false)]);
      await close(page);
    });

    test("in Chinese: by the browser's language, or chosen; and a record, with the keyboard alone", async () => {
      const page = await open(service.url, { locale: "zh-CN" });
      await says(page, "#login", "用户名");
      await page.keyboard.type("user1");
      await page.keyboard.press("Tab");
      await page.keyboard.type(password);
      await page.keyboard.press("Enter");
      await says(page, "#count", "第 1–6 台，共 6 台");
      await isAccessible(page, "Chinese");
      await page.selectOption("#language", "en");
      await says(page, "#count", "1–6 of 6");
      assert.deepEqual(await page.evaluate(() => [location.hash, { ...localStorage }]), ["", { language: "en" }]);
      await page.keyboard.press("/"); // it does nothing in the list of languages
      await page.focus("#table tbody tr:nth-child(2) button");
      await page.keyboard.press("Enter");
      await says(page, "#record-title", "Aimlab200");
      await page.keyboard.press("Escape");
      await page.keyboard.press("/");
      assert.equal(await page.evaluate(() => document.activeElement.id), "search");
      await close(page);
    });

    test("what is saved has all that matches: JSON as the file's bytes, CSV without formulas", async () => {
      service.write("machines.json", '[{"id": 9007199254740993, "name": "=1+1", "cpus": 1.10, "mem":-5, "status":"a \\"b\\"", "GPU":"x,y","ip":"é"}]');
      const page = await open(service.url, { fragment: "#_columns=id&_columns=name&_columns=cpus&_columns=mem&_columns=status&_columns=GPU&_columns=ip&_columns=none" });
      await logIn(page);
      const saved = async (button) => {
        const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
        return readFileSync(await download.path(), "utf8");
      };
      assert.equal(await saved("#save-json"), '[{"id": 9007199254740993, "name": "=1+1", "cpus": 1.10, "mem":-5, "status":"a \\"b\\"", "GPU":"x,y","ip":"é"}]\n');
      assert.equal(await saved("#save-csv"), '\ufeffid,name,cpus,mem,status,GPU,ip,none\r\n9007199254740993,\'=1+1,1.10,-5,"a ""b""","x,y",é,\r\n');
      await page.locator("#table tbody button").first().click();
      assert.match(await page.locator("#json").innerText(), /"id": 9007199254740993,[^]*"cpus": 1\.10,/);
      await close(page);
    });
  });

describe("sessions that are short, or very long", () => {
  test("a life of months, longer than a timer can be, is no loop of renewals", async () => {
    const service = await startService({ SSA_TICKET_TTL: "4000000" });
    try {
      const page = await enter(service.url);
      let logins = 0;
      page.on("request", (request) => request.method() === "POST" && logins++);
      await page.clock.runFor(20_000);
      await page.waitForTimeout(300);
      assert.equal(logins, 0);
      await close(page);
    } finally {
      await service.stop();
    }
  });

  test("a ticket is renewed before it ends, and the session ends when no renewal prolongs it", async () => {
    // A busy machine can keep the page from its work for seconds, so its tickets live for longer.
    const service = await startService({ SSA_TICKET_TTL: "10", SSA_TICKET_MAX: "20" });
    try {
      const page = await enter(service.url);
      const tickets = new Set();
      page.on("request", (request) => request.url().includes("/api/info") && tickets.add(request.headers()["x-auth-token"]));
      const began = Date.now();
      while (Date.now() - began < 14_000) {
        await press(page, "stopped");
        await page.waitForTimeout(300);
        assert.ok(await page.locator("#account").isVisible(), "it ended too early");
      }
      assert.ok(tickets.size >= 2, `${tickets.size} tickets`);
      await says(page, "#ended", "The session has ended. Log in again.");
      assert.ok(Date.now() - began > 16_000 && Date.now() - began < 30_000);
      assert.equal(await page.locator("#table *").count(), 0);
      await close(page);
    } finally {
      await service.stop();
    }
  });
});

