// What the data can do to the console: odd values, many statuses, markup, many machines.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browser, close, enter, isAccessible, later, logIn, machine, names, open, press, says } from "./console.js";
import { startService } from "./service.js";

after(() => browser.close());

describe("what the data can do", () => {
  let service;
  before(async () => (service = await startService()));
  after(() => service?.stop());

  test("values that a formatter cannot take: each cell and each part is drawn alone", async () => {
    const odd = ["0000-00-00T00:00:00Z", "2026-01-01T25:15:00Z", "2026-01-01T00:00:60Z", "2026-13-45T00:00:00+99:99", "275761-01-01T00:00:00Z", "", null, {}, [], [[1], {}], true];
    const text = JSON.stringify(odd.map((since, i) => machine(i, { since, uptime: -1 })));
    const edges = '{"id":1e400,"name":"huge","GPU":"x","gpus":1e400,"cpus":1e400,"mem":1e308,"status":"ok","ip":"h"},{"id":-0,"name":"more","GPU":"x","gpus":-1,"cpus":-1e400,"mem":1e308,"status":"","ip":"","uptime":1e400,"disk":1e400}';
    service.write("machines.json", text.replace("]", `]`).replace(/\]$/, `,${edges}]`));
    const page = await enter(service.url, { fragment: "#_columns=name&_columns=since&_columns=mem&_columns=cpus&_columns=uptime&_columns=disk&_columns=status" });
    await says(page, "#count", "1–13 of 13");
    assert.equal((await names(page)).length, 13);
    for (const text of odd.slice(0, 5)) await says(page, "#table", text);
    await says(page, "#sums", "13 machines");
    assert.equal(await page.locator("#problem").innerText(), "");
    await page.locator("#table button", { hasText: "huge" }).click();
    await says(page, "#json", "1e400");
    await close(page);
  });

  test("statuses: whole words, in two languages; the urgent ones first, and never lumped", async () => {
    const statuses = {
      bad: ["FAILED", "error", "io-error", "DOWN*", "NotReady", "no response", "NOT_RESPONDING", "离线", "故障", "disk failed"],
      odd: ["default", "interrupted", "maintenance", "IDLE+DRAIN", "migrating", "维护中", "new word"],
      idle: ["stopped", "powered off", "POWERED_DOWN", "shut off", "idle~", "已停止", "not running"],
      good: ["running", "READY", "no errors", "0 errors", "healthy", "available", "运行中", "正常", "MIXED", "ALLOCATED", "Active"],
    };
    const list = Object.values(statuses).flat().reverse();
    service.write("machines.json", JSON.stringify([...list, ...Array(40).fill("running")].map((status, id) => machine(id, { status }))));
    const page = await enter(service.url, { fragment: "#_columns=name&_columns=status" });
    const found = {};
    for (const [kind, text] of await page.locator("#table .dot").evaluateAll((dots) => dots.map((dot) => [dot.className.slice(4), dot.innerText]))) (found[kind] ??= new Set()).add(text);
    assert.deepEqual(Object.fromEntries(Object.entries(found).map(([kind, set]) => [kind, [...set].sort()])), Object.fromEntries(Object.entries(statuses).map(([kind, words]) => [kind, words.sort()])));
    await says(page, "#need-look", "10 alerts");
    assert.match(await page.title(), /^\(10\) /);
    assert.equal(await page.getAttribute("#icon", "href"), "alert10.svg");
    const chips = await page.locator("#statuses .dot.bad bdi").allInnerTexts();
    assert.deepEqual(chips.sort(), statuses.bad.sort());
    await says(page, "#sums", /75 machines\s*68% running/);
    await page.click("#refresh"); // now it knows the words of this pool
    await page.waitForFunction(() => [...document.querySelectorAll("#table .dot")].slice(0, 10).every((dot) => dot.classList.contains("bad")));
    await press(page, "others");
    await page.waitForFunction(() => document.querySelector("#table .dot")?.innerText !== "FAILED");
    const count = await page.locator("#statuses .chip[aria-pressed=true] b").innerText();
    await says(page, "#count", `1–${count} of ${count}`);
    await press(page, "H100");
    await says(page, "#count", "1–75 of 75");
    await close(page);
  });

  test("urgent first on each page; a page past the end is the last one; Next leads to the top", async () => {
    const status = (i) => (i % 2 ? "running" : i % 4 ? "error" : "Failed");
    service.write("machines.json", JSON.stringify(Array.from({ length: 500 }, (_, i) => machine(i, { status: status(i) }))));
    const page = await enter(service.url, { fragment: "#_columns=id" });
    const ids = async () => (await names(page)).map(Number);
    await says(page, "#count", "1–200 of 500");
    assert.deepEqual(await ids(), Array.from({ length: 200 }, (_, i) => 2 * i));
    await page.evaluate(() => document.querySelector("#rows").scrollTo(0, 3000));
    await page.getByRole("button", { name: "Next" }).click();
    await says(page, "#count", "201–400 of 500");
    assert.deepEqual(await ids(), [...Array.from({ length: 50 }, (_, i) => 400 + 2 * i), ...Array.from({ length: 150 }, (_, i) => 2 * i + 1)]);
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, document.querySelector("#rows").scrollTop]), ["rows", 0]);
    await page.evaluate(() => (location.hash = "#_columns=id&_page=99"));
    await says(page, "#count", "401–500 of 500");
    assert.deepEqual(await ids(), Array.from({ length: 100 }, (_, i) => 301 + 2 * i));
    await page.getByRole("button", { name: "Next" }).click({ force: true }); // it is off, and keeps the focus
    assert.equal(await page.evaluate(() => document.activeElement.dataset.key), "next");
    await close(page);
  });

  test("a record is asked for by its id: on another page, left out by a filter, twice there, gone", async () => {
    const list = Array.from({ length: 700 }, (_, i) => machine(i, { status: "stopped" }));
    service.write("machines.json", JSON.stringify([...list, machine(5, { name: "twin" })]));
    const page = await enter(service.url, { fragment: "#_show=650" });
    await says(page, "#record-title", "m650");
    list[650].status = "running";
    service.write("machines.json", JSON.stringify([...list, machine(5, { name: "twin" })]));
    await page.evaluate(() => (location.hash = "#status=stopped&_show=650"));
    await later(page, "#record dl", "running");
    await isAccessible(page, "record");
    await page.evaluate(() => (location.hash = "#_show=5"));
    await says(page, "#record-note", "2 machines have the id 5.");
    await says(page, "#record-body", "twin");
    await page.evaluate(() => (location.hash = "#_show=9999"));
    await says(page, "#record-note", "No machine has the id 9999.");
    await page.keyboard.press("Escape");
    assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY");
    await close(page);
  });

  test("the box understands people, and completes members and values", async () => {
    const list = Array.from({ length: 8 }, (_, i) => machine(i, { cpus: 16 * i, mem: i * 1024 ** 3, status: i % 2 ? "running" : "stopped", rack: { row: `r${i % 3}` }, tags: i < 2 ? ["ib", "big"] : ["eth"] }));
    service.write("machines.json", JSON.stringify(list));
    const page = await enter(service.url);
    const typed = {
      "cpus>=48": "#cpus:gte=48",
      "CPUs < 32": "#cpus:lt=32",
      "status = Running": "#status=running",
      "status:running": "#status=running",
      "status: running cpus>32": "#status=running&cpus:gt=32",
      "cpus:gte=48": "#cpus:gte=48",
      "rack.row=r1": "#rack.row=r1",
      "mem>=4GiB": "#mem:gte=4294967296",
      'name~"M 1"': "#name:contains=M+1",
      "m1 status!=stopped": "#q=m1&status:ne=stopped",
      "fe80::1": "#q=fe80::1",
      "10:30": "#q=10:30",
    };
    for (const [text, hash] of Object.entries(typed)) {
      await page.evaluate(() => history.replaceState(null, "", "#"));
      await page.fill("#search", text);
      await page.keyboard.press("Enter");
      assert.equal(decodeURIComponent(await page.evaluate(() => location.hash)), hash, text);
    }
    const guesses = () => page.locator("#guesses option").evaluateAll((options) => options.map(({ value }) => value));
    await page.fill("#search", "rac");
    assert.deepEqual(await guesses(), ["rack.row="]);
    await page.fill("#search", "cpus>3 status=ru");
    assert.deepEqual(await guesses(), ["cpus>3 status=running"]);
    await page.evaluate(() => (location.hash = "#_columns=name&_columns=rack.row&_columns=tags"));
    await says(page, "#table", "r2");
    await page.getByRole("button", { name: "big" }).first().click();
    assert.equal(new URL(page.url()).hash, "#_columns=name&_columns=rack.row&_columns=tags&tags=big");
    await close(page);
  });

  const attack = `"><img src=x onerror="complain('it ran')"><script>complain('it ran')</script>\u202Egnirts\u2066`;

  test("markup and right-to-left text in every member are text", async () => {
    const machine = { id: 1, name: attack, GPU: attack, cpus: 1, status: attack, ip: attack, mem: 1, [attack]: attack, nested: { [attack]: [attack] }, list: [attack, 1], constructor: "c", "": "empty", "a,b": 1, "-x": 2, q: 3, _y: 4, when: "2026-11-25T12:00:00Z", yes: true, none: null, long: "x".repeat(5000) };
    const text = JSON.stringify([machine, { ...machine, id: 2, status: "ok" }]).replace('"none":null', '"none":null,"__proto__":{"x":1},"huge":1e400');
    service.write("machines.json", text);
    const page = await enter(service.url, { fragment: `#${new URLSearchParams({ [attack]: attack, "x:constructor": "1" })}` }).catch((error) => error);
    assert.ok(page instanceof Error, "an unknown operator is refused");
    const open = browser.contexts().at(-1).pages()[0];
    await says(open, "#problem", "Invalid filter: ");
    await says(open, "#chosen", "x:constructor=1");
    await open.getByText("Clear filters").click();
    await open.locator("#table tbody tr").first().waitFor();
    await open.getByRole("button", { name: "Columns" }).click();
    for (const box of await open.locator("#columns input").all()) await box.check();
    await open.keyboard.press("Escape");
    await says(open, "#table", "Nov 25, 2026");
    assert.equal(await open.locator("#problem").innerText(), "");
    assert.equal(await open.locator("img:not(h1 img), #inside script").count(), 0);
    await isAccessible(open, "hostile data");
    await open.locator("#statuses button").first().click();
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
    // The pool may still be on its way when the rows are there, and only replies that have ended
    // are in the list.
    await page.waitForFunction(() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/info")).length >= 3);
    const { drawn, replies } = await page.evaluate(() => ({
      drawn: window.drawn,
      replies: performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/info")).map(({ responseEnd }) => responseEnd),
    }));
    assert.equal(replies.length, 3); // the urgent ones, the others, the pool
    return drawn - Math.max(...replies.slice(0, 2));
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
    await page.mouse.move(600, 500);
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
    await says(page, "#sums", "10,000 machines");
    assert.deepEqual(await page.locator("#statuses bdi").allInnerTexts(), ["error", "maintenance", "stopped", "running"]);
    assert.equal(await page.locator("#types .chip").count(), 12);
    assert.equal(await page.title(), "(2,500) SimpleServerAPI");
    let long;
    for (let tries = 0; tries < 5 && long?.length !== 0; tries++) long = await longTasks(page, tries % 2 ? -250 : 250);
    console.log(`first rows ${Math.round(wait)} ms after the last reply, the least ${Math.round(plain)} ms; long tasks while scrolling: ${long.length}`);
    assert.deepEqual(long, []);
    await page.getByRole("button", { name: "Next" }).click();
    await says(page, "#count", "201–400 of 10,000");
    assert.equal(await page.evaluate(() => document.querySelector("#rows").scrollTop), 0);
    await press(page, "others");
    await says(page, "#count", "1–200 of 6,327");
    await says(page, "#sums", "6,327 machines");
    await close(page);
  });
});

