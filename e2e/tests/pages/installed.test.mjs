// What makes a page an app: what the browser is told about it, and a start without a network.

import assert from 'node:assert/strict';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** Waits until the app's service worker is at work in this page. */
const workerOf = (person) =>
  person.page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    return active.scriptURL;
  });

story('the browser finds an app that can be installed, with pictures of the sizes it names', async (people) => {
  const ann = await people.ann();
  const session = await ann.context.newCDPSession(ann.page);
  const { url, data, errors } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  const kinds = manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`);
  for (const needed of ['192x192 any', '512x512 any', '512x512 maskable']) assert.ok(kinds.includes(needed), needed);
  assert.deepEqual(
    manifest.shortcuts.map(({ name }) => name),
    ['Messages', 'Calls'],
  );
  const pictures = [
    ...manifest.icons,
    ...(manifest.screenshots ?? []),
    ...manifest.shortcuts.flatMap((it) => it.icons),
  ];
  for (const { src, sizes, type } of [...pictures, { src: '/icons/apple-touch-180.png', sizes: '180x180' }]) {
    const found = await ann.page.evaluate(async (src) => {
      const answer = await fetch(src);
      const picture = new Image();
      picture.src = src;
      await picture.decode();
      return { type: answer.headers.get('content-type'), sizes: `${picture.naturalWidth}x${picture.naturalHeight}` };
    }, src);
    if (type) assert.equal(found.type, type, src);
    if (sizes !== 'any') assert.equal(found.sizes, sizes, src);
  }
  const answer = await ann.page.request.get(url);
  assert.equal(answer.headers()['content-type'], 'application/manifest+json');
  assert.equal(answer.headers()['cache-control'], 'no-cache');
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A private window cannot install anything; that is all there is to complain about.
  const complaints = installabilityErrors.map(({ errorId }) => errorId).filter((it) => it !== 'in-incognito');
  assert.deepEqual(complaints, []);
});

story('the app starts without its server, and comes back with it', async (people) => {
  const { server } = people;
  const ann = await people.ann();
  await ann.enter('Ann');
  await ann.page.goto('/calls');
  await ann.page.getByRole('heading', { name: 'Calls', exact: true }).first().waitFor();
  assert.match(await workerOf(ann), /\/sw\.js$/);
  const script = await ann.page.request.get(`${server.url}/sw.js`);
  assert.equal(script.headers()['cache-control'], 'no-cache');

  // A page that is still open from before an upgrade asks for parts that only the version before had.
  await ann.page.evaluate(async () => {
    const before = await caches.open('birdcall-app-before');
    const part = new Response('export const from = "before";', { headers: { 'content-type': 'text/javascript' } });
    await before.put('/assets/part-1.js', part);
  });

  await server.kill();
  await ann.page.reload();
  await ann.sees('The server cannot be reached');
  // Nothing of the API is kept, and every part of the app is: also what this page has not asked for yet.
  const kept = await ann.page.evaluate(async () => {
    const requests = await Promise.all(
      (await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
    );
    return requests.flat().map((url) => new URL(url).pathname);
  });
  assert.ok(
    kept.some((path) => /^\/assets\/loaded-.*\.js$/.test(path)),
    'calls can be loaded',
  );
  assert.deepEqual(
    kept.filter((path) => path.startsWith('/api/')),
    [],
  );
  const loads = await ann.page.evaluate(
    (path) => import(path).then(() => true),
    kept.find((it) => /loaded-.*js$/.test(it)),
  );
  assert.ok(loads);

  assert.equal(await ann.page.evaluate((path) => import(path).then(({ from }) => from), '/assets/part-1.js'), 'before');

  await server.again();
  await ann.press('Retry');
  await until('the app is back', () =>
    ann.page.getByRole('heading', { name: 'Calls', exact: true }).first().isVisible(),
  );
});
