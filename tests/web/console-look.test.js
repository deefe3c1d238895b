// How the console looks: nothing is wider than the page, the list is above the fold, on a phone and
// on a wide screen, on paper, in light, dark and Chinese. If SSA_TEST_SCREENSHOTS is set,
// pictures go to that folder.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browser, close, enter, isAccessible, logIn, machine, open, says } from "./console.js";
import { startService } from "./service.js";

after(() => browser.close());

// The pool of a lab.
const lab = (count) =>
  Array.from({ length: count }, (_, i) =>
    machine(100 + i, {
      name: `gpu-${String(i).padStart(3, "0")}${i === 4 ? ".a-name-that-is-far-too-long-for-the-column.lab.example" : ""}`,
      GPU: ["H100", "A100-80GB", "L40S", "RTX4090", "none"][i % 5],
      gpus: [8, 4, 2, 1, 0][i % 5],
      cpus: [128, 64, 48, 32][i % 4],
      status: i % 23 === 7 ? "error" : ["running", "running", "stopped", "running", "maintenance"][(i * 7) % 5],
      ip: `10.0.${i >> 8}.${i & 255}`,
      mem: 2 ** (33 + (i % 5)),
      uptime: i * 8640,
      tags: ["training", i % 2 ? "ib" : "eth"],
      owner: { team: ["vision", "language", "robots"][i % 3] },
    }),
  );

describe("the look", () => {
  let service;
  before(async () => (service = await startService()));
  after(() => service?.stop());

  const picture = async (page, name) => process.env.SSA_TEST_SCREENSHOTS && page.screenshot({ path: `${process.env.SSA_TEST_SCREENSHOTS}/${name}.png` });

  for (const count of [0, 3, 60, 500, 10_000])
    test(`${count} machines: nothing is wider than the page, and the list is above the fold`, async () => {
      service.write("machines.json", JSON.stringify(lab(count)));
      const page = await open(service.url, { height: 640, width: 320 });
      await logIn(page);
      if (count) await says(page, "#sums", "machines");
      else await says(page, "#nothing", "The pool is empty.");
      for (const [width, height] of [[320, 640], [768, 900], [1440, 900], [1920, 1080]]) {
        await page.setViewportSize({ width, height });
        for (const scheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme: scheme });
          await picture(page, `list-${count}-${width}-${scheme}`);
        }
        const seen = await page.evaluate(() => {
          const rows = [...document.querySelectorAll("#table tbody tr")].map((row) => row.getBoundingClientRect());
          const inside = document.querySelector("#rows").getBoundingClientRect();
          return {
            wide: document.documentElement.scrollWidth - innerWidth,
            whole: rows.filter(({ bottom }) => bottom <= Math.min(innerHeight, inside.bottom)).length,
            height: rows[0]?.height,
            used: inside.width / innerWidth,
            small: [...document.querySelectorAll("button, select, a, input")].map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width && height && (width < 24 || height < 24)).length,
          };
        });
        assert.ok(seen.wide <= 0, `${count} at ${width}: ${JSON.stringify(seen)}`);
        assert.equal(seen.small, 0);
        assert.ok(seen.used > 0.85, JSON.stringify(seen));
        if (count > 3) assert.ok(seen.whole >= (width === 320 ? 2 : 15), `${count} at ${width}: ${JSON.stringify(seen)}`);
        if (count && width === 320) assert.ok(seen.height < 65, "two lines a machine");
      }
      await close(page);
    });

  test("on a phone: a long user name, a record, targets of 24 px, accessible", async () => {
    service.write("machines.json", JSON.stringify(lab(60)));
    const name = "a.very.long.user.name@department-of-physics.university.example";
    service.write("users.json", JSON.stringify([{ username: name, password: "x" }]));
    const page = await open(service.url, { width: 320, height: 640 });
    await logIn(page, name, "x");
    await page.locator("#table tbody tr").first().waitFor();
    await isAccessible(page, "phone");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await picture(page, "long-name");
    await page.locator("#table tbody button").first().click();
    await page.locator("#record[open]").waitFor();
    await says(page, "#record dl", "owner.team");
    assert.ok(await page.evaluate(() => document.querySelector("#record").scrollWidth <= innerWidth));
    await picture(page, "record-320");
    await close(page);
    service.write("users.json", '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}]');
  });

  test("sideways the names stay in front, and a cut name has a tooltip; on paper all columns are there", async () => {
    const fields = ["name", "id", "status", "ip", "GPU", "gpus", "cpus", "mem", "uptime", "tags", "owner.team"];
    const page = await enter(service.url, { width: 768, fragment: `#${fields.map((one) => `_columns=${one}`).join("&")}` });
    const long = page.locator("#table th button[title^='gpu-004.']");
    assert.ok(await long.evaluate((one) => one.scrollWidth > one.clientWidth), "it is cut");
    const front = await page.evaluate(() => {
      const rows = document.querySelector("#rows");
      rows.scrollTo(200, 300);
      const { left, top } = rows.getBoundingClientRect();
      const is = (x, y, selector) => document.elementFromPoint(left + x, top + y).closest("th")?.matches(selector);
      return Array.from({ length: 20 }, (_, i) => is(25, 45 + 20 * i, "tbody th:first-child")).every(Boolean) && is(200, 8, "thead th");
    });
    assert.ok(front);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 718, height: 1000 }); // A4 without its margins
    const print = await page.evaluate(() => ({ wide: document.querySelector("#table").getBoundingClientRect().width, heads: document.querySelectorAll("#table thead th").length, rows: document.querySelector("#rows").getBoundingClientRect().height }));
    assert.equal(print.heads, fields.length);
    assert.ok(print.wide <= 718 && print.rows > 1000, JSON.stringify(print));
    await picture(page, "print");
    await close(page);
  });

  test("forced colours, Chinese, and the way for the keyboard", async () => {
    const page = await enter(service.url, { locale: "zh-CN" });
    await page.focus("#skip"); // it is the first thing on the page
    assert.equal(await page.evaluate(() => document.querySelector("a, button, input, select").id), "skip");
    await page.keyboard.press("Enter");
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, location.hash]), ["list", ""]);
    await picture(page, "chinese");
    await page.uncheck("#shortcut");
    await page.focus("#list");
    await page.keyboard.press("/");
    assert.notEqual(await page.evaluate(() => document.activeElement.id), "search");
    await page.check("#shortcut");
    await page.emulateMedia({ forcedColors: "active" });
    await page.locator("#statuses .chip").first().click();
    await page.locator("#statuses [aria-pressed=true]").waitFor();
    const shows = await page.evaluate(() => {
      const [on, off] = ["true", "false"].map((pressed) => getComputedStyle(document.querySelector(`#band [aria-pressed=${pressed}]`)).borderWidth);
      return on !== off && getComputedStyle(document.querySelector("#statuses .dot"), "::before").backgroundColor !== "rgba(0, 0, 0, 0)";
    });
    assert.ok(shows, "which one is pressed, and the colour of a status");
    await picture(page, "forced");
    // The filter's button goes away: the focus is not lost.
    await page.emulateMedia({ forcedColors: "none" });
    await page.locator("#chosen button").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !document.querySelector("#chosen button"));
    assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY");
    await close(page);
  });
});
