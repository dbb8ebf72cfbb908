// Many messages at once, by the API: as many as a test needs, and no more.

/** Bounds a test's wish, so that no test takes minutes. */
const MOST = 5_000;

/**
 * Writes messages from one person to another over a socket of the writer's page, as fast as they are taken.
 * @param {import("./people.mjs").Person} from
 * @param {import("./people.mjs").Person} to
 * @param {number} count
 * @param {(n: number) => string} text
 */
export async function seed(from, to, count, text) {
  if (count > MOST) throw new Error(`${count} messages are more than ${MOST}`);
  const texts = Array.from({ length: count }, (_, n) => text(n));
  await from.page.evaluate(
    ([to, texts]) =>
      new Promise((done, failed) => {
        const url = new URL('/api/v1/socket', location.href);
        url.protocol = 'ws:';
        const socket = new WebSocket(url);
        let next = 0;
        let waited = 0;
        const send = () =>
          socket.send(JSON.stringify({ type: 'send', key: `seed-${next}-${texts.length}`, to, text: texts[next] }));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === 'welcome') send();
          if (frame.type === 'refused' && frame.code === 'too_many' && waited < 1_000) {
            // The door of messages: it lets one in ten times a second.
            waited += 1;
            setTimeout(send, 150);
          } else if (frame.type === 'refused') failed(new Error(frame.code));
          if (frame.type !== 'sent') return;
          next += 1;
          if (next < texts.length) send();
          else {
            socket.close();
            done();
          }
        };
        socket.onerror = () => failed(new Error('the socket failed'));
      }),
    [to.handle, texts],
  );
}
