// The client of docs/recipes.md whose types are made from openapi.json: it compiles, and it works.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startService } from './service.js';

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
