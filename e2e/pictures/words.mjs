// The words of the app in each language, so that a script can press a button in any of them.

import { fileURLToPath } from 'node:url';
import { createServer } from '../../web/node_modules/vite/dist/node/index.js';

/**
 * The words by language, from the sources of the app.
 * @param {string[]} languages
 */
export async function readWords(languages) {
  const root = fileURLToPath(new URL('../../web', import.meta.url));
  const vite = await createServer({ root, configFile: false, logLevel: 'error', server: { middlewareMode: true } });
  try {
    const pairs = languages.map(async (language) => {
      const found = await vite.ssrLoadModule(`/src/words/${language}/index.ts`);
      return [language, found[language]];
    });
    return Object.fromEntries(await Promise.all(pairs));
  } finally {
    await vite.close();
  }
}
