// Who may call: the number follows the ticks, exceptions by person, and the question to who has not written.

import { accessible } from '../../harness/axe.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('the number of who can call follows each tick, and exceptions count', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  await bob.talkTo(ann);
  await bob.write(ann, 'Hello');
  const { page } = bob;
  await page.goto('/settings/calls');
  await bob.sees('Nobody can call you now.');
  await page.getByRole('checkbox', { name: 'Everyone' }).check();
  await bob.sees('1 person can call you now.');
  await page.getByRole('checkbox', { name: 'Everyone' }).uncheck();
  await bob.sees('Nobody can call you now.');
  await accessible(bob, 'calling settings');

  await bob.press('Add somebody who may always call');
  await page.getByRole('searchbox', { name: 'Search people' }).fill(ann.handle);
  await page.getByRole('dialog').getByRole('button', { name: /Ann/ }).click();
  await bob.sees(`@${ann.handle} may always call you.`);
  await bob.sees('1 person can call you now.');
  await bob.press('Remove the exception for Ann');
  await bob.sees('Nobody can call you now.');
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await bob.sees('1 person can call you now.');

  await page.goto(`/people/${ann.handle}`);
  await page.getByRole('radio', { name: 'Always', checked: true }).waitFor();
  await accessible(bob, 'a profile with an exception');
  await page.getByRole('radio', { name: 'Never' }).check();
  await bob.sees(`@${ann.handle} may never call you.`);
  await page.goto('/settings/calls');
  await page.getByRole('heading', { name: 'May never call' }).waitFor();
  await page.getByRole('link', { name: /Ann/ }).waitFor();
});

story('who has not written is asked once, and a press says hello', async (people) => {
  const [ann, bob] = [await people.ann(), await people.bob()];
  await Promise.all([ann.enter('Ann'), bob.enter('Bob')]);
  await bob.page.goto('/messages');
  await ann.page.goto(`/people/${bob.handle}`);
  await ann.press(`Ask @${bob.handle} to message you`);
  await ann.page.getByText('Asked', { exact: true }).waitFor();
  await bob.sees('Would like to call you');
  await accessible(bob, 'somebody asks for a message');
  await bob.press('Say hello');
  await until('ann may call', async () => (await ann.ask('GET', `/people/${bob.handle}`)).call === 'available');
});
