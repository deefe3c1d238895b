// The console in Firefox: log in, list, record, columns, scroll.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { startService } from "./service.js";

const password = "A1B2C3D4E5F6G7H8I9HD";
let browser, page, service;
const complaints = [];

before(async () => {
  service = await startService();
  const machines = Array.from({ length: 300 }, (_, i) => ({ id: i, name: `m${i}`, GPU: "H100", cpus: i, status: i === 250 ? "FAILED" : "running", ip: "10.0.0.1", mem: 2 ** 30, big: 9007199254740993n, rack: { row: i % 4 } }));
  service.write("machines.json", JSON.stringify(machines, (_, value) => (typeof value === "bigint" ? `big${value}` : value)).replaceAll(/"big(\d+)"/g, "$1"));
  browser = await puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true });
  page = await browser.newPage();
  await page.setViewport({ width: 1200, height: 900 });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
});
after(() => Promise.all([browser?.close(), service?.stop()]));

const text = (selector) => page.$eval(selector, (element) => element.innerText);
const says = (selector, part) => page.waitForFunction((selector, part) => document.querySelector(selector)?.innerText.includes(part), {}, selector, part);

test("log in, and the list: urgent first, with sums", async () => {
  await page.goto(service.url);
  await page.waitForSelector("#login:not([hidden])");
  await page.type("#username", "user1");
  await page.type("#password", password);
  await page.keyboard.press("Enter");
  await says("#count", "1–200 of 300");
  assert.equal(await text("#table tbody th"), "m250");
  await says("#sums", "300 machines");
  await says("#table", "9,007,199,254,740,993"); // it has its digits
  assert.equal(await page.title(), "(1) SimpleServerAPI");
});

test("a filter, and a record with the keyboard", async () => {
  await page.type("#search", "cpus>=298");
  await page.keyboard.press("Enter");
  await says("#count", "1–2 of 2");
  await page.focus("#table tbody button");
  await page.keyboard.press("Enter");
  await says("#record-title", "m298");
  await says("#json", '"big": 9007199254740993');
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "m298");
  await page.click("#chosen button");
  await says("#count", "1–200 of 300");
});

test("columns", async () => {
  await page.click("[popovertarget=columns]");
  await page.waitForSelector("#columns:popover-open");
  const [box, button] = await page.evaluate(() => ["#columns", "[popovertarget=columns]"].map((one) => document.querySelector(one).getBoundingClientRect().toJSON()));
  assert.ok(box.top >= button.bottom - 1 && box.right <= 1200, JSON.stringify([box, button]));
  await page.click("#columns input[value='id']");
  await says("#table thead", "name\tstatus");
  await page.keyboard.press("Escape");
});

test("scroll: the heads and the names stay, and nothing is painted over them", async () => {
  await page.evaluate(() => (location.hash = `#${["name", ...Array(30).fill("ip")].map((one) => `_columns=${one}`).join("&")}`));
  await page.waitForFunction(() => document.querySelectorAll("#table thead th").length === 31);
  const seen = await page.evaluate(() => {
    const rows = document.querySelector("#rows");
    rows.scrollTo(700, 900);
    const { left, top } = rows.getBoundingClientRect();
    const at = (x, y) => document.elementFromPoint(left + x, top + y).closest("th")?.matches("#table th:first-child, #table thead th");
    return [rows.scrollLeft > 500, rows.scrollTop > 500, at(20, 8), at(300, 8), at(20, 200)];
  });
  assert.deepEqual(seen, [true, true, true, true, true]);
  assert.deepEqual(complaints, []);
});
