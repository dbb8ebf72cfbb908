// A call on a phone: it shakes, it stands on the lock screen, the screen stays on, the microphone comes back, and
// everything is in reach of a thumb.

import assert from 'node:assert/strict';
import { acquaint } from '../../harness/people.mjs';
import { made } from '../../harness/probe.mjs';
import { bothHear, nothingLeft } from '../../harness/talk.mjs';
import { holds, until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

const SIZES = [
  { width: 390, height: 844 },
  { width: 360, height: 800 },
];
const phone = (viewport) => ({ viewport, hasTouch: true, isMobile: true });

/** Runs in the page first: what a phone has and a browser without a screen has not. */
function handset() {
  const seen = { shaken: [], locks: 0, asked: 0, actions: {} };
  let lock = null;
  const release = () => {
    if (lock && !lock.released) {
      lock.released = true;
      seen.locks -= 1;
    }
  };
  Object.defineProperty(window, 'handset', { value: seen });
  Object.defineProperty(Navigator.prototype, 'vibrate', { value: (pattern) => seen.shaken.push(pattern) > 0 });
  Object.defineProperty(navigator, 'wakeLock', {
    value: {
      request: async () => {
        seen.asked += 1;
        seen.locks += 1;
        lock = { released: false, release: async () => release() };
        return lock;
      },
    },
  });
  const native = MediaSession.prototype.setActionHandler;
  MediaSession.prototype.setActionHandler = function (action, press) {
    seen.actions[action] = press;
    return native.call(this, action, press);
  };
  /** The person looks at another app, or back at this one. */
  seen.look = (state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    if (state === 'hidden') release();
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

const seen = (person) =>
  person.page.evaluate(() => {
    const { shaken, locks, asked, actions } = window.handset;
    const title = navigator.mediaSession.metadata?.title ?? null;
    return { shaken, locks, asked, title, actions: Object.keys(actions).filter((it) => actions[it]) };
  });

/** A button of the lock screen. */
const press = (person, action) => person.page.evaluate((it) => window.handset.actions[it](), action);

async function onAPhone(people) {
  const [ann, bob] = await Promise.all([people.ann(), people.device('bob', 'high', phone(SIZES[0]))]);
  await bob.context.addInitScript(handset);
  await acquaint(ann, bob, ['Ann']);
  // A page may shake the phone once somebody has touched it.
  await bob.page.getByRole('textbox').tap();
  return [ann, bob];
}

story('a phone shakes while it rings, and not a moment longer', async (people) => {
  const [ann, bob] = await onAPhone(people);
  await ann.call('Audio');
  await bob.button('Accept').waitFor();
  await until(
    'it shakes again and again',
    () => seen(bob),
    ({ shaken }) => shaken.length >= 2,
  );
  assert.deepEqual((await seen(bob)).shaken[0], [500, 300, 500]);
  await bob.answer('Decline');
  await until(
    'it was told to stop',
    () => seen(bob),
    ({ shaken }) => shaken.at(-1) === 0,
  );
  const { shaken } = await seen(bob);
  // Longer than from one shake to the next.
  await holds(
    'it stays still',
    3_000,
    () => seen(bob),
    (now) => now.shaken.length === shaken.length,
  );
});

story('the lock screen shows who it is, and its buttons mute and end the call', async (people) => {
  const [ann, bob] = await onAPhone(people);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bothHear(ann, bob);
  const during = await seen(bob);
  assert.equal(during.title, 'Ann');
  assert.deepEqual(during.actions.sort(), ['hangup', 'togglecamera', 'togglemicrophone']);

  await press(bob, 'togglemicrophone');
  await bob.button('Unmute').waitFor();
  await ann.sees(/is muted/);
  await press(bob, 'togglemicrophone');
  await bob.button('Mute').waitFor();
  await press(bob, 'hangup');
  assert.equal((await ann.hears('call_ended')).reason, 'hung_up');
  await nothingLeft(bob);
  const after = await seen(bob);
  assert.deepEqual([after.title, after.actions, after.locks], [null, [], 0]);
});

story('back from another app, the screen stays on again and the microphone is opened anew', async (people) => {
  const [ann, bob] = await onAPhone(people);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bothHear(ann, bob);
  await until(
    'the screen is kept on',
    () => seen(bob),
    ({ locks }) => locks === 1,
  );
  const before = await made(bob.page);

  // Away: the phone lets the screen go and takes the microphone. A page is not told of its own `stop`, as in the
  // background it may not be told at all.
  await bob.page.evaluate(() => {
    window.handset.look('hidden');
    for (const track of window.birdcallProbe.tracks) track.stop();
  });
  assert.equal((await seen(bob)).locks, 0);
  await bob.page.evaluate(() => window.handset.look('visible'));
  await until(
    'a new microphone',
    () => made(bob.page),
    (it) => it.tracks.length === before.tracks.length + 1 && it.live.length === 1,
  );
  await bothHear(ann, bob);
  assert.equal((await seen(bob)).locks, 1);
  // Looked at twice, one lock is enough.
  await bob.page.evaluate(() => window.handset.look('visible'));
  assert.equal((await seen(bob)).asked, 2);
  await bob.press('End call');
});

story('an installed app says that it has to stay open; a page in a tab does not', async (people) => {
  const [ann, bob] = await onAPhone(people);
  const note = bob.page.getByText(/^Keep Birdcall open/);
  await ann.call('Audio');
  await bob.answer('Accept');
  await bob.button('End call').waitFor();
  assert.equal(await note.count(), 0);
  await bob.press('End call');
  await bob.button('End call').waitFor({ state: 'hidden' });

  // No browser without a screen can be installed, so the answer to this one question is given here.
  await bob.page.evaluate(() => {
    const ask = window.matchMedia.bind(window);
    window.matchMedia = (query) => (query.includes('display-mode: standalone') ? { matches: true } : ask(query));
  });
  await ann.button('Close').click();
  await ann.call('Audio');
  await bob.answer('Accept');
  await note.waitFor();
  await bob.press('End call');
});

for (const size of SIZES) {
  story(`everything is in reach of a thumb at ${size.width} × ${size.height}`, async (people) => {
    const [ann, bob] = await Promise.all([people.ann(), people.device('bob', 'high', phone(size))]);
    await acquaint(ann, bob, ['Ann']);
    await ann.call('Video');
    for (const name of ['Decline', 'Accept', 'Accept with video', 'Message']) await reachable(bob, name, size);
    await bob.answer('Message');
    for (const name of ['Back to the ring', "I'll call you back."]) await reachable(bob, name, size);
    await bob.press('Back to the ring');
    await bob.answer('Accept with video');
    for (const name of ['Mute', 'Turn camera off', 'Devices', 'End call']) await reachable(bob, name, size);
    const wide = await bob.page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, size.width, 'nothing sticks out at the side');
    await bob.press('End call');
  });
}

/** In the lower half, whole, and large enough for a finger (WCAG 2.5.5). */
async function reachable(person, name, { width, height }) {
  const box = await person.button(name).boundingBox();
  assert.ok(box, `${name} is there`);
  assert.ok(box.width >= 44 && box.height >= 44, `${name} is ${box.width} × ${box.height}`);
  assert.ok(box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height, `${name} is on the screen`);
  assert.ok(box.y > height / 2, `${name} is in the lower half`);
}
