// Pictures of messages. They go up by XMLHttpRequest, because `fetch` does not say how much of them has left.
import { take } from './client';
import { ApiError } from './error';
import type { Entry } from './types';

const path = (handle: string) => `/api/v1/conversations/${encodeURIComponent(handle)}`;

/** What goes with a picture. */
interface Words {
  readonly key: string;
  readonly to: string;
  readonly text: string;
  readonly alt: string;
  readonly replyTo?: number | undefined;
}

/** Sends a picture; the same key again is the same message. `progress` goes from 0 to 1. */
export function sendPicture(
  words: Words,
  file: Blob,
  progress: (part: number) => void,
): { readonly answer: Promise<Entry>; readonly stop: () => void } {
  const form = new FormData();
  form.set('key', words.key);
  if (words.text !== '') form.set('text', words.text);
  if (words.alt !== '') form.set('alt', words.alt);
  if (words.replyTo !== undefined) form.set('reply_to', String(words.replyTo));
  form.set('picture', file, 'picture');
  const request = new XMLHttpRequest();
  request.open('POST', `${path(words.to)}/picture`);
  const answer = new Promise<{ data?: Entry; error?: unknown; response: Response }>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const response = new Response(null, { status: request.status });
      const body = parsed(request.responseText);
      resolve(response.ok ? { data: body as Entry, response } : { error: body, response });
    };
    request.onerror = () => reject(new ApiError('unreachable', 'no answer'));
    request.onabort = request.onerror;
    request.ontimeout = request.onerror;
  });
  // Two minutes for 12 MB is a poor line; longer, and nobody knows whether anything happens.
  request.timeout = 120_000;
  request.send(form);
  return { answer: take(answer), stop: () => request.abort() };
}

/** The picture of a message. */
export async function getPicture(handle: string, seq: number, size: 'thumb' | 'whole'): Promise<Blob> {
  const answer = fetch(`${path(handle)}/entries/${seq}/picture?size=${size}`, { credentials: 'same-origin' }).then(
    async (response) =>
      response.ok
        ? { data: await response.blob(), response }
        : { error: parsed(await response.text()), response: new Response(null, { status: response.status }) },
  );
  return take<Blob>(answer);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
