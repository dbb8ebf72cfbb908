// The service worker: one classic script at a fixed address, built after the app because it has to know the names of all
// of its files. It is no part of any page's load.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin, type ResolvedConfig } from 'vite';

/** Files without a hash in their name that a start without network and a notification need. */
const FIXED = ['mark.svg', 'manifest.webmanifest', 'ar.webmanifest', 'icons/icon-192.png', 'icons/badge-96.png'];

/** Builds `sw.js` beside the app. */
export function worker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'birdcall-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    async writeBundle(_options, bundle) {
      const hashed = Object.keys(bundle)
        .filter((name) => name.startsWith('assets/'))
        .sort();
      const page = bundle['index.html'];
      if (page?.type !== 'asset' || hashed.length === 0) throw new Error('the app was not built');
      const version = createHash('sha256').update(page.source).update(hashed.join('\n'));
      for (const name of FIXED) version.update(readFileSync(join(config.publicDir, name)));
      const built = {
        version: version.digest('hex').slice(0, 16),
        files: ['/', ...[...FIXED, ...hashed].map((name) => `/${name}`)],
      };
      await build({
        configFile: false,
        logLevel: 'warn',
        root: config.root,
        publicDir: false,
        define: { BUILT: JSON.stringify(built) },
        build: {
          target: config.build.target,
          outDir: config.build.outDir,
          emptyOutDir: false,
          lib: { entry: 'src/worker/scope/main.ts', formats: ['iife'], name: 'birdcall', fileName: () => 'sw.js' },
        },
      });
    },
  };
}
