import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { preload } from './scripts/preload.ts';
import { worker } from './scripts/worker.ts';

/** The server that `npm run dev` talks to, for example one started by `cargo run -p birdcall-server -- serve --demo`. */
const server = process.env.BIRDCALL_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), preload(), worker()],
  build: {
    target: ['chrome120', 'firefox120', 'safari16.4'],
    // The Content-Security-Policy allows nothing inline, so small files stay files.
    assetsInlineLimit: 0,
    manifest: true,
  },
  server: {
    // The server compares Origin with Host, so the proxy must not rewrite Host.
    proxy: { '/api': { target: server, ws: true, changeOrigin: false } },
  },
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    environment: 'node',
    restoreMocks: true,
    setupFiles: ['scripts/seed.ts'],
    testTimeout: 60_000,
  },
});
