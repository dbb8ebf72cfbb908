// Sound that plays: one at a time, and with a length.
let playing: HTMLAudioElement | undefined;

/** Whatever else plays is paused. */
export function onlyThis(audio: HTMLAudioElement): void {
  if (playing !== audio) playing?.pause();
  playing = audio;
}

/** A browser that cannot say it in this time plays all the same; only moving about is coarser. */
const PATIENCE = 2_000;

/**
 * Waits until the browser knows how long it is. Chromium writes no length into what it records, and learns it only by a
 * look at the end; before that no place in it can be gone to.
 */
export async function toldLength(audio: HTMLAudioElement): Promise<void> {
  audio.preload = 'auto';
  audio.load();
  await heard(audio, 'loadedmetadata');
  if (Number.isFinite(audio.duration)) return;
  audio.currentTime = Number.MAX_SAFE_INTEGER;
  await heard(audio, 'durationchange');
  audio.currentTime = 0;
  await heard(audio, 'seeked');
}

/** Resolves at the event, or after a while; rejects when the sound is none. */
function heard(audio: HTMLAudioElement, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const { signal } = done;
    const timer = setTimeout(finish, PATIENCE);
    function finish() {
      clearTimeout(timer);
      done.abort();
      resolve();
    }
    audio.addEventListener(name, finish, { signal });
    const fail = () => {
      // First, or it would count as heard.
      reject(audio.error);
      finish();
    };
    audio.addEventListener('error', fail, { signal });
  });
}
