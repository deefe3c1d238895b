// examples/vite.config.js with the real development server of vite.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { logIn, startService } from './service.js';

let service, page, folder, url;

before(async () => {
  service = await startService();
  process.env.SSA_URL = service.url;
  folder = await mkdtemp(fileURLToPath(new URL('page.', import.meta.url)));
  await writeFile(`${folder}/index.html`, '<title>page</title>');
  page = await createServer({
    configFile: fileURLToPath(new URL('vite.config.js', import.meta.url)),
    root: folder, logLevel: 'error', server: { host: '127.0.0.1', port: 0 },
  });
  await page.listen();
  url = `http://127.0.0.1:${page.httpServer.address().port}`;
});
after(async () => {
  await page?.close();
  await service?.stop();
  await rm(folder, { recursive: true });
});

test('the page comes from vite', async () => {
  assert.match(await (await fetch(url)).text(), /<title>page<\/title>/);
});

test('login, a list with a query and its headers, and a logout go through the proxy', async () => {
  const headers = { 'X-Auth-Token': await logIn(url) };
  const reply = await fetch(`${url}/api/info?status=running&_page=1&_per_page=1`, { headers });
  assert.equal(reply.status, 200);
  assert.deepEqual(await reply.json(), { data: [service.machines[0]] });
  assert.equal(reply.headers.get('X-Total-Count'), '2');
  assert.match(reply.headers.get('Link'), /<\/api\/info\?.*_page=2>; rel="next"/);
  assert.equal((await fetch(`${url}/api/ticket`, { method: 'DELETE', headers })).status, 204);
});

test('an error arrives with its status and its body', async () => {
  const reply = await fetch(`${url}/api/info`, { headers: { 'X-Auth-Token': 'no-ticket' } });
  assert.equal(reply.status, 401);
  assert.equal((await reply.json()).code, 401);
  assert.equal((await fetch(`${url}/api/nothing`)).status, 404);
});
