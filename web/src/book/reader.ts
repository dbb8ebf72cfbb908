// The worker that reads vCard files, as the page sees it.
import url from './reader.worker.ts?worker&url';
import type { Contact } from './vcard.pure';

export interface ToReader {
  readonly file: Blob;
  /** This server's: handles stand in files as addresses of its pages. */
  readonly origin: string;
}

export type FromReader =
  | { readonly type: 'progress'; readonly cards: number }
  | { readonly type: 'done'; readonly contacts: Contact[] }
  | { readonly type: 'failed' };

/** Larger files are no address books; reading one would only take long. */
export const MAX_FILE = 100 * 1_024 * 1_024;

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let known: string | undefined;

/** The worker's address, in the form that the page's policy wants of code (Trusted Types), and no other address. */
function script(): string {
  if (known !== undefined) return known;
  const policies = Reflect.get(window, 'trustedTypes') as Policies | undefined;
  const rules = {
    createScriptURL: (wanted: string) => {
      if (wanted !== url) throw new TypeError('not the reader');
      return wanted;
    },
  };
  known = policies ? policies.createPolicy('birdcall-reader', rules).createScriptURL(url) : url;
  return known;
}

/** Reads a file. Rejects where it cannot be read; `signal` stops it. */
export function readCards(file: Blob, progress: (cards: number) => void, signal: AbortSignal): Promise<Contact[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script(), { type: 'module' });
    const end = () => worker.terminate();
    const fail = () => {
      end();
      reject(new Error('unreadable'));
    };
    signal.addEventListener('abort', fail);
    worker.onerror = fail;
    worker.onmessage = ({ data }: MessageEvent<FromReader>) => {
      if (data.type === 'progress') return progress(data.cards);
      if (data.type === 'failed') return fail();
      end();
      resolve(data.contacts);
    };
    worker.postMessage({ file, origin: location.origin } satisfies ToReader);
  });
}
