// "Do not disturb": by its switch and by its hours, and who breaks through. A short ring, by the server's own option.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { acquaint } from '../../harness/people.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world({ options: ['--ring-seconds', '6'] });

const quietSwitch = (person) => person.page.getByRole('switch', { name: 'Do not disturb', exact: true });

story('switched on, no call rings; the caller hears no answer and the callee finds why (C-6)', async (people) => {
  const [ann, bob, laptop] = await Promise.all([people.ann(), people.bob(), people.bob()]);
  await acquaint(ann, bob);
  await laptop.signIn();
  await bob.page.goto('/settings/quiet');
  await bob.sees('Off. Calls ring.');
  await quietSwitch(bob).click();
  await bob.sees('On now, until you switch it off. Calls do not ring; callers hear no answer.');
  // The other device shows it as well, and leads there with one press.
  const mark = laptop.page.getByRole('navigation').getByRole('link', { name: /^Do not disturb/ });
  await mark.waitFor();

  await ann.call('Audio');
  assert.equal((await ann.hears('call_ended')).reason, 'no_answer');
  await ann.sees(/no answer/i);
  for (const device of [bob, laptop]) assert.deepEqual(device.told('ring'), []);
  await bob.page.goto('/calls');
  await bob.sees('Do not disturb was on');

  // Switched off on the other device, it rings again.
  await mark.click();
  await quietSwitch(laptop).click();
  await laptop.sees('Off. Calls ring.');
  await mark.waitFor({ state: 'hidden' });
  await ann.call('Audio');
  await Promise.all([bob, laptop].map((device) => device.button('Accept').waitFor()));
});

story('who may break through rings all the same, and only they', async (people) => {
  const [ann, bob] = await Promise.all([people.ann(), people.bob()]);
  await acquaint(ann, bob);
  await bob.page.goto('/settings/quiet');
  await quietSwitch(bob).click();
  await bob.page.getByRole('radio', { name: 'For 1 hour' }).click();
  await bob.sees(/^On now, until \d\d:\d\d\./);

  await bob.press('Add a person');
  await bob.page.getByRole('searchbox').fill(ann.handle);
  await bob.page.getByRole('button', { name: `@${ann.handle}` }).click();
  await bob.sees(`@${ann.handle} may break through.`);
  await ann.call('Audio');
  await ann.sees(/Ringing on 1 device|Ringing/);
  await bob.button('Accept').waitFor();
  await bob.answer('Decline');

  // Taken off the list, taken back, and taken off from the profile.
  const remove = bob.page.getByRole('button', { name: /^Remove / });
  await remove.click();
  await bob.sees('Nobody yet.');
  await bob.press('Undo');
  await remove.waitFor();
  await bob.page.goto(`/people/${ann.handle}`);
  const through = bob.page.getByRole('switch', { name: 'May break through Do not disturb' });
  await until('the profile knows', () => through.isChecked());
  await through.click();
  await bob.sees(`@${ann.handle} may no longer break through.`);
  const before = bob.told('ring').length;
  await ann.call('Audio');
  await until('the second call ends', () => ann.told('call_ended').at(-1)?.reason === 'no_answer');
  assert.equal(bob.told('ring').length, before);
});

story('the schedule is set by keyboard alone, on a phone, and follows a traveller', async (people) => {
  const bob = await people.device('bob', 'high', {
    timezoneId: 'Europe/Berlin',
    viewport: { width: 390, height: 844 },
  });
  await bob.enter();
  await bob.page.goto('/settings/quiet');
  const { keyboard } = bob.page;
  const hours = async () => (await bob.ask('GET', '/me')).quiet.hours;

  await walkTo(bob, bob.page.getByRole('switch', { name: 'On a schedule' }));
  await keyboard.press('Space');
  await until('a usual night is saved', hours, (now) => now?.from === 1320 && now.until === 420);
  await walkTo(bob, bob.page.getByLabel('From', { exact: true }));
  // The field reads a clock of twelve hours, as the browser's own language has it.
  await keyboard.type('1130PM');
  await walkTo(bob, bob.page.getByLabel('Until', { exact: true }));
  await keyboard.type('0615AM');
  await until('the times are saved', hours, (now) => now.from === 1410 && now.until === 375);
  await walkTo(bob, bob.page.getByRole('checkbox', { name: 'Saturday' }));
  await keyboard.press('Space');
  await until('the days are saved', hours, ({ days }) => days.filter(Boolean).length === 6 && !days[5]);
  await walkTo(bob, bob.button('Every night'));
  await keyboard.press('Enter');
  await until('all days are saved', hours, ({ days }) => days.every(Boolean));
  await accessible(bob, 'with a schedule, narrow');

  // What cannot be kept is said, and not saved.
  await bob.page.getByLabel('Until', { exact: true }).focus();
  await keyboard.type('1130PM');
  await bob.sees('Not saved. It begins and ends at the same time.');
  assert.notEqual((await hours()).until, 1410);
  await bob.page.getByLabel('Until', { exact: true }).focus();
  await keyboard.type('0615AM');
  await bob.page.getByText('Not saved.').waitFor({ state: 'hidden' });

  const away = await people.device('bob', 'high', { timezoneId: 'America/New_York' });
  await away.signIn();
  await away.page.goto('/settings/quiet');
  await away.sees('By the clock of Europe/Berlin, and this device is in America/New_York.');
  await away.press('Use America/New_York');
  await away.sees('By the clock of America/New_York.');
  await bob.sees('By the clock of America/New_York, and this device is in Europe/Berlin.');
});

for (const colorScheme of ['light', 'dark']) {
  story(`axe finds nothing serious while it is on, ${colorScheme}`, async (people) => {
    const [ann, bob] = await Promise.all([
      people.device('ann', 'low', { colorScheme }),
      people.device('bob', 'high', { colorScheme, viewport: { width: 390, height: 844 } }),
    ]);
    await Promise.all([ann.enter(), bob.enter()]);
    for (const [person, other] of [
      [ann, bob],
      [bob, ann],
    ]) {
      await person.ask('PUT', `/me/quiet/people/${other.handle}`);
      const days = [true, true, true, true, true, false, false];
      const hours = { from: 1320, until: 420, days };
      await person.ask('PUT', '/me/quiet', { on: true, hours, zone: 'Asia/Kolkata' });
      await person.page.goto('/settings/quiet');
      await person.sees(`@${other.handle}`);
      await accessible(person, `${person.handle}, /settings/quiet`);
      for (const path of ['/messages', '/settings', `/people/${other.handle}`]) {
        await person.page.goto(path);
        await person.page.getByRole('heading').first().waitFor();
        await accessible(person, `${person.handle}, ${path}`);
      }
    }
  });
}

/** Goes on with Tab until something has the focus, as somebody would who has no mouse. */
async function walkTo(person, to) {
  await to.waitFor();
  const reached = () => to.evaluate((it) => it === document.activeElement);
  for (let steps = 0; steps < 60 && !(await reached()); steps += 1) await person.page.keyboard.press('Tab');
  assert.ok(await reached(), `Tab reaches ${to}`);
}
