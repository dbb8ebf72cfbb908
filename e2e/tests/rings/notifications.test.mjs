// Rings with the app closed: what the worker makes of pushes, and what a press on its notifications does. The browser is a
// real one with no page of the app open, and the presses are made where its notifications are shown.

import assert from 'node:assert/strict';
import { apart, callFrom, missed, push, ring, stopped } from '../../harness/apart.mjs';
import { made } from '../../harness/probe.mjs';
import { bothHear, nothingLeft } from '../../harness/talk.mjs';
import { holds, until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('a ring says who calls, offers Answer and Decline, and sounds again until it is stopped', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = await callFrom(ann, 'Video');
    await phone.push(ring(ann, call));
    const note = await phone.desktop.sees('Ann is calling');
    assert.match(note.body, /Video call/);
    assert.ok(note.urgent && 'Answer' in note.actions && 'Decline' in note.actions);
    assert.deepEqual(
      (await phone.notifications()).map(({ title, tag, actions }) => ({ title, tag, actions })),
      [{ title: 'Ann is calling', tag: call.call, actions: ['Answer', 'Decline'] }],
    );
    // The caller hears the truth: it rings, and where (C-16).
    await ann.sees('Ringing on 1 device');
    await until('it sounds again', () => phone.desktop.shown.length >= 3);

    // Answered elsewhere, for all the worker knows: it is gone, and stays gone.
    await phone.push(stopped(ann, call, 'answered_elsewhere'));
    await phone.desktop.loses('Ann is calling', 2_000);
    const sounded = phone.desktop.shown.length;
    await holds(
      'no sound any more',
      5_000,
      () => phone.desktop.shown.length,
      (count) => count === sounded,
    );
    assert.deepEqual(phone.desktop.now, []);
  });
});

story('a ring that comes late is a missed call and never rings; told twice, it is one (C-13, C-14)', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = await callFrom(ann);
    await ann.press('End call');
    await ann.reads(/Audio call, cancelled, /);
    // 59 seconds of age: its deadline was 14 seconds ago.
    const late = { ...call, deadline: Date.now() - 14_000 };
    await phone.push(ring(ann, late));
    await phone.desktop.sees('Missed call from Ann');
    await phone.push(missed(ann, call));
    await phone.push(ring(ann, call));
    // The next push is the control: what was before it has been dealt with by then.
    await phone.push(push({ type: 'message', from: ann.handle, seq: 9, text: 'Call me?' }));
    await phone.desktop.sees('Ann');
    assert.deepEqual(
      phone.desktop.shown.map(({ title }) => title),
      ['Missed call from Ann', 'Ann'],
    );
    await phone.opensBy(() => phone.desktop.press(phone.desktop.now.find((it) => it.title.startsWith('Missed'))));
    await phone.reads(/Missed audio call, /);
    // What the notifications told of is on the screen now.
    await until('the notifications are gone', () => phone.desktop.now.length === 0);
  });
});

story('a late ring is a missed call by the clock alone, where the server cannot be asked (C-14)', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = { ...(await callFrom(ann)), deadline: Date.now() - 14_000 };
    await phone.context.setOffline(true);
    await phone.push(ring(ann, call));
    await phone.desktop.sees(`Missed call from @${ann.handle}`);
    assert.equal(phone.desktop.shown.length, 1);
    await phone.context.setOffline(false);
  });
});

story('Decline declines, without opening anything', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = await callFrom(ann);
    await phone.push(ring(ann, call));
    const note = await phone.desktop.sees('Ann is calling');
    phone.desktop.press(note, 'Decline');
    assert.equal((await ann.hears('call_ended')).reason, 'declined');
    await ann.sees(/declined/i);
    assert.deepEqual(phone.pages, []);
    await phone.desktop.loses('Ann is calling');
  });
});

story(
  'Answer opens the app in the call, with sound both ways; no address of a page could have done that (C-11)',
  async (people) => {
    await apart(people, async (ann, phone) => {
      const call = await callFrom(ann);
      // The control: whatever an address says, the ring waits for a press.
      const query = `answer=${call.call}&call=${call.call}&accept=1#answer`;
      await phone.opensBy(() => phone.context.newPage().then((page) => page.goto(`/messages/${ann.handle}?${query}`)));
      await phone.button('Accept').waitFor();
      await holds('nothing answers', 2_000, () => phone.button('Accept').isVisible(), Boolean);
      assert.deepEqual((await made(phone.page)).asked, []);
      await phone.page.close();

      await phone.push(ring(ann, call));
      const note = await phone.desktop.sees('Ann is calling');
      await phone.opensBy(() => phone.desktop.press(note, 'Answer'));
      await bothHear(ann, phone);
      assert.equal(new URL(phone.page.url()).pathname, `/messages/${ann.handle}`);
      assert.equal(phone.pages.length, 1);
      assert.equal(phone.desktop.now.length, 0);
      await phone.press('End call');
      await nothingLeft(ann);

      // A press counts once: the app opened anew answers nothing.
      await phone.page.close();
      const again = await callFrom(ann);
      await phone.opensBy(() => phone.context.newPage().then((page) => page.goto('/messages')));
      await phone.button('Accept').waitFor();
      assert.notEqual(again.call, call.call);
      assert.deepEqual((await made(phone.page)).asked, []);
    });
  },
);

story('Answer on a ring that is over opens the conversation and says so', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = await callFrom(ann);
    await phone.push(ring(ann, call));
    const note = await phone.desktop.sees('Ann is calling');
    await ann.press('End call');
    await ann.reads(/Audio call, cancelled, /);
    await phone.opensBy(() => phone.desktop.press(note, 'Answer'));
    await phone.sees('The call from Ann is over');
    await phone.reads(/Missed audio call, /);
    assert.deepEqual((await made(phone.page)).asked, []);
  });
});

story('Answer brings an app that is open behind others to the front, in the call', async (people) => {
  await apart(people, async (ann, phone) => {
    await phone.opensBy(() => phone.context.newPage().then((page) => page.goto('/people')));
    const call = await callFrom(ann);
    await phone.button('Accept').waitFor();
    await phone.push(ring(ann, call));
    await phone.opensNothing(async () => phone.desktop.press(await phone.desktop.sees('Ann is calling'), 'Answer'));
    await bothHear(ann, phone);
    assert.equal(new URL(phone.page.url()).pathname, `/messages/${ann.handle}`);
    await phone.press('End call');
  });
});
