// Somebody signed in with a program of his own: the same HTTP and the same socket as the page, without its manners.

/** A device. */
export class Client {
  #origin;
  #cookie = '';
  #socket;
  #frames = [];
  #texts = [];

  /** @param {string} origin of the page */
  constructor(origin) {
    this.#origin = origin;
  }

  /** Signs in and opens the socket. */
  async signIn(handle, password) {
    const answer = await this.#fetch('POST', '/sessions', { handle, password });
    this.#cookie = answer.headers.getSetCookie()[0].split(';')[0];
    const url = `${this.#origin.replace(/^http/, 'ws')}/api/v1/socket`;
    this.#socket = new WebSocket(url, { headers: { cookie: this.#cookie } });
    this.#socket.addEventListener('message', ({ data }) => {
      this.#texts.push(data);
      this.#frames.push(JSON.parse(data));
    });
    await new Promise((resolve, reject) => {
      this.#socket.addEventListener('open', resolve);
      this.#socket.addEventListener('error', ({ error, message }) => reject(error ?? new Error(message)));
    });
  }

  /** Asks by HTTP. */
  async ask(method, path, body) {
    const answer = await this.#fetch(method, path, body);
    const text = await answer.text();
    this.#texts.push(text, JSON.stringify([...answer.headers]));
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Sends a frame. */
  send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  /**
   * The next frame of a type, from a place in the list of all frames on.
   * @returns {Promise<{ frame: object, place: number }>} with the place behind it
   */
  async next(type, place = 0, within = 20_000) {
    const end = Date.now() + within;
    for (;;) {
      const at = this.#frames.findIndex((frame, index) => index >= place && frame.type === type);
      if (at >= 0) return { frame: this.#frames[at], place: at + 1 };
      if (Date.now() > end)
        throw new Error(`no ${type} within ${within} ms: ${JSON.stringify(this.#frames.slice(place))}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** How many frames came so far. */
  place() {
    return this.#frames.length;
  }

  /** All that this device was told: frames, bodies and headers. */
  told() {
    return this.#texts;
  }

  async close() {
    this.#socket?.close();
  }

  #fetch(method, path, body) {
    return fetch(`${this.#origin}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(this.#cookie ? { cookie: this.#cookie } : {}) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }
}
