// The export is a file, not JSON; and it says how far it has come.
import { ApiError, asApiError } from './error';
import type { Problem } from './types';

/** Fetches all that is one's own as a zip, and tells how many bytes have come so far. */
export async function fetchExport(signal: AbortSignal, progress: (bytes: number) => void): Promise<Blob> {
  try {
    const response = await fetch('/api/v1/me/export', { credentials: 'same-origin', signal });
    if (!response.ok) {
      const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
      throw new ApiError(problem?.code ?? 'unreachable', problem?.title ?? `${response.status}`);
    }
    const parts: BlobPart[] = [];
    let bytes = 0;
    const reader = response.body?.getReader();
    for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
      parts.push(chunk.value);
      bytes += chunk.value.length;
      progress(bytes);
    }
    return new Blob(parts, { type: 'application/zip' });
  } catch (thrown) {
    throw asApiError(thrown);
  }
}
