// A data provider for refine, which reads only: @refinedev/simple-rest with two differences. This
// API wants a ticket, and wraps the list or the machine in `data`.
//
//   <Refine dataProvider={machinesProvider('http://127.0.0.1:8000/api', () => ticket)}
//     resources={[{ name: 'info', list: '/machines' }]}>
import simpleRestProvider, { axiosInstance } from '@refinedev/simple-rest';

// getTicket returns the ticket, or its promise.
export function machinesProvider(apiUrl, getTicket) {
  const httpClient = {
    ...axiosInstance,
    get: async (url, config) => {
      const headers = { ...config?.headers, 'X-Auth-Token': await getTicket() };
      const reply = await axiosInstance.get(url, { ...config, headers });
      return { ...reply, data: reply.data.data };
    },
  };
  return simpleRestProvider(apiUrl, httpClient);
}
