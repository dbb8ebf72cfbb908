// The service worker: what runs of Birdcall while no page of it is open. It keeps the app for a start without network.
// Rules are in the pure files beside this folder; here are the browser's events and what is done about them.
import { scope } from './scope';
import { fill, serve, takeOver, tidy } from './shelf';

scope.addEventListener('install', (event) => event.waitUntil(fill()));
scope.addEventListener('activate', (event) => event.waitUntil(Promise.all([tidy(), scope.clients.claim()])));
scope.addEventListener('fetch', (event) => {
  const answer = serve(event.request);
  if (answer) event.respondWith(answer);
});
scope.addEventListener('message', (event) => {
  if (event.data === 'take_over') event.waitUntil(takeOver());
});
