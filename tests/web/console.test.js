// The console in a browser, in both modes. If SSA_TEST_SCREENSHOTS is set, pictures of its states
// go to that folder.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, beforeEach, describe, test } from "node:test";
import { startBrowser } from "./browser.js";
import { root, startService } from "./service.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const password = "A1B2C3D4E5F6G7H8I9HD";
const widths = [320, 768, 1440];
const all = ["Aimlab001", "Aimlab200", "Aimlab301", "Aimlab302", "Aimlab303", "Aimlab304"];

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser?.close());

// Opens the console. Whatever the page complains of is in `complaints`, and every test ends with a
// look at it: see `close`.
async function open(url, { fragment = "", scheme = "light", width = 1200, locale = "en-US", clock = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale, timezoneId: "UTC", acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.complaints = [];
  await page.exposeFunction("complain", (text) => page.complaints.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => complain(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
    delete Navigator.prototype.clipboard; // it is not there on plain HTTP
    window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.hadRecentInput || (window.shift += entry.value))).observe({ type: "layout-shift", buffered: true });
  });
  if (clock) await page.clock.install(); // time goes on as usual, and later() makes it jump
  page.on("pageerror", (error) => page.complaints.push(error.message));
  // A status of 400 or more, and a lost connection, are errors for Chromium's console.
  page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && page.complaints.push(message.text()));
  await page.goto(`${url}/${fragment}`);
  return page;
}

async function logIn(page, username = "user1", word = password) {
  await page.fill("#username", username);
  await page.fill("#password", word);
  await page.keyboard.press("Enter");
}

async function enter(url, options) {
  const page = await open(url, options);
  await logIn(page);
  await page.locator("#table tbody tr").first().waitFor();
  return page;
}

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

// Waits until the element has this text, or one that matches.
async function says(page, selector, text) {
  const found = page.locator(selector).filter({ hasText: text });
  await found.first().waitFor().catch(async () => assert.fail(`${selector} says "${await page.locator(selector).innerText()}", not "${text}"`));
}

// The same, while the page's clock jumps on to its next looks at the service.
async function later(page, selector, text) {
  for (const end = Date.now() + 30_000; Date.now() < end; await page.waitForTimeout(100)) {
    if (await page.locator(selector).filter({ hasText: text }).count()) return;
    await page.clock.fastForward(5_000);
  }
  await says(page, selector, text);
}

const names = (page) => page.locator("#table tbody th").allInnerTexts();
// Waits until the list has exactly these machines.
async function lists(page, expected) {
  const end = Date.now() + 30_000;
  while (JSON.stringify(await names(page)) !== JSON.stringify(expected) && Date.now() < end) await page.waitForTimeout(30);
  assert.deepEqual(await names(page), expected);
}

const press = (page, row, column) => page.locator("#charts tr", { hasText: row }).locator("button").nth(column).click();

// No violation of the rules of axe-core, in light and in dark; and a picture.
async function isAccessible(page, state) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    // A script of the test's own must not need the page's policy, so it is evaluated.
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(violations.map(({ id, nodes }) => `${state} ${scheme} ${id}: ${nodes.map(({ html }) => html.slice(0, 120))}`), []);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

for (const mode of ["cgi", "scgi"])
  describe(`the console (${mode})`, () => {
    let service;
    before(async () => (service = await startService({ SSA_MODE: mode })));
    beforeEach(() => service.write("machines.json", readFileSync(`${root}data/machines.json`, "utf8")));
    after(() => service?.stop());

    test("a wrong password is refused with the reason, the right one shows the pool and the list", async () => {
      const page = await open(service.url);
      await says(page, "#service", "Up");
      await says(page, "#login", "After a reload you log in again.");
      assert.equal(await page.getAttribute("#password", "autocomplete"), "current-password");
      await isAccessible(page, "log in");
      await logIn(page, "user1", "wrong");
      await says(page, "#refused", "Wrong user name or password.");
      await isAccessible(page, "wrong password");
      await logIn(page);
      await lists(page, all);
      await says(page, "#left", /2 hr left|1 hr 59 min left/);
      await says(page, "#as-of", /as of \d+:\d\d [AP]M/);
      assert.deepEqual(await page.locator("#charts table:first-child tbody th").allInnerTexts(), ["maintenance", "stopped", "running", "All"]);
      await says(page, "#charts tr:has-text('A100-80GB')", /8\s*8/);
      assert.equal(await page.locator("bdi[title='11591667560']").first().innerText(), "10.8 GiB");
      await isAccessible(page, "list");
      assert.ok((await page.evaluate(() => window.shift)) < 0.05, "the layout jumps");
      assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length, location.href.includes("ticket")]), ["", 0, 0, false]);
      await close(page);
    });

    test("each number filters the list, and a second press takes the filter away", async () => {
      const page = await enter(service.url);
      await press(page, "stopped", 1);
      await lists(page, ["Aimlab200"]);
      assert.equal(await page.evaluate(() => location.hash), "#status=stopped");
      await press(page, "stopped", 1);
      await press(page, "A100-80GB", 0);
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
      await page.fill("#search", "cpus:gte=48");
      await page.keyboard.press("Enter");
      await lists(page, ["Aimlab304", "Aimlab301", "Aimlab302", "Aimlab303"]);
      await page.getByRole("button", { name: "Columns" }).click();
      await page.locator("#columns").getByLabel("note").check();
      await isAccessible(page, "columns");
      await page.keyboard.press("Escape");
      await says(page, "#table", "new fans until Friday");
      const shared = new URL(page.url()).hash;
      await page.goBack();
      await page.goBack();
      await page.goBack();
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
      assert.equal(await one.locator("#table *").count(), 0);
      await press(two, "stopped", 0);
      await lists(two, ["Aimlab200"]);
      await logIn(one);
      await one.locator("#table tbody tr").first().waitFor();
      await one.click("#logout-all");
      await one.locator("#login").waitFor();
      await press(two, "stopped", 0);
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
      await press(page, "stopped", 0);
      await says(page, "#service", "Down: Redis.");
      await says(page, "#problem", /Down: Redis\. This is how it was at \d+:\d\d [AP]M\./);
      assert.equal((await names(page)).length, 6);
      await isAccessible(page, "Redis is down");
      const other = await open(service.url);
      await logIn(other);
      await says(other, "#refused", "The service cannot answer now.");
      await close(other);
      service.redis.start();
      await later(page, "#service", "Up");
      await lists(page, ["Aimlab200"]);
      assert.equal(await page.locator("#problem").innerText(), "");
      service.write("machines.json", "[{");
      await later(page, "#service", "Down: machines.json.");
      service.write("machines.json", "[]");
      await later(page, "#service", "Up");
      await page.getByText("Clear filters").click();
      await later(page, "#nothing", "The pool is empty");
      await isAccessible(page, "empty pool");
      service.write("machines.json", '[{"id":1,"cpus":1,"mem":1,"status":"ok","GPU":"","ip":"::1"},{"id":2}]');
      await later(page, "#service", "machines.json: 1 records left out");
      await later(page, "#table", "::1");
      await page.fill("#search", "nobody");
      await says(page, "#nothing", "No machine matches.");
      await page.context().setOffline(true);
      await later(page, "#service", "You are offline.");
      await later(page, "#problem", "You are offline. This is how it was at");
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
      const [request] = await Promise.all([page.waitForRequest(/status/), hide(false)]);
      assert.match(request.url(), /api\/status\?verbose$/);
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
        await press(page, "stopped", 0);
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

describe("what the data can do", () => {
  let service;
  before(async () => (service = await startService()));
  after(() => service?.stop());

  const attack = `"><img src=x onerror="complain('it ran')"><script>complain('it ran')</script>\u202Egnirts\u2066`;

  test("markup and right-to-left text in every member are text", async () => {
    const machine = { id: 1, name: attack, GPU: attack, cpus: 1, status: attack, ip: attack, mem: 1, [attack]: attack, nested: { [attack]: [attack] }, list: [attack, 1], constructor: "c", "": "empty", "a,b": 1, "-x": 2, q: 3, _y: 4, when: "2026-11-25T12:00:00Z", yes: true, none: null, long: "x".repeat(5000) };
    const text = JSON.stringify([machine, { ...machine, id: 2, status: "ok" }]).replace('"none":null', '"none":null,"__proto__":{"x":1},"huge":1e400');
    service.write("machines.json", text);
    const page = await enter(service.url, { fragment: `#${new URLSearchParams({ [attack]: attack, "x:constructor": "1" })}` }).catch((error) => error);
    assert.ok(page instanceof Error, "an unknown operator is refused");
    const open = browser.contexts().at(-1).pages()[0];
    await says(open, "#problem", "The filters are not understood: ");
    await says(open, "#chosen", "x:constructor=1");
    await open.getByText("Clear filters").click();
    await open.locator("#table tbody tr").first().waitFor();
    await open.getByRole("button", { name: "Columns" }).click();
    for (const box of await open.locator("#columns input").all()) await box.check();
    await open.keyboard.press("Escape");
    await says(open, "#table", "Nov 25, 2026");
    assert.equal(await open.locator("img:not(h1 img), #inside script").count(), 0);
    await isAccessible(open, "hostile data");
    await open.locator("#charts button").first().click();
    await open.waitForFunction(() => document.querySelectorAll("#table tbody tr").length === 1);
    await open.locator("#table tbody button").first().click();
    await says(open, "#record-title", attack);
    await isAccessible(open, "hostile record");
    await close(open);
  });

  // Logs in. Returns the milliseconds from the last reply to the first rows.
  async function firstRows(page) {
    await page.evaluate(() =>
      new MutationObserver(() => document.querySelector("#table tbody tr") && (window.drawn ??= performance.now())).observe(document.querySelector("#table"), { childList: true }),
    );
    await logIn(page);
    await page.locator("#table tbody tr").nth(199).waitFor();
    const { drawn, replies } = await page.evaluate(() => ({
      drawn: window.drawn,
      replies: performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/info")).map(({ responseEnd }) => responseEnd),
    }));
    assert.equal(replies.length, 2);
    return drawn - Math.max(...replies);
  }

  // Returns the milliseconds for the least that the page has to do: read the machines from JSON,
  // and show a plain table of 200 rows.
  function plainRows(page, json) {
    return page.evaluate((json) => {
      const began = performance.now();
      const table = document.createElement("table");
      for (const machine of JSON.parse(json).slice(0, 200)) {
        const row = table.insertRow();
        for (const value of Object.values(machine)) row.insertCell().textContent = String(value);
      }
      document.body.append(table);
      table.getBoundingClientRect();
      table.remove();
      return performance.now() - began;
    }, json);
  }

  // Scrolls. Returns the milliseconds of each task over 50 ms.
  async function longTasks(page, step) {
    await page.evaluate(() => {
      window.tasks = [];
      window.observer ??= new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration)));
      window.observer.observe({ type: "longtask" });
    });
    for (let i = 0; i < 40; i++) await page.mouse.wheel(0, step);
    await page.waitForTimeout(300);
    return page.evaluate(() => window.tasks);
  }

  test("10,000 machines: the first rows come soon, and scrolling has no long task", async () => {
    const words = ["running", "stopped", "maintenance", "error"];
    const many = Array.from({ length: 10_000 }, (_, i) => ({ id: i, name: `m${i}`, GPU: `type ${i % 30}`, cpus: (i % 64) + 1, status: words[i % 4], ip: `10.0.${i >> 8}.${i & 255}`, mem: (i + 1) * 1e9, maxdisk: 1e12, uptime: i, owner: { team: "vision", contact: "Zoë" }, note: "new fans until Friday" }));
    service.write("machines.json", JSON.stringify(many));
    // Under 300 ms; on a slow machine, under five times what the least takes in the same browser.
    // Other processes can only add to a time, so the best of some tries counts.
    let [wait, plain, page] = [Infinity, Infinity];
    const tooLong = () => wait >= Math.max(300, 5 * plain);
    for (let tries = 0; tries < 5 && tooLong(); tries++) {
      if (page) await close(page);
      page = await open(service.url, { clock: false });
      plain = Math.min(plain, await plainRows(page, JSON.stringify(many)));
      wait = Math.min(wait, await firstRows(page));
    }
    assert.ok(!tooLong(), `${wait} ms, the least ${plain} ms`);
    await says(page, "#count", "1–200 of 10,000");
    assert.deepEqual(await page.locator("#charts table:first-child tbody th").allInnerTexts(), ["error", "maintenance", "stopped", "running", "All"]);
    assert.equal(await page.locator("#charts table:last-child tbody tr").count(), 13);
    let long;
    for (let tries = 0; tries < 5 && long?.length !== 0; tries++) long = await longTasks(page, tries % 2 ? -250 : 250);
    console.log(`first rows ${Math.round(wait)} ms after the last reply, the least ${Math.round(plain)} ms; long tasks while scrolling: ${long.length}`);
    assert.deepEqual(long, []);
    await page.getByRole("button", { name: "Next" }).click();
    await says(page, "#count", "201–400 of 10,000");
    await press(page, "others", 1);
    await says(page, "#count", "1–200 of 6,327");
    await close(page);
  });
});

test("at every width nothing is wider than the page, in light and dark", async () => {
  const service = await startService();
  try {
    for (const width of widths)
      for (const scheme of ["light", "dark"]) {
        const page = await open(service.url, { width, scheme });
        const look = async (state) => {
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${state} at ${width}`);
          if (process.env.SSA_TEST_SCREENSHOTS) await page.screenshot({ path: `${process.env.SSA_TEST_SCREENSHOTS}/${state}-${width}-${scheme}.png`, fullPage: state !== "record" });
        };
        await look("login");
        await logIn(page);
        await page.locator("#table tbody tr").first().waitFor();
        await look("list");
        await page.locator("#table tbody button").first().click();
        await look("record");
        await close(page);
      }
  } finally {
    await service.stop();
  }
});
