// People without the app, who ask the server as programs do: a crowd costs little then.

import { PASSWORD } from './people.mjs';

/** A person without the app, who asks the server as a program does. */
export async function somebody(browser, server, handle) {
  const context = await browser.newContext({ baseURL: server.url });
  const ask = async (method, path, data) => {
    const answer = await context.request.fetch(`/api/v1${path}`, { method, data });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
  };
  await ask('POST', '/accounts', { handle, password: PASSWORD, name: handle });
  return { context, handle, ask };
}

let keys = 0;

/** A frame that sends a text to somebody, once. */
export const message = (to, text) => {
  keys += 1;
  return { type: 'send', key: `00000000-0000-4000-8000-${String(keys).padStart(12, '0')}`, to, text };
};

/** Says something on a socket of one's own, and hears that it was taken. */
export const say = (person, frames, answer) =>
  person.page.evaluate(
    ([frames, answer]) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket('/api/v1/socket');
        let heard = 0;
        socket.onmessage = ({ data }) => {
          const { type } = JSON.parse(data);
          if (type === 'welcome') for (const frame of frames) socket.send(JSON.stringify(frame));
          if (type === 'refused') reject(new Error(data));
          if (type === answer) heard += 1;
          if (heard === frames.length) {
            socket.close();
            resolve();
          }
        };
      }),
    [frames, answer],
  );
