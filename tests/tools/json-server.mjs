// Records what the real json-servers answer, as fixtures/json-server.json, which suite/query.bats
// replays without them. It is run by hand:
//
//   mkdir a b && npm --prefix a install json-server@1.0.0-beta.15 && npm --prefix b install json-server@0.17.4
//   node tests/tools/json-server.mjs a b
//
// Each row of the fixture is a query, the server whose dialect it is, the ids that this server
// answers, and the total where the server tells it (0.17: X-Total-Count, 1.0: `items` of a page).
// `own` is what this project answers if it differs on purpose: a list of ids, or a status. `why` names
// the reason in REASONS. Both were judged by hand against the documents. They stay when the answers
// are recorded again, as long as the query and the server's answer are the same.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const file = join(fixtures, 'json-server.json');
const [newer, older] = process.argv.slice(2);

const REASONS = {
  refused: 'what is not understood is a 400, and is not ignored',
  unknown: 'a field that no record has never matches, and is not ignored',
  missing: 'a record without the field never matches, and is last in both directions',
  kinds: 'values of different kinds never match',
  null: 'null is a value, which null matches and which has a place in the order',
  textual: 'a number that is asked for is compared with text too, as text',
  exact: 'numbers are compared exactly, as decimals',
  number: 'numbers are compared by their value, and not by their text',
  bytes: 'text is compared byte by byte, and not by a language',
  ascii: 'only the case of ASCII letters does not count',
  plain: '_like is plain text, and no regular expression',
  text: 'contains, startsWith and endsWith are for text only',
  written: 'q looks at the text of each value as the file has it, also of 0 and false',
  end: 'a page past the end is empty',
  or: 'the same field with equality again is "or"',
  all: 'each condition counts, also two with one operator on one field',
  id: '1.0 makes a text of each id',
  dialect: 'the other dialect is understood too',
  order: 'values of different kinds have an order: numbers, text, false, true, null',
  page: '_per_page alone asks for the first page',
  slice: '_start alone is a slice',
  booleans: 'false comes before true',
  arrays: 'a condition on an array holds if it holds for one of its elements',
};

// --- The queries ----------------------------------------------------------------------------------

const encode = encodeURIComponent;
const rows = [];
const add = (server, ...queries) => queries.forEach((query) => rows.push({ query, server }));

// Both dialects have plain equality. Half of the values are asked of each.
const VALUES = {
  name: ['lab', 'LAB', 'Lab 9', 'été', 'ÉTÉ', '数据', '🖥 one', 'quote " here', 'back\\slash', 'new\nline', 'tab\tx', 'a/b',
    'x&y=z', '50% off', 'plus+one', '  spaces ', 'semi;colon', 'a,b,c', 'nobody', 'straße', 'naïve', 'dot.dot', 'under_score', 'Ω mega'],
  GPU: ['A100', 'a100', 'H100', 'RTX4090'],
  status: ['running', 'Running', 'stopped', 'error'],
  ip: ['10.0.0.1', '10.0'],
  cpus: ['32', '1', '33', '-1', '2', '64'],
  mem: ['549755813888', '4294967296'],
  price: ['1.1', '0.5', '-3.25', '100', '12.75', '0'],
  temp: ['-28', '53', '6'],
  active: ['true', 'false'],
  owner: ['ann', 'Ann', 'bob'],
  'rack.row': ['1', '3', '9'],
  'rack.name': ['r1', 'r3'],
  'rack.unit.slot': ['2', '9'],
  'rack.unit.label': ['S2', 'S4'],
  code: ['A-1', 'C_3'],
};
for (const [field, values] of Object.entries(VALUES)) {
  for (const value of values) {
    add('1.0', `${field}=${encode(value)}`);
    add('0.17', `${field}=${encode(value)}`);
  }
}
for (const query of ['name=100', 'name=007', 'name=1e2', 'name=3.0', 'name=-5', 'name=true', 'name=null', 'name=', 'cpus=abc',
  'cpus=16.0', 'cpus=1.6e1', 'price=1.10', 'price=1e2', 'active=1', 'active=0', 'owner=null', 'mixed=5', 'mixed=null', 'mixed=true',
  'rack=x', 'tags=Lab', 'tags=spot', 'rack.unit=x', 'rack.nothing=1', 'nothing=1', 'nothing.at.all=1', 'empty=', 'is_new=true',
  'serial=9007199254740993', 'serial=9007199254740992', 'cpus=32&status=running', 'GPU=A100&active=true&rack.row=2',
  'status=running&GPU=H100&nothing=1', 'id=7', 'id=7&id=9', 'GPU=A100&GPU=H100', 'status=error&status=stopped&cpus=8']) {
  add('1.0', query);
  add('0.17', query);
}

// 1.0: field:operator, field_operator, in, contains and so on.
for (const operator of ['lt', 'lte', 'gt', 'gte', 'eq', 'ne']) {
  for (const condition of [['cpus', '16'], ['price', '1.1'], ['temp', '-7'], ['mem', '4294967296'], ['rack.row', '3'], ['rack.unit.slot', '4'],
    ['name', 'lab'], ['active', 'true'], ['owner', 'bob'], ['code', 'B'], ['nothing', '1']]) {
    add('1.0', `${condition[0]}:${operator}=${condition[1]}`);
  }
  add('1.0', `cpus_${operator}=8`, `cpus:${operator}=abc`, `name:${operator}=5`, `mixed:${operator}=5`, `owner:${operator}=null`);
}
for (const query of ['cpus:in=1,2', 'cpus:in= 1 , 64 ', 'cpus:in=', 'cpus:in=99', 'status:in=running,error', 'status:in=Running', 'name:in=a,b,c',
  'active:in=true', 'active:in=true,false', 'owner:in=null,ann', 'price:in=0.5,12.75', 'GPU_in=A100,H100', 'rack.row:in=1,5', 'mixed:in=5,true',
  'name:contains=lab', 'name:contains=LAB', 'name:contains=a', 'name:contains=', 'name:contains=.', 'name:contains=%25', 'name:contains=%C3%A9',
  'name:contains=%C3%89', 'name:contains=%20', 'name:contains=zzz', 'cpus:contains=3', 'status:contains=RUN', 'GPU:contains=rtx',
  'name:startsWith=lab', 'name:startsWith=aim', 'name:startsWith=', 'name:startsWith=%20', 'status:startsWith=RUN', 'GPU:startsWith=RTX4',
  'rack.name:startsWith=R', 'cpus:startsWith=3', 'name:endsWith=lab', 'name:endsWith=0', 'name:endsWith=', 'name:endsWith=%20', 'status:endsWith=ED',
  'code:endsWith=-1', 'rack.unit.label:endsWith=4', 'name_contains=LAB', 'name_startsWith=lab', 'owner:contains=N', 'tags:contains=Lab',
  'rack:contains=r', 'cpus:gte=8&cpus:lte=24', 'cpus:gt=8&cpus:lt=24&status=running', 'price:gte=0&price:lt=1', 'temp:lt=0&active=true',
  'name:contains=lab&GPU:startsWith=rtx', 'rack.row:gte=2&rack.row:lte=3&rack.unit.label=S4', 'cpus:gte=16&cpus:ne=32', 'cpus:ne=32&cpus:ne=16',
  'status:ne=running&status:ne=error', 'cpus:foo=1', 'name:like=lab', 'cpus:gte:lte=1', '_embed=x', '_where={}', '_foo=1']) {
  add('1.0', query.replaceAll(' ', '%20'));
}
for (const sort of ['id', 'cpus', '-cpus', 'price', '-price', 'temp', '-temp', 'name', '-name', 'GPU', '-GPU', 'GPU,cpus', '-GPU,-cpus,id', 'status',
  'rack.row', '-rack.row', 'rack.unit.slot', 'rack.row,-rack.unit.slot', 'active', 'owner', 'mem', '-mem,cpus', 'code', 'ip', 'nothing', 'cpus,GPU,mem',
  'mixed', 'GPU,-price', 'status,GPU,-cpus']) {
  add('1.0', `_sort=${sort}`);
}
for (const query of ['_page=1', '_page=2', '_page=4', '_page=5', '_page=1&_per_page=5', '_page=8&_per_page=5', '_page=9&_per_page=5', '_page=1&_per_page=40',
  '_page=1&_per_page=100', '_page=3&_per_page=7', '_page=0', '_page=-1', '_page=abc', '_page=1&_per_page=0', '_page=2&_sort=-cpus,GPU,mem,id',
  '_page=1&_per_page=3&status=running', '_page=2&_per_page=3&status=running&_sort=mem,cpus', '_page=1&nothing=1', '_per_page=5',
  '_page=1&_per_page=4&cpus:gte=32&_sort=-mem,ip', '_page=1&name:contains=lab&_per_page=2', '_page=99999999999999999999']) {
  add('1.0', query);
}

// 0.17: _gte, _lte, _ne, _like, q, _start, _end, _limit, _order.
for (const operator of ['gte', 'lte', 'ne']) {
  for (const condition of [['cpus', '16'], ['price', '1.1'], ['temp', '-7'], ['mem', '549755813888'], ['rack.row', '3'], ['rack.unit.slot', '4'],
    ['name', 'lab'], ['owner', 'bob'], ['code', 'B'], ['GPU', 'H100'], ['ip', '10.0.1'], ['nothing', '1'], ['cpus', 'abc'], ['active', 'true'],
    ['mixed2', '5']]) {
    add('0.17', `${condition[0]}_${operator}=${condition[1]}`);
  }
}
for (const query of ['name_like=lab', 'name_like=LAB', 'name_like=aim', 'name_like=zzz', 'name_like=%25', 'name_like=dot.dot', 'name_like=d.t', 'name_like=%5El',
  'name_like=a|b', 'GPU_like=rtx', 'status_like=run', 'rack.name_like=R', 'cpus_like=3', 'code_like=-1', 'name_like=%C3%A9', 'owner_like=a',
  'name_like=lab&GPU_like=rtx', 'name_like=lab&name_like=beta', 'cpus_gte=8&cpus_lte=24', 'cpus_gte=16&status=running', 'temp_gte=-10&temp_lte=10',
  'cpus_ne=32&cpus_ne=16', 'status_ne=running&status_ne=error', 'price_gte=0.5&price_lte=1.1', 'rack.row_gte=2&rack.row_lte=3',
  'q=lab', 'q=LAB', 'q=running', 'q=rtx3090', 'q=spot', 'q=S4', 'q=r1', 'q=nobody', 'q=', 'q=10.0.1', 'q=12.75', 'q=-3.25', 'q=%C3%A9', 'q=%E6%95%B0', 'q=%22',
  'q=5497', 'q=true', 'q=false', 'q=null', 'q=0', 'q=name', 'q=lab&status=running', 'q=a100&cpus_gte=8', 'q=new%0Aline', 'q=back%5Cslash', 'q=x%26y', 'q=1.1',
  '_=123', '_=1&status=error', '_foo=1', 'cpus_foo=1', 'cpus:gte=8']) {
  add('0.17', query);
}
for (const [sort, order] of [['id'], ['cpus'], ['cpus', 'asc'], ['cpus', 'desc'], ['cpus', 'DESC'], ['mem', 'desc'], ['name'], ['name', 'desc'], ['GPU', 'asc'],
  ['GPU,cpus', 'asc,desc'], ['GPU,cpus', 'desc,asc'], ['GPU,cpus,id', 'desc'], ['status,mem', 'desc,desc'], ['price'], ['price', 'desc'], ['temp'], ['temp', 'desc'],
  ['rack.row'], ['rack.row', 'desc'], ['rack.unit.slot,id', 'asc,desc'], ['active'], ['owner'], ['code'], ['nothing'], ['ip', 'desc'], ['mixed'], ['id', 'up'],
  ['rack.row,rack.unit.slot', 'desc,asc'], ['status,GPU,cpus', 'asc,desc,desc']]) {
  add('0.17', `_sort=${sort}${order ? `&_order=${order}` : ''}`);
}
for (const query of ['_start=0&_end=5', '_start=5&_end=10', '_start=38&_end=50', '_start=40&_end=50', '_start=10&_end=5', '_end=3', '_end=0', '_start=3',
  '_limit=5', '_limit=0', '_limit=100', '_start=5&_limit=5', '_start=39&_limit=5', '_start=0&_end=5&_limit=2', '_page=1', '_page=2', '_page=4', '_page=5',
  '_page=1&_limit=7', '_page=6&_limit=7', '_page=7&_limit=7', '_page=1&_limit=40', '_page=0', '_page=abc', '_start=-3&_end=-1', '_start=abc&_end=5',
  '_page=2&_limit=5&_sort=cpus,id&_order=desc,asc', '_end=10&_order=ASC&_sort=id&_start=0&cpus_gte=16&q=lab&status=running',
  '_end=10&_order=ASC&_sort=id&_start=0&cpus_gte=16&q=rtx&status=running', '_end=10&_order=DESC&_sort=id&_start=0', '_end=20&_order=ASC&_sort=name&_start=10',
  '_end=25&_order=DESC&_sort=cpus&_start=0&status=running', '_end=10&_order=ASC&_sort=mem&_start=0&id=3&id=5&id=7', 'id=1&id=2&id=3&id=99',
  '_start=0&_end=10&_sort=id&_order=desc&name_like=lab', '_start=0&_end=10&name_like=lab', '_end=10&_start=0&cpus_gte=4&cpus_lte=8&_sort=cpus&_order=asc',
  '_limit=3&status=running', '_limit=3&_sort=mem&_order=desc', '_start=2&_limit=3&GPU=A100', '_page=2&_limit=2&GPU=A100', '_end=5&q=lab', '_page=1&q=lab']) {
  add('0.17', query);
}

// --- The servers ----------------------------------------------------------------------------------

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
  let before = [];
  try {
    before = JSON.parse(readFileSync(file)).rows;
  } catch {
    // There is no fixture yet.
  }
  const out = [];
  for (const { query, server } of rows) {
    const answer = await ask(servers[server], query);
    const old = before.find((row) => row.query === query && row.server === server);
    const { own, why } = old ?? {};
    const same = old && JSON.stringify([old.status, old.ids, old.total]) === JSON.stringify([answer.status, answer.ids, answer.total]);
    if (old && !same) console.log(`another answer than before: ${server} ${query}`);
    if (why && !(why in REASONS)) throw new Error(`${query}: no reason ${why}`);
    out.push({ query, server, ...answer, ...(same && why ? { own, why } : {}) });
  }
  const lines = out.map((row) => `  ${JSON.stringify(row)}`).join(',\n');
  writeFileSync(file, `{"reasons": ${JSON.stringify(REASONS, null, 1)},\n"rows": [\n${lines}\n]}\n`);
  console.log(`${out.length} rows, ${new Set(out.map(({ query }) => query)).size} queries, ${out.filter(({ why }) => why).length} differ on purpose`);
} finally {
  for (const { child } of Object.values(servers)) child.kill();
  rmSync(work, { recursive: true });
}
