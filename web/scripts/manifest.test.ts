// The installed app is the same in every language but for its words.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { languages, tongues } from '../src/words/languages.pure';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../public/${name}`, import.meta.url), 'utf8'));

/** What has no words. */
function shape(manifest: Record<string, unknown>): unknown {
  const words = ['description', 'label', 'lang', 'dir'];
  return JSON.parse(
    JSON.stringify(manifest, (key, value) => (words.includes(key) ? undefined : value)),
    (key, value) => (key === 'shortcuts' ? value.map(({ url }: { url: string }) => url) : value),
  );
}

it.each(languages.filter((language) => language !== 'en'))('the manifest in %s', (language) => {
  const manifest = read(`${language}.webmanifest`);
  expect(manifest).toMatchObject({ lang: language, dir: tongues[language].dir });
  expect(shape(manifest)).toEqual(shape(read('manifest.webmanifest')));
});
