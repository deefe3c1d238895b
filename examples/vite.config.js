// In development, vite's server passes requests for /api on to the API. The browser sees one origin
// and needs no CORS.
import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    proxy: { '/api': process.env.SSA_URL ?? 'http://127.0.0.1:8000' },
  },
});
