// UDP from inside a namespace.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A socket that sends, answers and remembers. */
export class Datagrams {
  #socket;
  #arrived = [];

  /** Binds to any port of an address, and hands that port back. */
  async bind(address, port = 0) {
    this.#socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('message', (bytes, from) => this.#arrived.push({ text: bytes.toString('latin1'), from }));
    this.#socket.bind(port, address);
    await once(this.#socket, 'listening');
    return this.#socket.address().port;
  }

  /** Sends back whatever comes. */
  echo() {
    this.#socket.on('message', (bytes, { port, address }) => this.#socket.send(bytes, port, address));
  }

  /** Sends a text. */
  send(text, port, address) {
    return new Promise((resolve, reject) => {
      this.#socket.send(Buffer.from(text, 'latin1'), port, address, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** What came so far. */
  arrived() {
    return this.#arrived;
  }

  close() {
    this.#socket.close();
  }
}
