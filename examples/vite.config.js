// In development, pages from vite's server ask this server for /api, and it asks the API. For the
// browser that is one origin, so no CORS is needed.
import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    proxy: { '/api': process.env.SSA_URL ?? 'http://127.0.0.1:8000' },
  },
});
