// The language: the browser's, or the one that is set; Arabic from right to left, on every page and without an English
// sentence left.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

/** How the page says that it speaks. */
const speaks = (person) =>
  person.page.evaluate(() => `${document.documentElement.lang} ${document.documentElement.dir}`);

/** Where something stands, from the left edge of the window. */
const middle = async (locator) => {
  const { x, width } = await locator.boundingBox();
  return x + width / 2;
};

/** Sentences in English letters: two words and more that nobody has written here. */
const english = (person, written) =>
  person.page.evaluate((written) => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.nodeValue.trim();
      if (/\p{Script=Arabic}/u.test(text)) continue;
      if (!/[A-Za-z]{2,}\W+[A-Za-z]{2,}/.test(text) || !node.parentElement.checkVisibility()) continue;
      if (!written.some((one) => text.includes(one))) found.push(text);
    }
    return found;
  }, written);

story('a browser that asks for Arabic gets it, from right to left, on every page', async (people) => {
  const ann = await people.device('ann', 'low', { locale: 'ar-EG' });
  const bob = await people.device('bob', 'high');
  await ann.page.getByRole('heading', { name: 'تسجيل الدخول' }).waitFor();
  assert.equal(await speaks(ann), 'ar rtl');
  assert.equal(await speaks(bob), 'en ltr');
  await accessible(ann, 'signing in, in Arabic');
  await Promise.all([ann.enter('نور'), bob.enter('Bob')]);
  await bob.talkTo(ann);
  await bob.write(ann, 'Good morning to you');

  await ann.page.goto(`/messages/${bob.handle}`);
  const box = ann.page.getByRole('textbox', { name: new RegExp(`@${bob.handle}`) });
  await box.fill('صباح الخير');
  await box.press('Enter');
  await bob.reads('صباح الخير');
  // Own words at the end of the line, which is the left; the others' at its start.
  const conversation = ann.page.getByRole('region', { name: /^محادثة مع / });
  const own = conversation.getByText('صباح الخير');
  const others = conversation.getByText('Good morning to you');
  assert.ok((await middle(own)) < (await middle(others)), 'own words stand on the left');
  assert.ok((await middle(ann.page.getByRole('navigation'))) > 900, 'the rail stands on the right');

  const places = ['/messages', '/calls', '/people', `/people/${bob.handle}`, '/settings', '/settings/calls'];
  for (const place of [...places, '/settings/quiet', '/settings/devices', '/nowhere']) {
    await ann.page.goto(place);
    await ann.page.getByRole('heading').first().waitFor();
    await ann.page.waitForLoadState('networkidle');
    assert.deepEqual(await english(ann, ['Good morning', 'on Linux', 'Chrome']), [], place);
    await accessible(ann, `${place} in Arabic`);
    const overflows = await ann.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.ok(!overflows, `${place} fits`);
  }
});

story('the language is set on a device and stays, also for its notifications', async (people) => {
  const ann = await people.ann();
  await ann.enter('Ann');
  await ann.page.goto('/settings');
  await ann.page.getByLabel('Language').selectOption('ar');
  await ann.page.getByRole('heading', { name: 'الإعدادات' }).waitFor();
  assert.equal(await speaks(ann), 'ar rtl');
  assert.match(await ann.page.evaluate(() => document.querySelector('link[rel=manifest]').href), /\/ar\.webmanifest$/);
  const kept = () =>
    ann.page.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('birdcall-worker', 1);
          request.onsuccess = () => {
            const store = request.result.transaction('facts').objectStore('facts').get('language');
            store.onsuccess = () => resolve(store.result?.value);
          };
          request.onupgradeneeded = () => request.transaction.abort();
          request.onerror = () => resolve(undefined);
        }),
    );
  await until('the worker knows', async () => (await kept()) === 'ar');
  await ann.page.reload();
  assert.equal(await speaks(ann), 'ar rtl');

  // Arrow keys are on the keyboard, not on the page: left leads on.
  await ann.page.goto('/calls');
  await ann.page.getByRole('tab').first().click();
  await ann.page.keyboard.press('ArrowLeft');
  await ann.page.getByRole('tab', { name: 'الفائتة', selected: true }).waitFor();

  await ann.page.goto('/settings');
  await ann.page.getByLabel('اللغة').selectOption('');
  await ann.page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
});

story('a call in Arabic', async (people) => {
  const ann = await people.device('ann', 'low', { locale: 'ar' });
  const bob = await people.bob();
  await Promise.all([ann.enter('نور'), bob.enter('Bob')]);
  await Promise.all([ann.ask('PUT', `/people/${bob.handle}/follow`), bob.ask('PUT', `/people/${ann.handle}/follow`)]);
  await ann.page.goto(`/messages/${bob.handle}`);
  const box = ann.page.getByRole('textbox', { name: new RegExp(`@${bob.handle}`) });
  await box.fill('مرحبا');
  await box.press('Enter');
  await bob.talkTo(ann);
  await bob.write(ann, 'Hello');
  await bob.call('Audio');
  await ann.answer('رفض');
  await bob.sees('Call declined');
  await ann.page.goto('/calls');
  await ann.sees(/مكالمة صوتية|واردة/);
});
