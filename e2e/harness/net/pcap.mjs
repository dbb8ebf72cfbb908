// Captures as tcpdump writes them: the file header, then records (draft-ietf-opsawg-pcap).

const HEADER = 24;
const RECORD = 16;
const ETHERNET = 1;

/** Magic numbers: whether the file is little-endian, and how many of its fractions make a millisecond. */
const KINDS = new Map([
  ['d4c3b2a1', { little: true, perMilli: 1e3 }],
  ['a1b2c3d4', { little: false, perMilli: 1e3 }],
  ['4d3cb2a1', { little: true, perMilli: 1e6 }],
  ['a1b23c4d', { little: false, perMilli: 1e6 }],
]);

/** Reads a capture piece by piece, as it comes out of a pipe. */
export class PcapReader {
  #rest = Buffer.alloc(0);
  #kind;

  /**
   * @param {Buffer} piece
   * @returns {{ time: number, frame: Buffer }[]} whole frames, with the time in milliseconds since 1970
   */
  push(piece) {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const found = [];
    let at = this.#kind ? 0 : this.#begin();
    while (this.#kind && this.#rest.length - at >= RECORD) {
      const kept = this.#number(at + 8);
      const length = this.#number(at + 12);
      if (kept !== length) throw new Error(`a frame of ${length} bytes was cut to ${kept}`);
      if (this.#rest.length - at < RECORD + kept) break;
      const time = this.#number(at) * 1_000 + this.#number(at + 4) / this.#kind.perMilli;
      found.push({ time, frame: this.#rest.subarray(at + RECORD, at + RECORD + kept) });
      at += RECORD + kept;
    }
    this.#rest = this.#rest.subarray(at);
    return found;
  }

  #begin() {
    if (this.#rest.length < HEADER) return 0;
    const magic = this.#rest.toString('hex', 0, 4);
    this.#kind = KINDS.get(magic);
    if (!this.#kind) throw new Error(`no capture begins with ${magic}`);
    const link = this.#number(20) & 0xffff;
    if (link !== ETHERNET) throw new Error(`link type ${link} is not Ethernet`);
    return HEADER;
  }

  #number(at) {
    return this.#kind.little ? this.#rest.readUInt32LE(at) : this.#rest.readUInt32BE(at);
  }
}

/**
 * A capture for other tools to read.
 * @param {{ time: number, frame: Buffer }[]} packets
 */
export function writePcap(packets) {
  const header = Buffer.alloc(HEADER);
  header.write('d4c3b2a1', 'hex');
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(ETHERNET, 20);
  const parts = [header];
  for (const { time, frame } of packets) {
    const record = Buffer.alloc(RECORD);
    record.writeUInt32LE(Math.floor(time / 1_000), 0);
    record.writeUInt32LE(Math.floor((time % 1_000) * 1_000), 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, frame);
  }
  return Buffer.concat(parts);
}
