// What of the stored feed this page has processed. Frames with a cursor come in order and none is left out; after a
// new connection the server starts after the cursor we name. A page that was just loaded names none: it reads
// everything over HTTP and goes on from where `welcome` says.
import type { ServerFrame } from '../api/types';

/** The newest cursor processed; null before the first `welcome`. */
export type Cursor = number | null;

/** What to do with a frame. */
export interface Heed {
  readonly cursor: Cursor;
  /** False: it was processed before. */
  readonly fresh: boolean;
  /** What was loaded may lack something: load it anew. */
  readonly reload: boolean;
}

/** Follows the feed by one frame. */
export function follow(cursor: Cursor, frame: ServerFrame): Heed {
  if (frame.type === 'welcome') {
    const reload = cursor === null || frame.reset;
    return { cursor: reload ? frame.cursor : cursor, fresh: true, reload };
  }
  if ('cursor' in frame) {
    const fresh = cursor === null || frame.cursor > cursor;
    return { cursor: fresh ? frame.cursor : cursor, fresh, reload: false };
  }
  return { cursor, fresh: true, reload: false };
}
