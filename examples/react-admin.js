// A data provider for react-admin, which reads only: ra-data-json-server with three differences.
// This API wraps the list in `data`, wants a ticket, and has no path for one record.
//
//   <Admin dataProvider={machinesProvider('http://127.0.0.1:8000/api', () => ticket)}>
//     <Resource name="info" list={MachineList} />
import { fetchUtils, HttpError } from 'ra-core';
import jsonServerProvider from 'ra-data-json-server';

// getTicket returns the ticket, or a promise of it.
export function machinesProvider(apiUrl, getTicket) {
  const httpClient = async (url, options = {}) => {
    const headers = new Headers({ Accept: 'application/json', 'X-Auth-Token': await getTicket() });
    const reply = await fetchUtils.fetchJson(url, { ...options, headers });
    return { ...reply, json: reply.json.data };
  };
  const provider = jsonServerProvider(apiUrl, httpClient);

  return {
    ...provider,
    // /info?id=100 in place of /info/100
    getOne: async (resource, { id, signal }) => {
      const { data } = await provider.getMany(resource, { ids: [id], signal });
      if (data.length === 0) throw new HttpError('Not Found', 404);
      return { data: data[0] };
    },
  };
}
