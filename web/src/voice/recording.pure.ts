// A voice message being made (M-5): asked for, recorded, looked at, sent. Time is an argument; the sound itself is the
// recorder's.

/** As long as the server takes, in milliseconds. */
export const LONGEST = 120_000;
/** From here on what is left is said. */
export const NEAR_END = 10_000;
/** Levels that are drawn, one each tenth of a second; more are a wider picture. */
export const LEVELS = 48;

/** Why there is no recording. */
export type VoiceTrouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'unsupported' | 'empty' | 'other';

/** Where it stands. */
export type Recording =
  | { readonly phase: 'asking' }
  | { readonly phase: 'recording'; readonly ms: number; readonly levels: readonly number[] }
  /** The last of the sound is on its way from the recorder. */
  | { readonly phase: 'stopping'; readonly ms: number; readonly why: Stopped }
  | { readonly phase: 'ready'; readonly ms: number; readonly why: Stopped }
  | { readonly phase: 'trouble'; readonly trouble: VoiceTrouble }
  | { readonly phase: 'gone' };

/** What ended it: a press, its length, or a call, which needs the microphone. */
export type Stopped = 'pressed' | 'full' | 'call';

export type RecordingEvent =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly trouble: VoiceTrouble }
  /** So much is recorded, and this loud, from 0 to 1. */
  | { readonly type: 'heard'; readonly ms: number; readonly level: number }
  | { readonly type: 'stop' }
  | { readonly type: 'call' }
  /** The recorder gave what it had. */
  | { readonly type: 'finished'; readonly bytes: number }
  | { readonly type: 'again' }
  | { readonly type: 'discard' };

/** What has to be done. */
export type RecordingEffect = 'open' | 'stop' | 'close';

export const started: Recording = { phase: 'asking' };

/** What happens at an event. */
export function record(now: Recording, event: RecordingEvent): readonly [Recording, readonly RecordingEffect[]] {
  if (event.type === 'discard') return now.phase === 'gone' ? [now, []] : [{ phase: 'gone' }, ['close']];
  switch (now.phase) {
    case 'asking':
      if (event.type === 'opened') return [{ phase: 'recording', ms: 0, levels: [] }, []];
      if (event.type === 'failed') return [{ phase: 'trouble', trouble: event.trouble }, ['close']];
      // The call has the microphone; a question that is still open is given up.
      if (event.type === 'call' || event.type === 'stop') return [{ phase: 'gone' }, ['close']];
      return [now, []];
    case 'recording':
      switch (event.type) {
        case 'heard':
          if (event.ms >= LONGEST) return stop(LONGEST, 'full');
          return [{ ...now, ms: event.ms, levels: [...now.levels, event.level].slice(-LEVELS) }, []];
        case 'stop':
          return stop(now.ms, 'pressed');
        case 'call':
          return stop(now.ms, 'call');
        case 'failed':
          // The microphone was unplugged: what there is stays.
          return stop(now.ms, 'pressed');
        case 'finished':
          return finish(now.ms, 'pressed', event.bytes);
        case 'opened':
        case 'again':
          return [now, []];
      }
      break;
    case 'stopping':
      if (event.type === 'finished') return finish(now.ms, now.why, event.bytes);
      return [now, []];
    case 'trouble':
      return event.type === 'again' ? [started, ['open']] : [now, []];
    case 'ready':
    case 'gone':
      return [now, []];
  }
}

function stop(ms: number, why: Stopped): readonly [Recording, readonly RecordingEffect[]] {
  return [{ phase: 'stopping', ms, why }, ['stop']];
}

function finish(ms: number, why: Stopped, bytes: number): readonly [Recording, readonly RecordingEffect[]] {
  const next: Recording = bytes === 0 ? { phase: 'trouble', trouble: 'empty' } : { phase: 'ready', ms, why };
  return [next, ['close']];
}

/** The seconds that the server is told: whole ones, 1 to 120. */
export function secondsOf(ms: number): number {
  return Math.min(LONGEST / 1_000, Math.max(1, Math.round(ms / 1_000)));
}

/** Seconds that are left, once they have to be said. */
export function secondsLeft(ms: number): number | undefined {
  return LONGEST - ms > NEAR_END ? undefined : Math.max(0, Math.ceil((LONGEST - ms) / 1_000));
}

/** What browsers can record and the server keeps: Opus in WebM or Ogg, MP4 where there is nothing else. */
const KINDS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

/** The first kind that this browser records. */
export function kindOf(supported: (kind: string) => boolean): string | undefined {
  return KINDS.find(supported);
}

/** How loud a piece of sound is, from 0 to 1, as an ear would say: its mean power on a scale of 50 dB. */
export function loudness(wave: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < wave.length; at += 1) sum += (wave[at] ?? 0) ** 2;
  const power = sum / Math.max(1, wave.length);
  if (power === 0) return 0;
  return Math.min(1, Math.max(0, 1 + Math.log10(power) / 5));
}
