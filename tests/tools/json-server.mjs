// Records what the real json-servers answer to the queries of fixtures/json-server.json, which
// suite/query.bats replays without them. It is run by hand:
//
//   mkdir a b && npm --prefix a install json-server@1.0.0-beta.15 && npm --prefix b install json-server@0.17.4
//   node tests/tools/json-server.mjs a b
//
// Each row of the fixture is a query, the server whose dialect it is, the ids that this server
// answers, and the total where the server tells it (0.17: X-Total-Count, 1.0: `items` of a page). A
// new row is {"query": …, "server": …}. `own` is what this project answers if it differs on purpose:
// a list of ids, or a status. `why` names one of the reasons. Both are judged by hand against the
// documents. They stay when the answers are recorded again, as long as the server's answer is the
// same.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const file = join(fixtures, 'json-server.json');
const [newer, older] = process.argv.slice(2);

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => probe.once('listening', listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function start(program, folder, work) {
  const port = await freePort();
  const db = join(work, `${port}.json`);
  writeFileSync(db, `{"machines":${readFileSync(join(fixtures, 'json-server-machines.json'))}}`);
  const child = spawn(process.execPath, [join(folder, 'node_modules/json-server', program), '--port', port, '--host', '127.0.0.1', db],
    { stdio: 'ignore', cwd: work });
  const url = `http://localhost:${port}/machines`;
  for (let turn = 0; turn < 200; turn += 1) {
    try {
      await fetch(url);
      return { child, url };
    } catch {
      await new Promise((later) => setTimeout(later, 50));
    }
  }
  throw new Error(`${program} does not start`);
}

async function ask({ url }, query) {
  const reply = await fetch(`${url}?${query}`);
  const body = await reply.text();
  if (reply.status !== 200) return { status: reply.status };
  const value = JSON.parse(body);
  const total = value.items ?? (reply.headers.get('x-total-count') ?? undefined);
  return { ids: (value.data ?? value).map(({ id }) => Number(id)), ...(total === undefined ? {} : { total: Number(total) }) };
}

const work = mkdtempSync(join(tmpdir(), 'json-server-'));
const servers = {};
try {
  servers['1.0'] = await start('lib/bin.js', newer, work);
  servers['0.17'] = await start('lib/cli/bin.js', older, work);
  const { reasons, rows } = JSON.parse(readFileSync(file));
  const out = [];
  for (const { query, server, own, why, ...old } of rows) {
    const answer = await ask(servers[server], query);
    const same = Object.keys(old).length === 0 || isDeepStrictEqual(old, answer);
    if (!same) console.log(`another answer than before: ${server} ${query}`);
    if (why && !(why in reasons)) throw new Error(`${query}: no reason ${why}`);
    out.push({ query, server, ...answer, ...(same && why ? { own, why } : {}) });
  }
  const lines = out.map((row) => `  ${JSON.stringify(row)}`).join(',\n');
  writeFileSync(file, `{"reasons": ${JSON.stringify(reasons, null, 1)},\n"rows": [\n${lines}\n]}\n`);
  console.log(`${out.length} rows, ${new Set(out.map(({ query }) => query)).size} queries, ${out.filter(({ why }) => why).length} differ on purpose`);
} finally {
  for (const { child } of Object.values(servers)) child.kill();
  rmSync(work, { recursive: true });
}
