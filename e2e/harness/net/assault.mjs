// Whole attacks, from signing in to the evidence.

import { until } from '../until.mjs';
import { Attacker } from './attack.mjs';
import { baitIn, CANDIDATES, withCandidates } from './bait.mjs';
import { evidence, setPrivacy, talk } from './conversation.mjs';
import { grown } from './figures.mjs';
import { Forms } from './forms.mjs';
import { findings, shortened } from './secrecy.mjs';
import { besiege, MARK, REFUSALS, suffered, turn } from './siege.mjs';

const FIRST_PORT = 49_152;
const CALLER = { address: '203.0.113.1', port: FIRST_PORT };
const CALLEE = { address: '203.0.113.2', port: FIRST_PORT };

/**
 * Cleo's program is called by bob's browser, and calls it; while it does, dora and ann have a call of their own.
 * @param {import('./town.mjs').Town} town
 * @returns {Promise<string[]>} what went wrong
 */
export async function attackFromBothSides(town) {
  const from = await town.mark();
  const bob = await town.person('bob');
  await setPrivacy(bob, true);
  await bob.page.goto('/messages/cleo');
  const cleo = await Attacker.signIn(town, 'cleo');
  const before = await town.figures.read();

  const offer = await asCallee(cleo, bob);
  await asCaller(cleo, bob, offer);
  const wrong = await atTheRelay(town, cleo);
  await bob.overheard.listen();
  await cleo.hangUp();

  const after = await town.figures.read();
  for (const [reason, least] of Object.entries(REFUSALS)) {
    const counted = grown(before, after, new RegExp(`^birdcall_relay_refused.*"${reason}"`));
    if (counted < least) wrong.push(`the relay refused ${least} times or more (${reason}) and counted ${counted}`);
  }
  const all = await evidence(town, from, [bob]);
  const told = [...(await cleo.client.told())].join('\n');
  const learned = new Forms([...town.hosts.bob.addresses, town.hosts.bob.linkLocal]).find(told);
  return [
    ...cleo.findings,
    ...wrong,
    ...learned.map(({ form }) => `the attacker is told bob's address (${form})`),
    ...arrivedBait(all.heard.bob),
    ...findings(town, all),
  ];
}

/** Bob calls; every answer, candidate and restart of the attacker is poisoned. */
async function asCallee(cleo, bob) {
  await bob.call('Audio');
  await cleo.rung();
  await cleo.beforeAccept();
  await cleo.accept();
  await cleo.started();
  const offer = await cleo.description();
  await cleo.describe('at accept', 'answer', offer);
  await cleo.describe('in a restart', 'offer', offer);
  await bob.overheard.listen();
  await cleo.hangUp();
  await bob.button('End call').waitFor({ state: 'hidden' });
  return offer;
}

/** The attacker calls, and tries while it rings, when bob accepts, and in restarts. */
async function asCaller(cleo, bob, offer) {
  await cleo.invite('bob');
  await bob.button('Accept').waitFor();
  await cleo.beforeAccept(offer);
  await bob.answer('Accept');
  await cleo.started();
  await cleo.describe('at accept', 'offer', offer);
  await cleo.description();
  await cleo.describe('in a restart', 'offer', offer);
  await cleo.tamper(offer);
}

/** With the credential of the call that is still there, beside another call. */
async function atTheRelay(town, cleo) {
  const [dora, ann] = await Promise.all([Attacker.signIn(town, 'dora'), Attacker.signIn(town, 'ann')]);
  await dora.invite('ann');
  await ann.rung();
  await ann.accept();
  await Promise.all([dora.started(), ann.started()]);
  const clients = await Promise.all([cleo, dora, ann].map(({ credential }) => turn(town, credential)));
  const [mine, hers, theirs] = clients;
  const wrong = [];
  for (const client of clients) {
    const { error } = await client.allocate();
    if (error !== 0) wrong.push(`a leg's own allocation is refused with ${error}`);
  }
  await hers.permit(CALLEE);
  await theirs.permit(CALLER);
  await hers.indicate(CALLEE, MARK);
  await until(
    'within a call packets arrive; else this proves nothing',
    () => suffered(theirs),
    (arrived) => arrived === 1,
  );
  // Another call's user name, with one's own password.
  const thief = await turn(town, { ...cleo.credential, username: dora.credential.username });
  const { error } = await thief.allocate();
  if (error !== 401) wrong.push(`another call's user name is answered with ${error}, not 401`);

  wrong.push(...(await besiege(mine, CALLEE, CALLER)));
  // What was sent before has been dealt with when this is answered.
  await mine.permit(CALLEE);
  const arrived = (await suffered(hers)) + (await suffered(theirs)) - 1;
  if (arrived > 0) wrong.push(`another call's legs received ${arrived} packets`);
  await Promise.all([...clients, thief].map((client) => client.close()));
  await dora.hangUp();
  return wrong;
}

/**
 * Ann's browser has a real call with bob's, and a script in it poisons everything it says, also in a restart.
 * @param {import('./town.mjs').Town} town
 * @returns {Promise<string[]>} what went wrong
 */
export async function tamperingBrowser(town, { private: shy = ['bob'], path = 'relay-relay' } = {}) {
  const before = await town.figures.read();
  const all = await talk(town, {
    private: shy,
    path,
    prepare: poison,
    meanwhile: async (ann, bob) => {
      const told = () => bob.told('call_description').length;
      const sofar = told();
      await ann.page.evaluate(() => window.birdcallProbe.connections.at(-1).restartIce());
      await until('a restart', told, (now) => now > sofar);
    },
  });
  await town.leave();
  const after = await town.figures.read();
  const dropped = grown(before, after, /^birdcall_filtered_candidates/);
  const wrong = dropped < 2 * CANDIDATES.length ? [`only ${dropped} candidates were filtered`] : [];
  return [...wrong, ...arrivedBait(all.heard.bob), ...findings(town, all)];
}

function arrivedBait(heard) {
  return ['a frame', 'a peer connection'].flatMap((place) => {
    const told = heard.filter(({ where }) => where === place).map(({ what }) => baitIn(what.toString()));
    return shortened(
      told.filter((words) => words.length > 0).map((words) => `bait arrives in ${place}: ${words.join(' ')}`),
    );
  });
}

/** Poisons what a page sends from its next socket on. */
async function poison(person) {
  await person.page.routeWebSocket(/\/api\/v1\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const frame = JSON.parse(String(message));
      if (frame.type === 'call_description') frame.sdp = withCandidates(frame.sdp);
      server.send(JSON.stringify(frame));
      if (frame.type !== 'call_candidate') return;
      for (const candidate of CANDIDATES) server.send(JSON.stringify({ ...frame, candidate }));
    });
  });
}
