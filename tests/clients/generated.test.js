// Clients that are made from openapi.json: the one of docs/recipes.md, and those of two other
// generators. They compile, and they send conditions in a form that the service understands.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { logIn, startService } from './service.js';

const root = process.env.SSA_ROOT;
const skip = existsSync(`${root}/www/openapi.json`) ? false : 'there is no www/openapi.json';
let service, folder, recipes;

before(async () => {
  service = await startService();
  folder = await mkdtemp(fileURLToPath(new URL('generated.', import.meta.url)));
  recipes = await readFile(`${root}/docs/recipes.md`, 'utf8');
});
after(async () => {
  await service?.stop();
  await rm(folder, { recursive: true });
});

// The block that follows "<!-- snippet: NAME -->", with the address of this service.
function snippet(name) {
  const [, block] = recipes.split(`<!-- snippet: ${name} -->\n`)[1].split(/^```.*\n/m);
  return block.replaceAll('http://127.0.0.1:8000', service.url);
}

const run = (command, ...args) =>
  promisify(execFile)(command, args, { cwd: folder, env: { ...process.env, npm_config_offline: 'true' } })
    .catch((error) => assert.fail(`${command} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`));

test('the generated types fit the documented client, which lists the machines', { skip }, async () => {
  // The packages are installed already, in the versions of package-lock.json.
  const commands = snippet('generate').replaceAll(/^npm install .*\n/gm, '');
  await run('sh', '-ec', commands);
  await writeFile(`${folder}/client.ts`, snippet('typescript'));
  await run('npx', 'tsc', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', 'client.ts');
  const { stdout } = await run('node', 'client.js');
  assert.equal(stdout, '200 stopped\n300 running\n');
});

// Each lists the machines 100 and 300, in another order than the file's.
const asks = `
import axios from 'axios';
import createClient from 'openapi-fetch';
import type { paths } from './simpleserverapi.js';
import { listMachines as byAxios } from './orval-axios-functions.js';
import { listMachines as byFetch } from './orval-fetch.js';
import { Api } from './api.js';

const url = process.env.URL ?? '', headers = { 'X-Auth-Token': process.env.TICKET ?? '' };
const query = { id: [300, 100], status: ['running', 'stopped'], 'cpus:gte': 1, _sort: '-id' };
const plain = globalThis.fetch;
globalThis.fetch = (path, more) => plain(path instanceof Request ? path : new URL(String(path), url), more);
const print = (name: string, list?: { id: number }[]) => console.log(name, list?.map(({ id }) => id).join());

print('openapi-fetch', (await createClient<paths>({ baseUrl: url }).GET('/api/info', { headers, params: { query } })).data?.data);
print('orval, axios', (await byAxios(query, { baseURL: url, headers })).data.data);
const answer = await byFetch(query, { headers });
print('orval, fetch', answer.status === 200 ? answer.data.data : []);
print('swagger-typescript-api', (await new Api({ baseUrl: url }).api.listMachines(query, { headers })).data.data);
`;

test('each generator sends several values of a field, and operators', { skip }, async () => {
  const description = `${root}/www/openapi.json`;
  await run('npx', 'openapi-typescript', description, '-o', 'simpleserverapi.d.ts');
  for (const client of ['axios-functions', 'fetch'])
    await run('npx', 'orval', '--input', description, '--output', `./orval-${client}.ts`, '--client', client);
  await run('npx', 'swagger-typescript-api', 'generate', '-p', description, '-o', '.', '-n', 'api.ts');
  await writeFile(`${folder}/asks.ts`, asks);
  await run('npx', 'tsc', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', 'asks.ts');
  Object.assign(process.env, { URL: service.url, TICKET: await logIn(service.url) });
  const { stdout } = await run('node', 'asks.js');
  assert.deepEqual(stdout.split('\n'), ['openapi-fetch', 'orval, axios', 'orval, fetch', 'swagger-typescript-api']
    .map((name) => `${name} 300,100`).concat(''));
});
