// www/openapi.json: the linter accepts it, and it describes what the service really answers. The
// replies are those that tests/rows/run.py recorded in the folder SSA_TEST_RECORD.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const root = fileURLToPath(new URL("../../", import.meta.url));
const description = JSON.parse(readFileSync(`${root}www/openapi.json`, "utf8"));
const methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];

// strict: the document as a whole is no schema. strictNumbers: a number of a record may have any
// size, and JavaScript reads 1e999 as infinity.
const ajv = new Ajv({ strict: false, strictNumbers: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(description, "openapi");

// The operations of a path, and nothing else that the path has.
const methodsOf = (path) => Object.entries(path).filter(([name]) => methods.includes(name));

function resolve(object) {
  if (!object.$ref) return object;
  return object.$ref.slice(2).split("/").reduce((at, name) => at[name], description);
}

// Returns what is wrong with a value, as a list of texts. A reference in the schema is one into the
// document.
const compiled = new Map();
function faults(schema, value) {
  const key = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
  if (!compiled.has(key)) compiled.set(key, ajv.compile(JSON.parse(key)));
  const validate = compiled.get(key);
  return validate(value) ? [] : validate.errors.map((e) => `${e.instancePath || "the value"} ${e.message}`);
}

function readReplies(folder) {
  const replies = [];
  for (const name of readdirSync(folder)) {
    const fields = readFileSync(`${folder}/${name}`, "utf8").split("\0");
    for (let i = 0; i + 6 <= fields.length - 1; i += 6) {
      const [file, method, target, status, head, body] = fields.slice(i, i + 6);
      const headers = {};
      for (const line of head.split("\n").filter((line) => !line.startsWith("HTTP/"))) {
        const colon = line.indexOf(":");
        (headers[line.slice(0, colon).toLowerCase()] ??= []).push(line.slice(colon + 1).trim());
      }
      replies.push({ file, method, target, path: target.split("?")[0], status, headers, body });
    }
  }
  return replies;
}

const replies = readReplies(process.env.SSA_TEST_RECORD);

// These headers belong to the connection or to CGI, or they are checked elsewhere. They need no
// description.
const ofServer = new Set(["date", "connection", "content-type", "status", "server"]);

// The path of a reply as the description has it.
const template = (path) => path.replace(/^\/api\/info\/[^/]+$/, "/api/info/{id}");

// Whether the reply is a fault that the client asked for, see SSA_FAULTS.
const applied = (reply) => reply.headers["preference-applied"]?.join() ?? "";
const isMade = (reply) => /code=/.test(applied(reply));

// Whether it is cut off on purpose. One of the shares has no Preference-Applied, but no other reply
// begins like that.
const isCut = (reply) => /cut/.test(applied(reply)) || reply.body.startsWith('{"data":"the sec');

// The files of www/. Those of swagger-ui are there only if they were fetched; otherwise they are a
// 404 in JSON, which is checked.
const isPage = ({ path, status }) =>
  /^\/(openapi\.json$|docs\/|([a-z]+[0-9]*\.(js|css|svg))?$)/.test(path) ||
  (status === "200" && /^\/swagger\/((init|swagger-ui-bundle)\.js|(page|swagger-ui)\.css)?$/.test(path));

// Returns what is wrong with a reply, as a list of texts.
function check(reply) {
  if (isMade(reply) && !description.paths[template(reply.path)]) return checkError(reply, [reply.status]);
  const path = description.paths[template(reply.path)];
  if (isPage(reply)) return [];
  if (isCut(reply)) return checkCut(reply);
  if (!path) return checkError(reply, ["400", "403", "404"]);
  // A method's name is in capitals; "get" is another method (RFC 9110, 9.1).
  const operation = reply.method === reply.method.toUpperCase() && path[reply.method.toLowerCase()];
  if (!operation) return checkMethod(reply, path);
  const described = operation.responses[reply.status] ?? (isMade(reply) && operation.responses.default);
  if (!described) return [`status ${reply.status} is not described`];

  const response = resolve(described);
  const wrong = checkHeaders(reply, response);
  const content = response.content?.["application/json"];
  // Headers that are too long are not read, so lighttpd does not know that it is a HEAD.
  if ((reply.method === "HEAD" && reply.status !== "431") || !content) return reply.body === "" ? wrong : [...wrong, "there is a body"];
  if (reply.headers["content-type"]?.join() !== "application/json") wrong.push("Content-Type");
  return [...wrong, ...checkBody(reply, content.schema)];
}

// A body that is cut off: the headers of a made fault, status 200, and half of the body.
function checkCut(reply) {
  const wrong = checkHeaders(reply, description.components.responses.Made);
  if (reply.status !== "200") wrong.push("it is cut");
  if (reply.body.length !== Math.floor(Number(reply.headers["content-length"]) / 2)) wrong.push("it is not cut in half");
  return wrong;
}

function checkBody(reply, schema) {
  let body;
  try {
    body = JSON.parse(reply.body);
  } catch (error) {
    return [error.message];
  }
  const wrong = faults(schema, body);
  if ("code" in body && String(body.code) !== reply.status) wrong.push("the code in the body is another one");
  return wrong;
}

function checkHeaders(reply, response) {
  const wrong = [];
  const described = Object.fromEntries(Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), resolve(value)]));
  for (const [name, { required, schema }] of Object.entries(described)) {
    const values = reply.headers[name];
    if (!values && required) wrong.push(`${name} is missing`);
    if (!values) continue;
    if (values.length !== 1) wrong.push(`${name} is there ${values.length} times`);
    const value = schema.type === "integer" ? Number(values[0]) : values[0];
    wrong.push(...faults(schema, value).map((fault) => `${name}: ${fault}`));
  }
  for (const name of Object.keys(reply.headers))
    if (!described[name] && !ofServer.has(name)) wrong.push(`${name} is not described`);
  const exposed = reply.headers["access-control-expose-headers"]?.join();
  if (applied(reply) && exposed && !/\bPreference-Applied$/.test(exposed)) wrong.push("no page can read Preference-Applied");
  return wrong;
}

function checkError(reply, statuses) {
  if (!statuses.includes(reply.status)) return [`status ${reply.status}`];
  return reply.method === "HEAD" ? [] : checkBody(reply, { $ref: "#/components/schemas/Error" });
}

// A method that the path does not have. lighttpd itself answers some that are no methods of HTTP.
function checkMethod(reply, path) {
  const wrong = checkError(reply, ["404", "405", "500", "501"]);
  if (reply.status !== "405") return wrong;
  const allowed = methods.filter((method) => path[method]).map((method) => method.toUpperCase());
  const said = reply.headers.allow?.join().split(", ") ?? [];
  return said.sort().join() === allowed.sort().join() ? wrong : [...wrong, `Allow: ${said}`];
}

// Each text once, with the first of the replies that it is about.
function report(lines) {
  const first = new Map(lines.map(([text, about]) => [text, about]).reverse());
  assert.equal(first.size, 0, [...first].map(([text, about]) => `${text}   (${about.slice(0, 200)})`).join("\n"));
}

test("redocly finds no error and no warning", () => {
  const { stdout } = spawnSync("node_modules/.bin/redocly", ["lint", "--format=json", `${root}www/openapi.json`], {
    encoding: "utf8",
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  const { totals, problems } = JSON.parse(stdout);
  report(problems.map(({ message, location }) => [message, location[0].pointer]));
  assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 });
});

test("every reply of the suite is as it is described", () => {
  assert.ok(replies.length > 500, `only ${replies.length} replies were recorded`);
  const lines = [];
  for (const reply of replies)
    for (const text of check(reply))
      lines.push([`${reply.method} ${reply.path} ${reply.status}: ${text}`, `${reply.file} ${reply.target} ${reply.body.slice(0, 100)}`]);
  report(lines);
});

test("every status that is described was seen", () => {
  const seen = new Set(replies.map(({ method, path, status }) => `${method} ${template(path)} ${status}`));
  assert.ok(replies.some(isMade), "no fault was made");
  const lines = [];
  for (const [path, operations] of Object.entries(description.paths))
    for (const [method, { responses }] of methodsOf(operations))
      for (const status of Object.keys(responses).filter((status) => status !== "default")) {
        const name = `${method.toUpperCase()} ${path} ${status}`;
        if (!seen.has(name)) lines.push([name, "never seen"]);
      }
  report(lines);
});

test("every parameter that the programs know is described", () => {
  const source = readFileSync(`${root}libcommon/http/query.c`, "utf8");
  const [, names] = source.match(/reserved_names\[RESERVED\] = \{([^}]*)\}/);
  const known = [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  const described = description.paths["/api/info"].get.parameters
    .map(resolve)
    .filter(({ in: place, name }) => place === "query" && /^(_.*|q)$/.test(name))
    .map((parameter) => parameter.name);
  assert.deepEqual(described.sort(), known.sort());
});

test("every example of a body and of a header fits its schema, and an error its status", () => {
  const lines = [];
  for (const [name, { schema, example }] of Object.entries(description.components.headers))
    for (const text of faults(schema, example)) lines.push([text, name]);
  for (const [path, operations] of Object.entries(description.paths))
    for (const [method, { responses }] of methodsOf(operations))
      for (const [status, response] of Object.entries(responses)) {
        const content = resolve(response).content?.["application/json"];
        for (const [name, { value }] of Object.entries(content?.examples ?? {}))
          for (const text of checkBody({ status: status === "default" ? String(value.code) : status, body: JSON.stringify(value) }, content.schema))
            lines.push([text, `${method} ${path} ${status} ${name}`]);
      }
  report(lines);
});

test("the machines of the examples are those that the service comes with", () => {
  const machines = JSON.parse(readFileSync(`${root}data/machines.json`, "utf8"));
  const { examples } = resolve(description.paths["/api/info"].get.responses[200]).content["application/json"];
  assert.deepEqual(examples.all.value.data, machines);
  assert.deepEqual(examples.page.value.data, machines.slice(2, 4));
});
