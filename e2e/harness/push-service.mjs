// A push service (RFC 8030) and the browser's half of a subscription to it (RFC 8291), on loopback. What it decrypts and
// checks is done by `http_ece` and node's own cryptography, nothing of which is in the program that is looked at.

import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { until } from './until.mjs';

const ece = createRequire(import.meta.url)('http_ece');

/** What a push service takes at least (RFC 8030, 7.2), and what most take at most. */
const MOST = 4_096;

/** One browser's subscription. */
export class Subscription {
  #keys = createECDH('prime256v1');
  #secret = randomBytes(16);
  #answers = [];

  /** What came, in order; also what was refused, with the `status` it was answered with. */
  pushes = [];

  /** @param {string} endpoint */
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.#keys.generateKeys();
  }

  /** The body of `PUT /devices/current/push`. */
  get body() {
    const text = (bytes) => bytes.toString('base64url');
    return { endpoint: this.endpoint, p256dh: text(this.#keys.getPublicKey()), auth: text(this.#secret) };
  }

  /**
   * Says how the next pushes are answered, one each; after these it is 201 again. `'silence'` never answers.
   * @param {...(number | 'silence' | { status: number, headers: Record<string, string> })} answers
   */
  answer(...answers) {
    this.#answers.push(...answers);
  }

  /** The text of an encrypted body; throws when it is not for this subscription or not whole. */
  decrypt(body) {
    const params = { version: 'aes128gcm', privateKey: this.#keys, authSecret: this.#secret.toString('base64url') };
    return ece.decrypt(body, params).toString('utf8');
  }

  /**
   * The first push from a place in `pushes` on whose message is good.
   * @param {(message: object, push: object) => boolean} good
   * @returns {Promise<{ status: number, headers: object, body: Buffer, message: object, at: number }>}
   */
  next(good = () => true, from = 0, within) {
    const find = () => this.pushes.slice(from).find((push) => good(push.message, push));
    return until('a push', find, Boolean, within);
  }

  /** Takes a push; hands back how it is answered. */
  take(headers, body) {
    const told = this.#answers.shift() ?? 201;
    const answer = typeof told === 'object' ? told : { status: told, headers: {} };
    const message = JSON.parse(this.decrypt(body));
    this.pushes.push({ status: answer.status, headers, body, message, at: Date.now() });
    return answer;
  }
}

/** A push service that listens. */
export class PushService {
  #server;
  #subscriptions = new Map();

  /** Pushes that fitted no subscription or were not whole, as sentences. */
  complaints = [];

  /** Its origin, for `--push-origins`. */
  origin = '';

  static async start() {
    const service = new PushService();
    service.#server = createServer((request, response) => service.#take(request, response));
    await new Promise((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    service.origin = `http://127.0.0.1:${service.#server.address().port}`;
    return service;
  }

  /** A new subscription, with keys of its own. */
  subscribe() {
    const path = `/push/${randomBytes(12).toString('base64url')}`;
    const subscription = new Subscription(this.origin + path);
    this.#subscriptions.set(path, subscription);
    return subscription;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const subscription = this.#subscriptions.get(request.url);
    if (request.method !== 'POST' || subscription === undefined) {
      this.complaints.push(`${request.method} ${request.url} is nobody's`);
      response.writeHead(404).end();
      return;
    }
    if (body.length > MOST) {
      this.complaints.push(`${body.length} bytes are too many`);
      response.writeHead(413).end();
      return;
    }
    try {
      const { status, headers } = subscription.take(request.headers, body);
      if (status !== 'silence') response.writeHead(status, headers).end();
    } catch (error) {
      this.complaints.push(`a push that cannot be read: ${error.message}`);
      response.writeHead(400).end();
    }
  }
}

/**
 * The claims of a VAPID header (RFC 8292), if the key that is said to have signed them did; else it throws.
 * @param {string} authorization the header
 * @param {string} key the server's public key, base64url
 */
export function vapidClaims(authorization, key) {
  const { t, k } = /^vapid t=(?<t>[\w.-]+), ?k=(?<k>[\w-]+)$/.exec(authorization)?.groups ?? {};
  if (t === undefined) throw new Error('no VAPID header');
  if (k !== key) throw new Error('another key');
  const [head, claims, signature] = t.split('.');
  const point = Buffer.from(k, 'base64url');
  if (point.length !== 65 || point[0] !== 4) throw new Error('no uncompressed point of P-256');
  const half = (from) => point.subarray(from, from + 32).toString('base64url');
  const format = { kty: 'EC', crv: 'P-256', x: half(1), y: half(33) };
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: format, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!signed) throw new Error('the signature does not fit');
  const read = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  if (read(head).alg !== 'ES256') throw new Error('not ES256');
  return read(claims);
}
