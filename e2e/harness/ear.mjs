// When a page lets its person hear something, press something and see it ring, to a few milliseconds. Chromium only:
// it hands out the sound of a track in pieces of 10 ms, as it is played.

/** Runs in the page, before anything else does. */
function listen() {
  /** Quieter is no voice. */
  const LOUD = 0.02;
  /** Pieces that follow each other this soon are one sound. */
  const JOINED = 40;

  const ear = { sounds: [], pressed: {}, rang: null };
  Object.defineProperty(window, 'birdcallEar', { value: ear });
  const now = () => performance.timeOrigin + performance.now();

  // What arrives and is not played is not heard: a connection can be ready before it takes over from another.
  const speakers = new Set();
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(stream) {
      source.set.call(this, stream);
      if (stream) speakers.add(this);
      else speakers.delete(this);
    },
  });
  const plays = (track) => [...speakers].some((it) => !it.paused && it.srcObject.getTracks().includes(track));

  const follow = async (track) => {
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const wave = new Float32Array(value.numberOfFrames);
      value.copyTo(wave, { planeIndex: 0, format: 'f32-planar' });
      value.close();
      if (!wave.some((it) => Math.abs(it) > LOUD) || !plays(track)) continue;
      const at = now();
      const last = ear.sounds.at(-1);
      if (last && at - last[1] <= JOINED) last[1] = at;
      else ear.sounds.push([at, at]);
    }
  };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...values) {
      super(...values);
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') void follow(track);
      });
    }
  };

  const press = ({ target }) => {
    const name = target.closest?.('button, [role=menuitem]')?.textContent.trim();
    if (name) ear.pressed[name] = now();
  };
  document.addEventListener('click', press, { capture: true });

  const rings = () => [...document.querySelectorAll('button')].some((it) => it.textContent.trim() === 'Accept');
  new MutationObserver(() => {
    if (!rings()) ear.rang = null;
    // With the next picture that the browser draws a person can see it.
    else
      ear.rang ??=
        requestAnimationFrame(() =>
          setTimeout(() => {
            ear.rang = now();
          }),
        ) && Number.NaN;
  }).observe(document, { childList: true, subtree: true });
}

/** Puts an ear into every page of a context. */
export async function giveEar(context) {
  await context.addInitScript(listen);
}

/**
 * What was heard since a time, as spans of sound; when buttons were pressed; since when it rings.
 * Times are milliseconds since 1970 by the machine's clock, which all pages share.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ sounds: [number, number][], pressed: Record<string, number>, rang: number | null }>}
 */
export function told(page, since = 0) {
  return page.evaluate((since) => {
    const { sounds, pressed, rang } = window.birdcallEar;
    return { sounds: sounds.filter(([, end]) => end >= since), pressed, rang: Number.isNaN(rang) ? null : rang };
  }, since);
}

/**
 * Silences of at least a length between two times.
 * @param {[number, number][]} sounds
 * @returns {[number, number][]}
 */
export function silences(sounds, from, to, least) {
  const found = [];
  let end = from;
  for (const [start, stop] of [...sounds, [to, to]]) {
    if (start - end > least) found.push([end, Math.min(start, to)]);
    end = Math.max(end, stop);
    if (end >= to) break;
  }
  return found;
}
