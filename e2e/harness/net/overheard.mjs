// What a page is told, after its browser has taken off all encryption: frames of the socket, answers of HTTP, and what
// `RTCPeerConnection` says.

/**
 * How long an answer is waited for, in milliseconds. Of some that a page goes away from before they have come, the driver
 * never says how they ended.
 */
const GONE = 5_000;

/** What a promise comes to, or something else if it does not. */
function within(promise, otherwise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, GONE, otherwise);
  });
  return Promise.race([promise.catch(() => otherwise), late]).finally(() => clearTimeout(timer));
}

/** Notes everything, from the moment it is made. */
export class Overheard {
  /** @type {{ where: string, what: Buffer }[]} */
  #notes = [];
  #pending = new Set();
  #person;

  /** @param {import('../people.mjs').Person} person who has a page and has not signed in */
  constructor(person) {
    this.#person = person;
    const { page } = person;
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => this.#note('a frame', payload));
    });
    page.on('response', (response) => {
      const reading = this.#response(response).finally(() => this.#pending.delete(reading));
      this.#pending.add(reading);
    });
  }

  /** A place in the notes. */
  get place() {
    return this.#notes.length;
  }

  /** Notes what the peer connections say right now. */
  async listen() {
    this.#note('a peer connection', JSON.stringify(await connections(this.#person.page)));
  }

  /** Everything noted from a place on, with where it was heard. */
  async since(place = 0) {
    await Promise.all(this.#pending);
    return this.#notes.slice(place);
  }

  async #response(response) {
    const url = new URL(response.url());
    const where = `the answer to ${response.request().method()} ${url.pathname}`;
    const headers = await within(response.allHeaders(), response.headers());
    this.#note(`${where}, headers`, JSON.stringify(headers));
    // Without a body: redirects, and what the page went away from.
    const body = await within(response.body(), Buffer.alloc(0));
    this.#note(where, body);
  }

  #note(where, what) {
    this.#notes.push({ where, what: Buffer.from(what) });
  }
}

/** All that a page can read about its open connections: statistics, descriptions and how they were configured. */
export function connections(page) {
  return page.evaluate(() => {
    const open = window.birdcallProbe.connections.filter((it) => it.connectionState !== 'closed');
    return Promise.all(
      open.map(async (connection) => ({
        state: connection.connectionState,
        local: connection.localDescription?.sdp,
        remote: connection.remoteDescription?.sdp,
        configuration: connection.getConfiguration(),
        statistics: [...(await connection.getStats().catch(() => new Map())).values()],
      })),
    );
  });
}
