// A face that can be told from others: an uncompressed film (YUV4MPEG2) of somebody talking, drawn from a few shapes.

import { writeFileSync } from 'node:fs';

const WIDTH = 960;
const HEIGHT = 540;
const FRAMES = 12;
const RATE = 12;

/** @typedef {[number, number, number]} Colour red, green, blue, from 0 to 255 */
/** @typedef {{ wall: [Colour, Colour], skin: Colour, hair: Colour, shirt: Colour }} Face */

/** In front of something blue. @type {Face} */
export const BLUE = {
  wall: [
    [23, 78, 106],
    [96, 164, 180],
  ],
  skin: [233, 188, 150],
  hair: [74, 44, 30],
  shirt: [240, 196, 92],
};

/** In front of something red. @type {Face} */
export const RED = {
  wall: [
    [122, 52, 44],
    [224, 158, 112],
  ],
  skin: [150, 100, 70],
  hair: [30, 26, 28],
  shirt: [226, 232, 228],
};

/**
 * One second of film, repeated by the browser.
 * @param {string} file
 * @param {Face} face
 */
export function writeFilm(file, face) {
  const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420mpeg2\n`)];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    parts.push(Buffer.from('FRAME\n'), draw(face, frame / FRAMES));
  }
  writeFileSync(file, Buffer.concat(parts));
}

function draw(face, time) {
  const canvas = new Float32Array(3 * WIDTH * HEIGHT);
  paintWall(canvas, face.wall);
  const sway = Math.sin(2 * Math.PI * time);
  const hx = 0.012 * sway;
  const hy = -0.06 + 0.006 * Math.sin(4 * Math.PI * time);
  const mouth = 0.012 + 0.012 * Math.abs(Math.sin(6 * Math.PI * time));
  const darker = face.skin.map((it) => it * 0.88);
  const oval = (paint, ...shape) => paintOval(canvas, paint, ...shape);
  oval(face.hair, hx, hy - 0.035, 0.185, 0.225);
  oval(face.shirt, 0.006 * sway, 0.56, 0.4, 0.3);
  oval(darker, hx, hy + 0.2, 0.075, 0.12);
  oval(face.skin, hx, hy, 0.15, 0.19);
  oval(face.hair, hx - 0.03, hy - 0.165, 0.15, 0.075);
  for (const side of [-1, 1]) {
    oval([32, 28, 28], hx + 0.055 * side, hy + 0.005, 0.013, 0.017);
    oval(face.hair, hx + 0.055 * side, hy - 0.04, 0.028, 0.006);
  }
  oval(darker, hx, hy + 0.045, 0.014, 0.022);
  oval([140, 48, 52], hx, hy + 0.105, 0.042, mouth);
  return encode(canvas);
}

function paintWall(canvas, [from, to]) {
  for (let y = 0, at = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1, at += 3) {
      const part = clamp(0.8 - (0.5 * y) / HEIGHT + (0.25 * (x - WIDTH / 2)) / HEIGHT);
      for (let it = 0; it < 3; it += 1) canvas[at + it] = from[it] + (to[it] - from[it]) * part;
    }
  }
}

/** An oval with an edge two pixels soft. The picture is one high, its middle is the origin, down is positive. */
function paintOval(canvas, paint, middleX, middleY, across, down) {
  const left = Math.max(0, Math.floor(WIDTH / 2 + (middleX - across) * HEIGHT) - 2);
  const right = Math.min(WIDTH, Math.ceil(WIDTH / 2 + (middleX + across) * HEIGHT) + 2);
  const top = Math.max(0, Math.floor((0.5 + middleY - down) * HEIGHT) - 2);
  const bottom = Math.min(HEIGHT, Math.ceil((0.5 + middleY + down) * HEIGHT) + 2);
  const softness = (Math.min(across, down) * HEIGHT) / 2;
  for (let y = top; y < bottom; y += 1) {
    const v = (y / HEIGHT - 0.5 - middleY) / down;
    for (let x = left; x < right; x += 1) {
      const u = ((x - WIDTH / 2) / HEIGHT - middleX) / across;
      const cover = clamp(0.5 - (Math.sqrt(u * u + v * v) - 1) * softness);
      const at = 3 * (y * WIDTH + x);
      for (let it = 0; it < 3; it += 1) canvas[at + it] += (paint[it] - canvas[at + it]) * cover;
    }
  }
}

/** To luma and halved chroma (ITU-R BT.601, video range). */
function encode(canvas) {
  const luma = new Uint8Array(WIDTH * HEIGHT);
  const blue = new Uint8Array((WIDTH * HEIGHT) / 4);
  const red = new Uint8Array((WIDTH * HEIGHT) / 4);
  for (let y = 0, at = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1, at += 3) {
      const r = canvas[at];
      const g = canvas[at + 1];
      const b = canvas[at + 2];
      luma[y * WIDTH + x] = 16 + 0.2568 * r + 0.5041 * g + 0.0979 * b;
      if (x % 2 === 0 && y % 2 === 0) {
        const half = ((y / 2) * WIDTH) / 2 + x / 2;
        blue[half] = 128 - 0.1482 * r - 0.291 * g + 0.4392 * b;
        red[half] = 128 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
      }
    }
  }
  return Buffer.concat([luma, blue, red]);
}

function clamp(it) {
  return Math.min(1, Math.max(0, it));
}
