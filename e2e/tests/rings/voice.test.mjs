// Voice messages (M-5): from a missed call to what is heard, and deleting for oneself.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { LOW } from '../../harness/browsers.mjs';
import { acquaint } from '../../harness/people.mjs';
import { made } from '../../harness/probe.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ options: ['--ring-seconds', '6'] });

/** A voice message as a screen reader says it. */
const voice = (person, name) => person.page.getByRole('group', { name });

const recorded = (person) => person.page.getByRole('timer', { name: 'Recorded' });

/** Talks into the microphone for some seconds. */
async function record(person, seconds) {
  await recorded(person)
    .filter({ hasText: new RegExp(`0:0[${seconds}-9]`) })
    .waitFor();
  await person.press('Stop recording');
}

const microphoneIsClosed = (person) =>
  until(
    `@${person.handle} has closed the microphone`,
    () => made(person.page),
    (it) => it.tracks.length > 0 && it.live.length === 0,
  );

/** The strongest tone in a voice message, as its listener's browser decodes it. */
const tonesOf = (person, other) =>
  person.page.evaluate(async (handle) => {
    const { entries } = await (await fetch(`/api/v1/conversations/${handle}/entries`)).json();
    const { seq } = entries.find((entry) => entry.body.type === 'voice');
    const sound = await (await fetch(`/api/v1/conversations/${handle}/entries/${seq}/voice`)).arrayBuffer();
    const rate = 48_000;
    const wave = (await new OfflineAudioContext(1, rate, rate).decodeAudioData(sound)).getChannelData(0);
    let strongest = { hertz: 0, power: 0 };
    for (let hertz = 200; hertz <= 2_000; hertz += 5) {
      const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
      let [last, before] = [0, 0];
      for (const it of wave) [last, before] = [it + turn * last - before, last];
      const power = last * last + before * before - turn * last * before;
      if (power > strongest.power) strongest = { hertz, power };
    }
    return { hertz: strongest.hertz, bits: (sound.byteLength * 8 * rate) / wave.length };
  }, other.handle);

story('a call that nobody answers leads to a voice message, which is heard and deleted for oneself', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  await ann.call('Audio');
  await bob.button('Accept').waitFor();
  await bob.button('Accept').waitFor({ state: 'hidden' });
  await ann.page
    .getByRole('region', { name: 'Call with Bob' })
    .getByRole('button', { name: 'Leave a voice message' })
    .click();
  await recorded(ann).waitFor();
  await accessible(ann, 'recording');
  await record(ann, 3);
  await microphoneIsClosed(ann);
  await accessible(ann, 'a recording before it is sent');
  await ann.press('Send voice message');
  await voice(ann, /^Your voice message, 0:0[3-9]$/).waitFor();

  const message = voice(bob, /^Voice message from Ann, 0:0[3-9]$/);
  await message.getByRole('button', { name: 'Play' }).click();
  const sound = message.locator('audio');
  const place = () => sound.evaluate((audio) => audio.currentTime);
  // A busy browser tells the place late, or not at all before it is paused.
  await sound.evaluate(() => addEventListener('timeupdate', (event) => event.stopImmediatePropagation(), true));
  await until('it plays', place, (seconds) => seconds > 0.5);
  await message.getByRole('button', { name: 'Pause' }).click();
  await message.getByRole('slider').press('ArrowRight');
  await until('a key moves it', place, (seconds) => seconds > 1.4);
  const { hertz, bits } = await tonesOf(bob, ann);
  assert.ok(Math.abs(hertz - LOW) <= 15, `it is Ann's voice: ${hertz} Hz`);
  assert.ok(bits <= 32_000, `no more than 32 kbit/s: ${bits}`);
  await accessible(bob, 'a voice message');

  // Bob deletes it for himself; Ann keeps hers, sound and all.
  await message.hover();
  const deleteVoice = async () => {
    await bob.page.getByRole('listitem').filter({ has: message }).getByRole('button', { name: 'More about' }).click();
    await bob.press('Delete for me');
    await message.waitFor({ state: 'hidden' });
  };
  await deleteVoice();
  await bob.press('Undo');
  await message.waitFor();
  await deleteVoice();
  await bob.page.getByRole('status', { name: 'Notices' }).getByRole('button', { name: 'Close' }).last().click();
  await bob.hears('entry_gone');
  await bob.page.reload();
  await bob.reads('Yes, now is good.');
  assert.equal(await message.count(), 0);
  await ann.page.reload();
  await voice(ann, /^Your voice message/)
    .getByRole('button', { name: 'Play' })
    .click();
  await voice(ann, /^Your voice message/)
    .getByRole('button', { name: 'Pause' })
    .waitFor();
});

story('a recording gives way to a call, is discarded with Escape, and waits for the network', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob, ['Ann', 'Bob']);
  await ann.press('Record a voice message');
  await recorded(ann).waitFor();
  // The keyboard stays where it was put.
  await ann.button('Discard').focus();
  await recorded(ann)
    .filter({ hasText: /0:0[1-9]/ })
    .waitFor();
  assert.ok(await ann.button('Discard').evaluate((it) => it === document.activeElement));
  await ann.page.keyboard.press('Escape');
  await recorded(ann).waitFor({ state: 'hidden' });
  await microphoneIsClosed(ann);
  await ann.button('Record a voice message').waitFor();

  await ann.press('Record a voice message');
  await recorded(ann)
    .filter({ hasText: /0:0[1-9]/ })
    .waitFor();
  await bob.call('Audio');
  await ann.sees('Stopped, because a call needs the microphone.');
  await microphoneIsClosed(ann);
  await ann.answer('Decline');

  await ann.page.route(/\/voice\?/, (route) => route.abort());
  await ann.press('Send voice message');
  await ann.sees(/Not sent: The server cannot be reached/);
  await accessible(ann, 'a voice message that was not sent');
  await ann.page.unroute(/\/voice\?/);
  await ann.press('Retry');
  await voice(bob, /^Voice message from Ann, 0:0\d$/).waitFor();
  assert.equal(await voice(ann, /^Your voice message/).count(), 1);
});

story('without a microphone one is told why', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await ann.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await ann.press('Record a voice message');
  await ann.sees(/The microphone is not allowed/);
  await accessible(ann, 'no microphone');
  await ann.press('Close');
  await ann.button('Record a voice message').waitFor();
});
