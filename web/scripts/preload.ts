// The page names the app's own file and styles beside the first script, which asks for them only once it has found the
// words: so both are on their way at once, and the words cost no time of their own.
import type { Plugin } from 'vite';

/** The module that `main.ts` begins once it has the words. */
const START = 'src/start.ts';

/** Adds links to `index.html`. */
export function preload(): Plugin {
  return {
    name: 'birdcall-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((one) => one.type === 'chunk');
        const start = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(START));
        if (!start) throw new Error(`no chunk of ${START}`);
        const found = new Set([start]);
        for (const chunk of found) {
          for (const name of chunk.imports) {
            const next = chunks.find(({ fileName }) => fileName === name);
            if (next && !next.isEntry) found.add(next);
          }
        }
        const styles = new Set([...found].flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]));
        const link = (rel: string, file: string) =>
          ({ tag: 'link', attrs: { rel, crossorigin: true, href: `/${file}` }, injectTo: 'head' }) as const;
        return [
          ...[...found].map(({ fileName }) => link('modulepreload', fileName)),
          ...[...styles].map((file) => link('stylesheet', file)),
        ];
      },
    },
  };
}
