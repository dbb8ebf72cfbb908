// A ring on a closed phone whose end nobody tells: the worker looks at the deadline itself. A short ring, by the server's
// own option.

import assert from 'node:assert/strict';
import { apart, callFrom, missed, ring } from '../../harness/apart.mjs';
import { holds } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ options: ['--ring-seconds', '6'] });

const missedOnes = (phone) => phone.desktop.shown.filter(({ title }) => title === 'Missed call from Ann');

story('at the deadline a ring becomes one missed call, also when the server says so later (C-13)', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = await callFrom(ann);
    await phone.push(ring(ann, call));
    await phone.desktop.sees('Ann is calling');
    await phone.desktop.sees('Missed call from Ann');
    await phone.desktop.loses('Ann is calling', 1_000);
    await phone.push(missed(ann, call));
    await holds(
      'told once',
      3_000,
      () => missedOnes(phone).length,
      (count) => count === 1,
    );
  });
});

story('a ring that was swiped away is quiet, and the caller does not hear of it', async (people) => {
  await apart(people, async (ann, phone) => {
    const call = await callFrom(ann);
    await phone.push(ring(ann, call));
    phone.desktop.dismiss(await phone.desktop.sees('Ann is calling'));
    const sounded = phone.desktop.shown.length;
    assert.equal((await ann.hears('call_ended')).reason, 'no_answer');
    await holds(
      'quiet',
      2_000,
      () => phone.desktop.shown.length,
      (count) => count === sounded,
    );
    await phone.push(missed(ann, call));
    await phone.desktop.sees('Missed call from Ann');
  });
});
