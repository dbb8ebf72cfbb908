// Keeps the files of the app, and answers with them. What is answered how, the rules say (shelf.pure.ts).
import { answerTo, mayTakeOver, outdated, shelfOf } from '../shelf.pure';
import { scope } from './scope';

/** Put in by the build: what this version of the app consists of. */
declare const BUILT: { readonly version: string; readonly files: readonly string[] };

/** The page, whichever of its paths was asked for. */
const PAGE = '/';
/** A network that takes longer for the page is as good as none: what is kept is there at once. */
const PAGE_WITHIN = 4_000;

/** Fetches every file of this version. If one cannot be had, the browser drops this worker and tries again later. */
export async function fill(): Promise<void> {
  const shelf = await caches.open(shelfOf(BUILT.version));
  await shelf.addAll(BUILT.files.map((file) => new Request(file, { cache: 'no-cache' })));
}

/** Throws away what no open page can still need. */
export async function tidy(): Promise<void> {
  const old = outdated(await caches.keys(), BUILT.version);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Lets this worker follow the one before it, unless a page is in a call. */
export async function takeOver(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  if (mayTakeOver(held.map((lock) => lock.name ?? ''))) await scope.skipWaiting();
}

/** The answer to a request; nothing where the browser shall go on by itself. */
export function serve(request: Request): Promise<Response> | undefined {
  const { origin, pathname: path } = new URL(request.url);
  const { method, mode } = request;
  switch (answerTo({ method, mode, origin, path }, scope.location.origin, BUILT.files)) {
    case 'pass':
      return undefined;
    case 'page':
      return page(request);
    case 'kept':
      return kept(request);
    case 'fresh':
      return fetch(request).catch(() => kept(request));
  }
}

async function page(request: Request): Promise<Response> {
  const shelf = await caches.open(shelfOf(BUILT.version));
  const before = await shelf.match(PAGE);
  try {
    const answer = await fetch(request, before ? { signal: AbortSignal.timeout(PAGE_WITHIN) } : {});
    // What a proxy says while the server is away says less than the app does.
    return before && answer.status >= 500 ? before : answer;
  } catch (thrown) {
    if (before) return before;
    throw thrown;
  }
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
