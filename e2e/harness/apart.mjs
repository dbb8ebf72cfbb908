// Two people who are apart: one at a computer, the other with a phone whose app is closed. Pushes are written by hand, in
// the form of the contract, so that they can be late, lost, or out of order.

import assert from 'node:assert/strict';
import { acquaint } from './people.mjs';
import { Phone } from './phone.mjs';

/** Ann at her computer, and Bob's phone with the app closed. They may call each other. */
export async function apart(people, tell) {
  const ann = await people.ann();
  const phone = await Phone.start(people.server, ann.handle.replace('ann', 'bob'));
  try {
    await acquaint(ann, phone, ['Ann', 'Bob']);
    await phone.closeApp();
    await tell(ann, phone);
    assert.deepEqual(phone.complaints, []);
  } finally {
    await phone.leave();
  }
}

/** Ann calls; the call as the server has it, with its deadline. */
export async function callFrom(ann, kind = 'Audio') {
  const asked = ann.page.waitForResponse(
    (it) => it.url().endsWith('/api/v1/calls') && it.request().method() === 'POST',
  );
  await ann.call(kind);
  return (await asked).json();
}

/** A push as the server writes it. */
export const push = (birdcall) => ({
  web_push: 8030,
  notification: {
    title: 'Birdcall',
    body: '',
    navigate: '/messages',
    tag: birdcall.call ?? '',
    lang: 'en',
    silent: false,
  },
  birdcall,
});

/** Somebody calls. */
export const ring = (ann, { call, kind, deadline }) => push({ type: 'ring', call, caller: ann.handle, kind, deadline });
/** A call was missed. */
export const missed = (ann, { call, kind }) => push({ type: 'missed', call, caller: ann.handle, kind, at: 1 });
/** A ring is over. */
export const stopped = (ann, { call, kind }, reason) =>
  push({ type: 'ring_stopped', call, caller: ann.handle, kind, reason });
