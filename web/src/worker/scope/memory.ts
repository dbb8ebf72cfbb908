// What the worker has to know after the browser has stopped it and started it again: a few facts for a few minutes.

/** Facts older than that are of no use to anybody. A ring lasts less than a minute. */
const KEEP = 10 * 60 * 1_000;

/** What is kept until it is said anew. */
export const LASTING = { language: 'language' } as const;

const STORE = 'facts';

interface Fact {
  readonly value: unknown;
  readonly at: number;
}

/** A fact and when it was written down. */
export async function recall(key: string): Promise<Fact | undefined> {
  const facts = await open('readonly');
  return facts && done<Fact | undefined>(facts.get(key));
}

/** Writes a fact down, and forgets old ones. */
export async function keep(key: string, value: unknown): Promise<void> {
  const facts = await open('readwrite');
  if (!facts) return;
  const at = Date.now();
  facts.put({ value, at } satisfies Fact, key);
  const cursors = facts.openCursor();
  cursors.onsuccess = () => {
    const cursor = cursors.result;
    if (!cursor) return;
    const lasting = cursor.key === LASTING.language;
    if (!lasting && (cursor.value as Fact).at < at - KEEP) cursor.delete();
    cursor.continue();
  };
  await settled(facts.transaction);
}

/** Takes a fact out: who asks second finds nothing. */
export async function take(key: string): Promise<Fact | undefined> {
  const facts = await open('readwrite');
  if (!facts) return undefined;
  const fact = await done<Fact | undefined>(facts.get(key));
  facts.delete(key);
  await settled(facts.transaction);
  return fact;
}

/** Where storage is refused there is no memory: then a press only opens the app. */
function open(mode: IDBTransactionMode): Promise<IDBObjectStore | undefined> {
  return new Promise((resolve) => {
    const request = indexedDB.open('birdcall-worker', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = () => resolve(undefined);
    request.onsuccess = () => {
      const transaction = request.result.transaction(STORE, mode);
      const close = () => request.result.close();
      transaction.addEventListener('complete', close);
      transaction.addEventListener('abort', close);
      resolve(transaction.objectStore(STORE));
    };
  });
}

function done<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error);
  });
}

function settled(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => resolve());
  });
}
