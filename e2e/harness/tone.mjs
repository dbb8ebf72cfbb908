// A voice that can be told from others: a WAV file with one tone.

import { writeFileSync } from 'node:fs';

const RATE = 48_000;

/** The tone comes in syllables: a steady one is what noise suppression takes out. */
const SYLLABLE = 0.3;
const PAUSE = 0.1;

/** Two seconds of sound, repeated by the browser; a whole number of waves, so that no click is heard. */
export function writeTone(file, hertz) {
  const samples = new Int16Array(RATE * 2);
  for (let i = 0; i < samples.length; i += 1) {
    const second = i / RATE;
    const inside = second % (SYLLABLE + PAUSE);
    // Rising and falling softly keeps all energy at the tone itself.
    const edge = Math.min(inside, SYLLABLE - inside) / 0.02;
    const loudness = inside < SYLLABLE ? 0.5 * Math.min(1, edge) : 0;
    samples[i] = Math.round(32_767 * loudness * Math.sin(2 * Math.PI * hertz * second));
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  writeFileSync(file, Buffer.concat([header, Buffer.from(samples.buffer)]));
}
