// A TURN client over UDP that can also do what none should.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ATTRIBUTES, addressIn, errorOf, isStun, longTermKey, METHODS, read, Writer } from './stun.mjs';

/** How often a request is said again, and how long each time is waited for an answer, in milliseconds. */
const TRIES = 4;
const WAIT = 500;

const UDP = Buffer.from([17, 0, 0, 0]);

/**
 * @typedef {{ address: string, port: number }} Place
 */

/** One allocation, or the try to get one. */
export class Turn {
  #socket;
  #relay;
  #credential;
  #waiting = new Map();
  #heard = [];
  #realm = '';
  #nonce = Buffer.alloc(0);

  /**
   * @param {Place} relay
   * @param {{ username: string, credential: string }} credential
   */
  constructor(relay, { username, credential }) {
    this.#relay = relay;
    this.#credential = { username, password: credential };
  }

  async #open() {
    this.#socket = createSocket(this.#relay.address.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('message', (bytes) => this.#take(bytes));
    this.#socket.bind(0);
    await once(this.#socket, 'listening');
  }

  /** Allocates. @returns {Promise<{ error: number, relayed?: Place }>} */
  async allocate() {
    if (!this.#socket) await this.#open();
    const write = (request) => request.put(ATTRIBUTES.transport, UDP);
    const answer = await this.#ask(METHODS.allocate, write);
    const relayed = answer.attributes.get(ATTRIBUTES.relayed);
    return { error: errorOf(answer), relayed: relayed && addressIn(relayed, answer.transaction) };
  }

  /** Permits peers. @returns {Promise<number>} the error, or 0 */
  async permit(...peers) {
    return errorOf(await this.#ask(METHODS.createPermission, (request) => peersOf(request, peers)));
  }

  /** Permits peers, with more peers where nothing counts any more: behind MESSAGE-INTEGRITY. */
  async permitBehindIntegrity(peers, behind) {
    const write = (request) => peersOf(request, peers);
    return errorOf(await this.#ask(METHODS.createPermission, write, (request) => peersOf(request, behind)));
  }

  /** Binds a channel. @returns {Promise<number>} the error, or 0 */
  async bind(channel, peer) {
    const number = Buffer.alloc(4);
    number.writeUInt16BE(channel, 0);
    const write = (request) => peersOf(request.put(ATTRIBUTES.channelNumber, number), [peer]);
    return errorOf(await this.#ask(METHODS.channelBind, write));
  }

  /** Sends a payload to a peer, without asking first. The payload is told in hex. */
  async indicate(peer, payload) {
    const message = peersOf(new Writer('indication', METHODS.send), [peer]);
    this.#send(message.put(ATTRIBUTES.data, Buffer.from(payload, 'hex')).bytes());
  }

  /** Sends a payload into a channel. */
  async push(channel, payload) {
    const bytes = Buffer.from(payload, 'hex');
    const header = Buffer.alloc(4);
    header.writeUInt16BE(channel, 0);
    header.writeUInt16BE(bytes.length, 2);
    this.#send(Buffer.concat([header, bytes]));
  }

  /** Everything that came from the relay, in hex, answers to requests included. */
  heard() {
    return this.#heard.map((bytes) => bytes.toString('hex'));
  }

  /** Payloads that came from a peer, in hex. */
  payloads() {
    return this.#heard
      .filter((bytes) => isStun(bytes) && read(bytes).attributes.has(ATTRIBUTES.data))
      .map((bytes) => read(bytes).attributes.get(ATTRIBUTES.data).toString('hex'));
  }

  close() {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Asks, with credentials as soon as the relay has said its realm; a nonce that is too old is replaced once. */
  async #ask(method, write, behind) {
    let answer;
    for (let round = 0; round < 3; round += 1) {
      answer = await this.#once(method, write, behind);
      if (![401, 438].includes(errorOf(answer))) break;
      const nonce = answer.attributes.get(ATTRIBUTES.nonce);
      if (!nonce || (errorOf(answer) === 401 && round > 0)) break;
      this.#nonce = nonce;
      this.#realm = answer.attributes.get(ATTRIBUTES.realm)?.toString() ?? this.#realm;
    }
    return answer;
  }

  async #once(method, write, behind = () => {}) {
    const request = new Writer('request', method);
    write(request);
    if (this.#realm) {
      const { username, password } = this.#credential;
      request
        .put(ATTRIBUTES.username, Buffer.from(username))
        .put(ATTRIBUTES.realm, Buffer.from(this.#realm))
        .put(ATTRIBUTES.nonce, this.#nonce)
        .integrity(longTermKey(username, this.#realm, password));
    }
    behind(request);
    const name = request.transaction.toString('hex');
    for (let left = TRIES; left > 0; left -= 1) {
      this.#send(request.bytes());
      const answer = await this.#answer(name);
      if (answer) return answer;
    }
    throw new Error('the relay does not answer');
  }

  #answer(name) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), WAIT);
      this.#waiting.set(name, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  #send(bytes) {
    this.#socket.send(bytes, this.#relay.port, this.#relay.address);
  }

  #take(bytes) {
    this.#heard.push(bytes);
    if (!isStun(bytes)) return;
    const message = read(bytes);
    const name = message.transaction.toString('hex');
    this.#waiting.get(name)?.(message);
    this.#waiting.delete(name);
  }
}

function peersOf(request, peers) {
  for (const peer of peers) request.address(ATTRIBUTES.peer, peer);
  return request;
}
