// Every page, and what lies over pages.

/** Signs up two people who know each other, with pictures of the way there. Hands them back. */
export async function lookAtBeginnings(look) {
  const { words } = look;
  const ann = await look.person('ann', 'low');
  const bob = await look.person('bob', 'high');
  await ann.page.getByRole('heading').first().waitFor();
  await look.take(ann, '01-sign-in');
  await ann.press(words.signing.up);
  await ann.page.getByRole('heading', { name: words.signing.up }).waitFor();
  await look.take(ann, '01-sign-up');
  await ann.ask('POST', '/accounts', { handle: ann.handle, password: 'a long enough password', name: 'Ann' });
  await ann.page.goto('/');
  await ann.page.getByRole('heading', { name: words.asking.title }).waitFor();
  await look.take(ann, '01-first-question');
  const { calling } = await ann.ask('GET', '/me');
  await ann.ask('PUT', '/me/calling', calling);
  await look.page(ann, '02-messages-empty', '/messages');
  await look.page(ann, '02-people-empty', '/people');
  await look.page(ann, '02-calls-empty', '/calls');
  await bob.enter('Bob');
  await ann.ask('PUT', `/people/${bob.handle}/follow`);
  await bob.ask('PUT', `/people/${ann.handle}/follow`);
  await Promise.all([look.talk(ann, bob), look.talk(bob, ann)]);
  await look.write(ann, bob, 'Hello, may I call you?');
  await look.write(bob, ann, 'Yes, now is good.');
  await look.write(ann, bob, 'مساء الخير 🌙');
  await look.take(ann, '03-conversation');
  return { ann, bob };
}

/** Pages by their addresses. */
const PAGES = [
  ['04-messages', '/messages'],
  ['05-calls', '/calls'],
  ['06-people', '/people'],
  ['08-settings', '/settings'],
  ['09-settings-calls', '/settings/calls'],
  ['10-settings-devices', '/settings/devices'],
  ['41-settings-account', '/settings/account'],
  ['42-settings-messages', '/settings/messages'],
  ['43-settings-reports', '/settings/reports'],
  ['44-settings-quiet', '/settings/quiet'],
  ['45-requests', '/requests'],
  ['11-nowhere', '/nowhere/at/all'],
];

/** Every page that has an address. */
export async function lookAtPages(look, { ann, bob }) {
  for (const [name, path] of PAGES) await look.page(ann, name, path);
  await look.page(ann, '07-person', `/people/${bob.handle}`);
}

/** Dialogs and menus. */
export async function lookAtWhatCovers(look, { ann, bob }) {
  const { words } = look;
  const { page } = ann;
  await page.goto('/messages');
  await ann.button(words.messages.compose).first().click();
  await page.getByRole('dialog').getByRole('searchbox').fill(bob.handle.slice(0, 4));
  await page.getByRole('dialog').getByText('Bob').first().waitFor();
  await look.take(ann, '50-new-message');
  await page.keyboard.press('Escape');
  await page.goto('/people');
  await page.getByRole('heading').first().waitFor();
  await page.keyboard.press('Shift+?');
  await page.getByRole('dialog').getByText(words.shortcuts.actions.help).waitFor();
  await look.take(ann, '51-shortcuts');
  await page.goto(`/people/${bob.handle}`);
  await page.getByRole('button', { name: words.people.block, exact: true }).click();
  await page.getByRole('alertdialog').waitFor();
  await look.take(ann, '52-block');
  await page.keyboard.press('Escape');
  await ann.press(words.people.unfollow);
  await ann.button(words.people.follow).waitFor();
  await look.take(ann, '53-undo');
  await ann.ask('PUT', `/people/${bob.handle}/follow`);
}

/** Devices and how they are left alone. */
export async function lookAtDevices(look, { ann, bob }) {
  const { words } = look;
  await ann.page.goto('/settings/devices');
  await ann.page.getByRole('button', { name: words.devices.test.start, exact: false }).first().click();
  await ann.button(words.devices.test.ring.works).waitFor();
  await look.take(ann, '27-test-ring');
  await ann.answer(words.devices.test.ring.works);
  await ann.sees(words.devices.test.steps.opened_app);
  await look.take(ann, '28-devices-tested');
  const quiet = { on: true, until: Date.now() + 3_600_000, zone: 'Europe/Berlin' };
  const hours = { from: 22 * 60 + 30, until: 7 * 60, days: [true, true, true, true, true, false, false] };
  await ann.ask('PUT', `/me/quiet/people/${bob.handle}`);
  await ann.ask('PUT', '/me/quiet', { ...quiet, hours });
  await look.page(ann, '24-quiet-on', '/settings/quiet');
  await ann.button(words.quiet.add).scrollIntoViewIfNeeded();
  await look.take(ann, '25-quiet-schedule');
  await look.page(ann, '26-quiet-mark', '/messages');
  await ann.ask('PUT', '/me/quiet', { on: false });
}
