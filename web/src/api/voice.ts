// The sound of voice messages.
import { take } from './client';
import type { Entry } from './types';
import { parsed, upload } from './upload';

const path = (handle: string) => `/api/v1/conversations/${encodeURIComponent(handle)}`;

/** A minute for 512 KB is a very poor line; longer, and nobody knows whether anything happens. */
const PATIENCE = 60_000;

/** Leaves a voice message; the same key again is the same message. `progress` goes from 0 to 1. */
export function sendVoice(
  to: string,
  key: string,
  seconds: number,
  sound: Blob,
  progress: (part: number) => void,
): Promise<Entry> {
  const query = new URLSearchParams({ key, seconds: String(seconds) });
  return upload('POST', `${path(to)}/voice?${query}`, sound, progress, PATIENCE);
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
