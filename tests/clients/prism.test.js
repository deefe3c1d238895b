// Prism, a proxy and a mock server that reads www/openapi.json. As a proxy in front of the service
// it compares each request and each reply with the description. As a mock it answers as this
// service does with SSA_FAULTS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logIn, startService } from './service.js';

const description = `${process.env.SSA_ROOT}/www/openapi.json`;
const skip = existsSync(description) ? false : 'there is no www/openapi.json';
const started = [];
let service, proxy, mock;

// Returns the address of a Prism, which has chosen a free port and says it.
async function prism(...options) {
  const command = fileURLToPath(new URL('node_modules/.bin/prism', import.meta.url));
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...options, '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let output = '';
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    output += text;
    const address = /Prism is listening on (http:\S+:\d+)/.exec(output);
    if (!address) continue;
    child.stdout.resume();
    return address[1];
  }
  throw new Error(`Prism has ended: ${output}`);
}

before(async () => {
  process.env.SSA_FAULTS = 'on';
  service = await startService();
  if (skip) return;
  [proxy, mock] = await Promise.all([prism('proxy', description, service.url), prism('mock', description)]);
});
after(async () => {
  for (const child of started) if (child.kill()) await once(child, 'exit');
  await service?.stop();
});

const login = (password) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ username: 'user1', password }),
});

// Sends it through the proxy. `violations` is what Prism finds: "request.query._page" and so on.
async function ask(path, options = {}) {
  const reply = await fetch(proxy + path, options);
  const found = JSON.parse(reply.headers.get('sl-violations') ?? '[]');
  return { status: reply.status, body: await reply.text(), violations: found.map(({ location }) => location.join('.')) };
}

test('no request that the service accepts, and none of its replies, is against the description', { skip }, async () => {
  const headers = { 'X-Auth-Token': await logIn(proxy) };
  const bearer = { Authorization: `Bearer ${headers['X-Auth-Token']}` };
  const etag = (await fetch(`${service.url}/api/info`, { headers })).headers.get('ETag');
  for (const [status, path, options] of [
    [200, '/api/status'],
    [200, '/api/status?verbose=true'], // Prism sends a bare `verbose` as `verbose=`
    [200, '/api/ticket', login('A1B2C3D4E5F6G7H8I9HD')],
    [401, '/api/ticket', login('x')],
    [200, '/api/ticket', { headers }],
    [200, '/api/ticket', { headers: bearer }],
    [200, '/api/info', { headers }],
    [200, '/api/info', { headers: bearer }],
    [304, '/api/info', { headers: { ...headers, 'If-None-Match': etag } }],
    [200, '/api/info?id=100&id=200&tags=a', { headers }],
    [200, '/api/info?status=running&cpus:gte=32&name:contains=lab&_sort=-mem,name&_page=1&_per_page=1', { headers }],
    [400, '/api/info?cpus:above=1', { headers }],
    [200, '/api/info/100', { headers }],
    [404, '/api/info/7', { headers }],
    [204, '/api/info', { method: 'OPTIONS' }],
    [503, '/api/info', { headers: { ...headers, Prefer: 'code=503' } }],
    [429, '/api/ticket', { ...login('x'), headers: { ...login().headers, Prefer: 'code=429' } }],
    [204, '/api/ticket', { method: 'DELETE', headers }],
    [401, '/api/info', { headers }],
  ]) {
    const reply = await ask(path, options);
    assert.deepEqual([reply.status, reply.violations], [status, []], `${path}: ${reply.body}`);
  }
});

test('what the service refuses by its form, Prism finds too', { skip }, async () => {
  const headers = { 'X-Auth-Token': await logIn(proxy) };
  for (const [status, violation, path, options] of [
    [401, 'request', '/api/info'],
    [400, 'request.query._page', '/api/info?_page=0', { headers }],
    [400, 'request.body', '/api/ticket', { ...login(), body: '{"username":"user1"}' }],
    [400, 'request.body.username', '/api/ticket', { ...login(), body: '{"username":1,"password":"x"}' }],
    [404, 'request', '/api/none', { headers }],
  ]) {
    const reply = await ask(path, options);
    assert.deepEqual([reply.status, reply.violations], [status, [violation]], `${path}: ${reply.body}`);
  }
});

test('Prefer: code=… brings the same status from a mock and from the service', { skip }, async () => {
  const headers = { 'X-Auth-Token': await logIn(service.url) };
  for (const code of [200, 400, 401, 403, 500, 503]) {
    const [real, mocked] = await Promise.all([service.url, mock].map((url) =>
      fetch(`${url}/api/info`, { headers: { ...headers, ...(code === 200 ? {} : { Prefer: `code=${code}` }) } })));
    assert.deepEqual([real.status, mocked.status], [code, code]);
    const [ours, its] = [await real.json(), await mocked.json()];
    assert.deepEqual(Object.keys(its).sort(), Object.keys(ours).sort());
  }
});
