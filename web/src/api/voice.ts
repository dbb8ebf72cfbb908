// The sound of voice messages. It goes up by XMLHttpRequest, because `fetch` does not say how much of it has left.
import { take } from './client';
import { ApiError } from './error';
import type { Entry } from './types';

const path = (handle: string) => `/api/v1/conversations/${encodeURIComponent(handle)}`;

/** Leaves a voice message; the same key again is the same message. `progress` goes from 0 to 1. */
export function sendVoice(
  to: string,
  key: string,
  seconds: number,
  sound: Blob,
  progress: (part: number) => void,
): Promise<Entry> {
  const request = new XMLHttpRequest();
  request.open('POST', `${path(to)}/voice?${new URLSearchParams({ key, seconds: String(seconds) })}`);
  request.setRequestHeader('content-type', sound.type);
  const answer = new Promise<{ data?: Entry; error?: unknown; response: Response }>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const response = new Response(null, { status: request.status });
      const body = parsed(request.responseText);
      resolve(response.ok ? { data: body as Entry, response } : { error: body, response });
    };
    request.onerror = () => reject(new ApiError('unreachable', 'no answer'));
    request.ontimeout = request.onerror;
  });
  // A minute for 512 KB is a very poor line; longer, and nobody knows whether anything happens.
  request.timeout = 60_000;
  request.send(sound);
  return take(answer);
}

/** The sound of a voice message, whole. */
export async function getVoice(handle: string, seq: number): Promise<Blob> {
  const answer = fetch(`${path(handle)}/entries/${seq}/voice`, { credentials: 'same-origin' }).then(async (response) =>
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
