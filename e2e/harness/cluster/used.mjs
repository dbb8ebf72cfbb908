// What a page does with its connections while nodes come and go: over which relay media goes, which connection was there
// when, and what the person before it read of that.

/** Runs in the page, before anything else does. */
function note() {
  const notes = { connections: [], read: [] };
  Object.defineProperty(window, 'birdcallNotes', { value: notes });
  const now = () => performance.timeOrigin + performance.now();
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    #note = { up: null, closed: null };

    constructor(...values) {
      super(...values);
      notes.connections.push(this.#note);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') this.#note.up ??= now();
      });
    }

    close() {
      this.#note.closed ??= now();
      super.close();
    }
  };
  new MutationObserver(() => {
    const words = document.body?.textContent.match(/Reconnecting|Trying again|cannot be heard|out of reach/);
    if (words && notes.read.at(-1) !== words[0]) notes.read.push(words[0]);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

/** Puts a notebook into every page of a context. */
export async function noteConnections(context) {
  await context.addInitScript(note);
}

/** Runs in the page, before anything else does. */
function onlyByRelay() {
  const Native = window.RTCPeerConnection;
  const narrow = (rules) => ({ ...rules, iceTransportPolicy: 'relay' });
  window.RTCPeerConnection = class extends Native {
    constructor(rules) {
      super(narrow(rules));
    }

    setConfiguration(rules) {
      super.setConfiguration(narrow(rules));
    }
  };
}

/** Lets the pages of a context find no way but the relay, as behind a firewall. The page itself does not know. */
export async function letOnlyRelay(context) {
  await context.addInitScript(onlyByRelay);
}

/**
 * When connections came up and were closed, in the order in which they were made, in milliseconds since 1970; and what
 * stood on the page that tells of a connection that is lost.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ connections: { up: number | null, closed: number | null }[], read: string[] }>}
 */
export function noted(page) {
  return page.evaluate(() => window.birdcallNotes);
}

/**
 * The URL of the relay that the chosen pair's own end is at, by the newest connection; null on a direct path.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string | null>}
 */
export function relayUsed(page) {
  return page.evaluate(async () => {
    const connection = window.birdcallProbe.connections.at(-1);
    const report = await connection.getStats();
    for (const it of report.values()) {
      if (it.type !== 'transport' || !it.selectedCandidatePairId) continue;
      return report.get(report.get(it.selectedCandidatePairId)?.localCandidateId)?.url ?? null;
    }
    return null;
  });
}
