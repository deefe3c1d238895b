// examples/react-admin.js with the real ra-data-json-server and the fetchJson of react-admin.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { machinesProvider } from './react-admin.js';
import { logIn, startService } from './service.js';

let service, provider, ticket;

before(async () => {
  service = await startService();
  ticket = await logIn(service.url);
  provider = machinesProvider(`${service.url}/api`, () => ticket);
});
after(() => service?.stop());

const list = (params) => provider.getList('info', {
  pagination: { page: 1, perPage: 10 }, sort: { field: 'id', order: 'ASC' }, filter: {}, ...params,
});
const ids = ({ data }) => data.map(({ id }) => id);

test('getList: all machines, whole', async () => {
  assert.deepEqual(await list(), { data: service.machines, total: 3 });
});

test('getList: filters are all required', async () => {
  const filter = { cpus_gte: 24, status: 'running', q: 'rtx' };
  const reply = await list({ filter });
  assert.deepEqual(ids(reply), [100]);
  assert.equal(reply.total, 1);
});

test('getList: an order', async () => {
  assert.deepEqual(ids(await list({ sort: { field: 'cpus', order: 'DESC' } })), [300, 100, 200]);
});

test('getList: pages, and the total of all of them', async () => {
  const first = await list({ pagination: { page: 1, perPage: 2 } });
  const second = await list({ pagination: { page: 2, perPage: 2 } });
  assert.deepEqual([ids(first), first.total], [[100, 200], 3]);
  assert.deepEqual([ids(second), second.total], [[300], 3]);
});

test('getManyReference', async () => {
  const reply = await provider.getManyReference('info', {
    target: 'status', id: 'running', filter: {},
    pagination: { page: 1, perPage: 10 }, sort: { field: 'id', order: 'DESC' },
  });
  assert.deepEqual([ids(reply), reply.total], [[300, 100], 2]);
});

test('getOne', async () => {
  assert.deepEqual(await provider.getOne('info', { id: 100 }), { data: service.machines[0] });
});

test('getOne: an id that no machine has is a 404', async () => {
  await assert.rejects(provider.getOne('info', { id: 999 }), { status: 404 });
});

test('getMany', async () => {
  assert.deepEqual(ids(await provider.getMany('info', { ids: [100, 300] })), [100, 300]);
});

test('an error arrives with its status and its message', async () => {
  const stranger = machinesProvider(`${service.url}/api`, () => 'no-ticket');
  await assert.rejects(stranger.getOne('info', { id: 100 }), (error) =>
    error.status === 401 && error.message === error.body.message && error.body.code === 401);
  await assert.rejects(list({ filter: { _where: 'x' } }), { status: 400 });
});

test('what writes is refused', async () => {
  await assert.rejects(provider.create('info', { data: {} }), { status: 405 });
  await assert.rejects(provider.update('info', { id: 100, data: {} }), { status: 405 });
  await assert.rejects(provider.delete('info', { id: 100 }), { status: 405 });
});
