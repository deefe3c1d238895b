// A data provider for react-admin, which reads only: ra-data-json-server with two differences. This
// API wants a ticket, and wraps the list or the machine in `data`.
//
//   <Admin dataProvider={machinesProvider('http://127.0.0.1:8000/api', () => ticket)}>
//     <Resource name="info" list={MachineList} />
import { fetchUtils } from 'ra-core';
import jsonServerProvider from 'ra-data-json-server';

// getTicket returns the ticket, or its promise.
export function machinesProvider(apiUrl, getTicket) {
  const httpClient = async (url, options = {}) => {
    const headers = new Headers({ Accept: 'application/json', 'X-Auth-Token': await getTicket() });
    const reply = await fetchUtils.fetchJson(url, { ...options, headers });
    return { ...reply, json: reply.json.data };
  };
  return jsonServerProvider(apiUrl, httpClient);
}
