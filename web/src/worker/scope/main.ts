// The service worker: what runs of Birdcall while no page of it is open. It keeps the app for a start without network, and
// shows what pushes say. Rules are in the pure files beside this folder; here are the browser's events and what is done
// about them.
import { meaningOf } from '../notes.pure';
import { readToWorker } from '../talk.pure';
import { learn } from './language';
import { messageGone } from './messages';
import { press, whatWasPressed } from './press';
import { push } from './push';
import { ringsNoMore } from './rings';
import { scope } from './scope';
import { fill, serve, takeOver, tidy } from './shelf';
import { withdraw } from './show';
import { renew } from './subscription';

scope.addEventListener('install', (event) => event.waitUntil(fill()));
scope.addEventListener('activate', (event) => event.waitUntil(Promise.all([tidy(), scope.clients.claim()])));
scope.addEventListener('fetch', (event) => {
  const answer = serve(event.request);
  if (answer) event.respondWith(answer);
});

scope.addEventListener('push', (event) => event.waitUntil(push(event.data)));
scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(press(meaningOf(event.notification.data) ?? { type: 'line' }, event.action));
});
// The type checker knows no such event of workers, and calls it by the name of any.
scope.addEventListener('pushsubscriptionchange', (event: Event) => {
  (event as ExtendableEvent).waitUntil(renew());
});

scope.addEventListener('message', (event) => {
  const said = readToWorker(event.data);
  switch (said?.type) {
    case 'take_over':
      event.waitUntil(takeOver());
      break;
    case 'what_was_pressed':
      event.waitUntil(whatWasPressed().then((pressed) => event.ports[0]?.postMessage(pressed)));
      break;
    case 'rings_no_more':
      event.waitUntil(ringsNoMore(said.call));
      break;
    case 'message_gone':
      event.waitUntil(messageGone(said.handle, said.seq));
      break;
    case 'read':
      event.waitUntil(withdraw((meaning) => meaning.type === 'message' && meaning.from === said.handle));
      break;
    case 'opened':
      // What they tell of is on the screen now, a ring as well.
      event.waitUntil(withdraw(() => true));
      break;
    case 'speaks':
      event.waitUntil(learn(said.language));
      break;
    case undefined:
      break;
  }
});
