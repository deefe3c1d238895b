// examples/refine.js with the real @refinedev/simple-rest and its axios.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { machinesProvider } from './refine.js';
import { logIn, startService } from './service.js';

let service, provider, ticket;

before(async () => {
  service = await startService();
  ticket = await logIn(service.url);
  provider = machinesProvider(`${service.url}/api`, async () => ticket);
});
after(() => service?.stop());

const list = (params) => provider.getList({ resource: 'info', ...params });
const ids = ({ data }) => data.map(({ id }) => id);

test('getList: all machines, whole', async () => {
  assert.deepEqual(await list(), { data: service.machines, total: 3 });
});

test('getList: filters are all required', async () => {
  const reply = await list({
    filters: [
      { field: 'cpus', operator: 'gte', value: 24 },
      { field: 'status', operator: 'eq', value: 'running' },
      { field: 'GPU', operator: 'contains', value: 'rtx' },
    ],
  });
  assert.deepEqual([ids(reply), reply.total], [[100], 1]);
  assert.deepEqual(ids(await list({ filters: [{ field: 'id', operator: 'ne', value: 100 }] })), [200, 300]);
  assert.deepEqual(ids(await list({ filters: [{ field: 'cpus', operator: 'lte', value: 24 }] })), [200]);
});

// This is simple-rest's own limit: docs/recipes.md warns of it.
test('getList: simple-rest sends each other operator as equality', async () => {
  assert.deepEqual(ids(await list({ filters: [{ field: 'cpus', operator: 'lt', value: 32 }] })), [100]);
});

test('getList: an order by two fields', async () => {
  const sorters = [{ field: 'status', order: 'desc' }, { field: 'cpus', order: 'desc' }];
  assert.deepEqual(ids(await list({ sorters })), [200, 300, 100]);
});

test('getList: pages, and the total of all of them', async () => {
  const first = await list({ pagination: { currentPage: 1, pageSize: 2 } });
  const second = await list({ pagination: { currentPage: 2, pageSize: 2 } });
  assert.deepEqual([ids(first), first.total], [[100, 200], 3]);
  assert.deepEqual([ids(second), second.total], [[300], 3]);
});

test('getOne', async () => {
  assert.deepEqual(await provider.getOne({ resource: 'info', id: 100 }), { data: service.machines[0] });
});

test('getOne: an id that no machine has is a 404', async () => {
  await assert.rejects(provider.getOne({ resource: 'info', id: 999 }), { statusCode: 404 });
});

test('getMany', async () => {
  assert.deepEqual(ids(await provider.getMany({ resource: 'info', ids: [100, 300] })), [100, 300]);
});

test('an error arrives with its status and its message', async () => {
  const stranger = machinesProvider(`${service.url}/api`, () => 'no-ticket');
  await assert.rejects(stranger.getOne({ resource: 'info', id: 100 }), (error) =>
    error.statusCode === 401 && error.message === error.response.data.message);
  await assert.rejects(list({ filters: [{ field: '_embed', operator: 'eq', value: 1 }] }), { statusCode: 400 });
});

test('what writes is refused', async () => {
  await assert.rejects(provider.create({ resource: 'info', variables: {} }), { statusCode: 405 });
  await assert.rejects(provider.update({ resource: 'info', id: 100, variables: {} }), { statusCode: 405 });
  await assert.rejects(provider.deleteOne({ resource: 'info', id: 100 }), { statusCode: 405 });
});
