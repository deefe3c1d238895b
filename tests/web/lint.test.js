// eslint, with the rules of eslint.config.js, on all JavaScript of the project.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { ESLint } from "eslint";
import { root } from "./service.js";

const eslint = new ESLint({ cwd: root, overrideConfigFile: `${root}tests/web/eslint.config.js` });
const listed = execFileSync("find", ["www", "tests", "examples", "-name", "node_modules", "-prune", "-o", "-name", "*.*js", "-print"], { cwd: root, encoding: "utf8" });
const files = listed.split("\n").filter((name) => /\.[cm]?js$/.test(name) && !name.startsWith("www/swagger/"));

test("eslint finds nothing", async () => {
  assert.ok(files.length > 50, files.join());
  const results = await eslint.lintFiles(files);
  const found = results.flatMap(({ filePath, messages }) => messages.map(({ line, message, ruleId }) => `${filePath.slice(root.length)}:${line}: ${message} (${ruleId})`));
  assert.deepEqual(found, []);
  assert.equal(results.length, files.length);
});

test("it would find a name that is not there", async () => {
  for (const filePath of ["www/console/x.js", "tests/web/x.js", "examples/x.js"]) {
    const [{ messages }] = await eslint.lintText("nothing();\n", { filePath });
    assert.deepEqual(messages.map(({ ruleId }) => ruleId), ["no-undef"], filePath);
  }
});
