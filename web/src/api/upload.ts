// Bytes on their way up. By XMLHttpRequest, because `fetch` does not say how much of it has left.
import { take } from './client';
import { ApiError } from './error';

/** Sends bytes and waits for the answer. `progress` goes from 0 to 1. It fails as any request does, and after `timeout`. */
export function upload<T>(
  method: 'POST' | 'PUT',
  path: string,
  bytes: Blob,
  progress: (part: number) => void,
  timeout: number,
): Promise<T> {
  const request = new XMLHttpRequest();
  request.open(method, path);
  request.setRequestHeader('content-type', bytes.type || 'application/octet-stream');
  const answer = new Promise<{ data?: T; error?: unknown; response: Response }>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const response = new Response(null, { status: request.status });
      const body = parsed(request.responseText);
      resolve(response.ok ? { data: body as T, response } : { error: body, response });
    };
    request.onerror = () => reject(new ApiError('unreachable', 'no answer'));
    request.ontimeout = request.onerror;
  });
  request.timeout = timeout;
  request.send(bytes);
  return take(answer);
}

/** What JSON says, or nothing where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
