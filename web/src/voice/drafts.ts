/** A recording that was stopped and is not sent. */
export interface VoiceDraft {
  readonly sound: Blob;
  readonly ms: number;
  /** A call cut it short, or its length did. */
  readonly why: 'pressed' | 'full' | 'call';
}

/** Recordings that were not sent when their conversation was left, by handle; for as long as the page lives. */
export const voiceDrafts = new Map<string, VoiceDraft>();
