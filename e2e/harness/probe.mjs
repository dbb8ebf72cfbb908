// What a page does with media, seen from inside it: instruments put in before the page's own code, and readings.

/** @typedef {import("playwright-core").Page} Page */

/** Runs in the page, before anything else does. */
function instrument() {
  const probe = { connections: [], asked: [], tracks: [] };
  Object.defineProperty(window, 'birdcallProbe', { value: probe });

  // Whatever the page's policy forbids is a mistake of ours: it becomes an error of the page, which fails the test.
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
    setTimeout(() => {
      throw new Error(`the policy forbids it: ${violatedDirective}, ${blockedURI} ${sample}`);
    });
  });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...values) {
      super(...values);
      probe.connections.push(this);
    }
  };

  // Some browsers lack one or the other on pages that are not secure.
  const devices = navigator.mediaDevices;
  for (const name of ['getUserMedia', 'getDisplayMedia']) {
    const native = devices?.[name];
    if (!native) continue;
    devices[name] = async (constraints) => {
      probe.asked.push({ name, constraints: JSON.parse(JSON.stringify(constraints ?? {})) });
      const stream = await native.call(devices, constraints);
      probe.tracks.push(...stream.getTracks());
      return stream;
    };
  }
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    probe.tracks.push(copy);
    return copy;
  };
}

/** Puts the instruments into every page of a context. */
export async function probe(context) {
  await context.addInitScript(instrument);
}

/**
 * What was made and asked for so far.
 * @param {Page} page
 */
export function made(page) {
  return page.evaluate(() => {
    const { connections, asked, tracks } = window.birdcallProbe;
    return {
      connections: connections.map((it) => it.connectionState),
      asked: asked.map((it) => it.name),
      tracks: tracks.map((it) => ({ kind: it.kind, state: it.readyState })),
      live: tracks.filter((it) => it.readyState === 'live').map((it) => it.kind),
    };
  });
}

/**
 * Counters of the newest connection, summed for each kind.
 * @param {Page} page
 * @returns {Promise<{state: string, audio: number, video: number, frames: number, height: number, sent: number, path: string}>}
 */
export function received(page) {
  return page.evaluate(async () => {
    const connection = window.birdcallProbe.connections.at(-1);
    const sum = { state: 'none', audio: 0, video: 0, frames: 0, height: 0, sent: 0, path: '' };
    if (!connection) return sum;
    sum.state = connection.connectionState;
    if (sum.state === 'closed') return sum;
    const report = await connection.getStats();
    // A check from a relayed address can be there before its candidate is; it is then called peer-reflexive (RFC 8445,
    // 7.3.1.3). Only the relay has such an address.
    const typeOf = (candidate) =>
      candidate?.candidateType === 'prflx' && /^203\.0\.113\.[12]$/.test(candidate.address)
        ? 'relay'
        : candidate?.candidateType;
    for (const it of report.values()) {
      if (it.type === 'inbound-rtp') {
        sum[it.kind] += it.packetsReceived ?? 0;
        sum.frames += it.framesDecoded ?? 0;
        sum.height = Math.max(sum.height, it.frameHeight ?? 0);
      }
      if (it.type === 'outbound-rtp') sum.sent += it.packetsSent ?? 0;
      if (it.type === 'candidate-pair' && it.nominated && it.state === 'succeeded') {
        sum.path = `${typeOf(report.get(it.localCandidateId))}-${typeOf(report.get(it.remoteCandidateId))}`;
      }
    }
    return sum;
  });
}

/**
 * The pictures a person sees, largest first: size in pixels on the screen and mean colour.
 * @param {Page} page
 * @returns {Promise<{area: number, red: number, blue: number}[]>}
 */
export function pictures(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('video')]
      .filter((video) => video.videoWidth > 0 && video.checkVisibility())
      .map((video) => {
        const canvas = new OffscreenCanvas(16, 16).getContext('2d');
        canvas.drawImage(video, 0, 0, 16, 16);
        const { data } = canvas.getImageData(0, 0, 16, 16);
        const mean = (channel) => data.reduce((sum, it, at) => sum + (at % 4 === channel ? it : 0), 0) / 256;
        const { width, height } = video.getBoundingClientRect();
        return { area: width * height, red: mean(0), blue: mean(2) };
      })
      .sort((a, b) => b.area - a.area),
  );
}

/** How much sound is listened to at once, in milliseconds: longer than the pauses in a tone. */
const EARFUL = 600;

/** A reading that takes longer, in milliseconds, is none: a recorder can wait without end for a track that restarts. */
const DEAF = 5_000;

/**
 * What is heard right now from the other side: the strongest tone and the highest peak, from 0 to 1. Recorded and
 * decoded, because a live `AudioContext` does not run in Firefox on a machine without a sound card.
 * @param {Page} page
 * @returns {Promise<{hertz: number, peak: number}>}
 */
export function heard(page) {
  let timer;
  const deaf = new Promise((resolve) => {
    // Neither a tone nor silence.
    timer = setTimeout(resolve, DEAF, { hertz: 0, peak: Number.NaN });
  });
  return Promise.race([listen(page), deaf]).finally(() => clearTimeout(timer));
}

function listen(page) {
  return page.evaluate(async (earful) => {
    const silence = { hertz: 0, peak: 0 };
    const connection = window.birdcallProbe.connections.at(-1);
    const track = connection?.getReceivers().find((it) => it.track.kind === 'audio')?.track;
    if (track?.readyState !== 'live') return silence;

    const recorder = new MediaRecorder(new MediaStream([track]));
    const pieces = [];
    recorder.addEventListener('dataavailable', (event) => pieces.push(event.data));
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
    recorder.start();
    setTimeout(() => recorder.state === 'recording' && recorder.stop(), earful);
    await stopped;
    const recording = await new Blob(pieces).arrayBuffer();
    if (recording.byteLength === 0) return silence;

    const rate = 48_000;
    // A recording in which nothing arrived, because the connection was closed or started over, cannot be decoded.
    const sound = await new OfflineAudioContext(1, rate, rate).decodeAudioData(recording).catch(() => null);
    if (!sound) return silence;
    const wave = sound.getChannelData(0);
    const peak = wave.reduce((most, it) => Math.max(most, Math.abs(it)), 0);
    // Goertzel's filter at every 5 Hz: the strongest answer is the tone.
    let strongest = { hertz: 0, power: 0 };
    for (let hertz = 200; hertz <= 2_000; hertz += 5) {
      const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
      let last = 0;
      let before = 0;
      for (const it of wave) [last, before] = [it + turn * last - before, last];
      const power = last * last + before * before - turn * last * before;
      if (power > strongest.power) strongest = { hertz, power };
    }
    return { hertz: peak > 0.001 ? strongest.hertz : 0, peak };
  }, EARFUL);
}

/**
 * Whether a tone was heard; speech processing and clocks shift it a little.
 * @param {number} hertz
 */
export const tone = (hertz) => (sound) => Math.abs(sound.hertz - hertz) <= 15 && sound.peak > 0.01;

/** Whether nothing was heard. */
export const silent = (sound) => sound.peak < 0.001;
