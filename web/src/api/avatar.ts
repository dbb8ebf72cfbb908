// One's own picture.
import { take } from './client';
import type { Me } from './types';
import { upload } from './upload';

/** Two minutes for 12 MB are a poor line; longer, and nobody knows whether anything happens. */
const PATIENCE = 120_000;

/** Where a picture is. */
export const avatarPath = (avatar: string, size: 96 | 320) => `/api/v1/avatars/${avatar}/${size}`;

/** Replaces one's picture. `progress` goes from 0 to 1, and the server has work to do after that. */
export const putAvatar = (picture: Blob, progress: (part: number) => void) =>
  upload<Me>('PUT', '/api/v1/me/avatar', picture, progress, PATIENCE);

/** A picture as it is served, to have it when it is gone there. */
export const getAvatar = (avatar: string) =>
  take<Blob>(
    fetch(avatarPath(avatar, 320), { credentials: 'same-origin' }).then(async (response) =>
      response.ok
        ? { data: await response.blob(), response }
        : { error: await response.json().catch(() => undefined), response },
    ),
  );
