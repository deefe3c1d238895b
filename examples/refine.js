// A data provider for refine, which reads only: @refinedev/simple-rest with three differences. This
// API wraps the list in `data`, wants a ticket, and has no path for one record.
//
//   <Refine dataProvider={machinesProvider('http://127.0.0.1:8000/api', () => ticket)}
//     resources={[{ name: 'info', list: '/machines' }]}>
import simpleRestProvider, { axiosInstance } from '@refinedev/simple-rest';

// getTicket returns the ticket, or a promise of it.
export function machinesProvider(apiUrl, getTicket) {
  const httpClient = {
    ...axiosInstance,
    get: async (url, config) => {
      const headers = { ...config?.headers, 'X-Auth-Token': await getTicket() };
      const reply = await axiosInstance.get(url, { ...config, headers });
      return { ...reply, data: reply.data.data };
    },
  };
  const provider = simpleRestProvider(apiUrl, httpClient);

  return {
    ...provider,
    // /info?id=100 in place of /info/100
    getOne: async ({ resource, id, meta }) => {
      const { data } = await provider.getMany({ resource, ids: [id], meta });
      if (data.length === 0) throw { message: 'Not Found', statusCode: 404 };
      return { data: data[0] };
    },
  };
}
