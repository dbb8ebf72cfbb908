// Every page, light and dark, narrow and wide, into `out/`, for people to look at. `cargo xtask screenshots`.

import { mkdirSync } from 'node:fs';
import { HIGH, LOW, openChromium } from './harness/browsers.mjs';
import { Person, writeToEachOther } from './harness/people.mjs';
import { Server } from './harness/server.mjs';
import { bothHear, seesMoving } from './harness/talk.mjs';
import { OUT } from './harness/world.mjs';

const server = await Server.start();
const [low, high] = await Promise.all([openChromium(LOW), openChromium(HIGH)]);
mkdirSync(OUT, { recursive: true });

try {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [390, 1280]) await look(colorScheme, width);
  }
} finally {
  await low.close();
  await high.close();
  await server.stop();
}
console.log(`pictures: ${OUT}`);

async function look(colorScheme, width) {
  const viewport = { width, height: width < 600 ? 844 : 800 };
  const suffix = `${colorScheme}-${width}`;
  const ann = await new Person(server, low, `ann_${colorScheme}_${width}`).arrive({ colorScheme, viewport });
  const bob = await new Person(server, high, `bob_${colorScheme}_${width}`).arrive({ colorScheme, viewport });
  const take = async (person, name) => {
    await person.page.screenshot({ path: `${OUT}${name}-${suffix}.png`, animations: 'disabled' });
  };

  await take(ann, '01-sign-in');
  await ann.signUp('Ann');
  await take(ann, '02-messages-empty');
  await bob.signUp('Bob');
  await ann.follow(bob);
  await bob.follow(ann);
  await writeToEachOther(ann, bob);
  await take(ann, '03-conversation');
  const pages = [
    ['04-messages', '/messages'],
    ['05-calls', '/calls'],
    ['06-people', '/people'],
    ['07-person', `/people/${bob.handle}`],
    ['08-settings', '/settings'],
    ['09-settings-calls', '/settings/calls'],
    ['10-settings-devices', '/settings/devices'],
    ['11-nowhere', '/nowhere'],
  ];
  for (const [name, path] of pages) {
    await ann.page.goto(path);
    await ann.page.getByRole('heading').first().waitFor();
    await ann.page.waitForLoadState('networkidle');
    await take(ann, name);
  }

  await ann.page.goto('/settings/devices');
  await ann.page.getByRole('button', { name: /^Ring me in 10 seconds/ }).click();
  await ann.button('It works').waitFor();
  await take(ann, '27-test-ring');
  await ann.answer('It works');
  await ann.sees('Somebody pressed it in the app');
  await take(ann, '28-devices-tested');
  await ann.page.goto('/settings/quiet');
  await ann.sees('Off. Calls ring.');
  await take(ann, '23-quiet-off');
  const quiet = { on: true, until: Date.now() + 3_600_000, zone: 'Europe/Berlin' };
  const hours = { from: 22 * 60 + 30, until: 7 * 60, days: [true, true, true, true, true, false, false] };
  await ann.ask('PUT', `/me/quiet/people/${bob.handle}`);
  await ann.ask('PUT', '/me/quiet', { ...quiet, hours });
  await ann.sees(/^On now, until /);
  await take(ann, '24-quiet-on');
  await ann.button('Add a person').scrollIntoViewIfNeeded();
  await take(ann, '25-quiet-schedule');
  await ann.page.goto('/messages');
  await ann.sees(bob.handle);
  await take(ann, '26-quiet-mark');
  await ann.ask('PUT', '/me/quiet', { on: false });

  await ann.talkTo(bob);
  await ann.press('Call');
  await take(ann, '12-call-menu');
  await ann.press('Video call');
  await bob.button('Accept with video').waitFor();
  await take(ann, '13-calling');
  await take(bob, '14-ringing');
  await bob.answer('Message');
  await bob.button('Back to the ring').waitFor();
  await take(bob, '39-decline-with-message');
  await bob.press('Back to the ring');
  await bob.answer('Accept with video');
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);
  await take(ann, '15-video-call');
  await ann.page.getByRole('button', { name: /^Connection: / }).click();
  await ann.sees('There and back');
  await take(ann, '40-quality');
  await ann.page.keyboard.press('Escape');
  await bob.press('Turn camera off');
  await ann.press('Mute');
  await bob.sees(/muted/i);
  await take(bob, '16-audio-side');
  await take(ann, '17-camera-off');
  await ann.press('Direct');
  await ann.button('Hide it from now on').waitFor();
  await take(ann, '20-path-direct');
  await ann.press('Hide it from now on');
  await bob.sees('This call is on the relay now.');
  await take(bob, '21-moved');
  await take(ann, '22-path-relayed');
  await ann.page.keyboard.press('Escape');
  await ann.press('End call');
  await ann.reads(/Video call, \d+ s/);
  await take(ann, '18-after-the-call');
  await ann.page.goto('/calls');
  await ann.sees('Video call');
  await take(ann, '19-calls');
  await lookAtKept(ann, bob, take);
  await Promise.all([ann.leave(), bob.leave()]);
}

/** What people keep: the history in parts, calls that did not ring, voice messages. */
async function lookAtKept(ann, bob, take) {
  await ann.talkTo(bob);
  await ann.call('Video');
  await bob.button('Accept').waitFor();
  await ann.press('End call');
  await bob.reads(/Missed video call, /);
  await ann.call('Audio');
  await bob.answer('Decline');
  await ann.button('Leave a voice message').first().waitFor();
  await take(ann, '30-no-answer');
  await ann.button('Leave a voice message').first().click();
  await ann.page.getByRole('timer', { name: 'Recorded' }).filter({ hasText: '0:03' }).waitFor();
  await take(ann, '31-recording');
  await ann.press('Stop recording');
  await ann.button('Send voice message').waitFor();
  await take(ann, '32-recorded');
  await ann.press('Send voice message');
  await bob.talkTo(ann);
  const message = bob.page.getByRole('group', { name: /^Voice message from / });
  await message.getByRole('button', { name: 'Play' }).click();
  await message.getByRole('button', { name: 'Pause' }).waitFor();
  await message.hover();
  await take(bob, '33-voice-message');
  await take(ann, '34-own-voice-message');

  await bob.ask('DELETE', `/people/${ann.handle}/follow`);
  await ann.page.goto(`/messages/${bob.handle}`);
  await ann.call('Audio');
  await ann.press('End call');
  await bob.page.goto('/calls');
  await bob.sees('Not among the people who may call you');
  for (const part of ['Missed', 'Incoming', 'Outgoing', 'All']) {
    await bob.page.getByRole('tab', { name: part, exact: true }).click();
    await bob.page.waitForLoadState('networkidle');
    await take(bob, `35-calls-${part.toLowerCase()}`);
  }
  const remedy = bob.button(`Add @${ann.handle} to your address book`);
  await remedy.scrollIntoViewIfNeeded();
  await take(bob, '36-did-not-ring');
  await remedy.click();
  await bob.sees(`@${ann.handle} can call you now.`);
  await take(bob, '37-can-ring-now');
  await bob.page
    .getByRole('button', { name: /^More about the call with / })
    .first()
    .click();
  await take(bob, '38-call-menu');
}
