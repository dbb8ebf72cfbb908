// What the real program sends is opened and checked by an implementation that has nothing to do with it: `http_ece`
// decrypts (RFC 8188, 8291), node's own cryptography verifies who signed (RFC 8292).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PushService, vapidClaims } from '../../harness/push-service.mjs';
import { Server } from '../../harness/server.mjs';
import { until } from '../../harness/until.mjs';

const DAY = 24 * 3_600;

/** How long a call rings, in seconds: time for a push service that is busy. */
const RING = 8;

const made = { service: undefined, server: undefined };

before(async () => {
  made.service = await PushService.start();
  const options = ['--push-origins', made.service.origin, '--contact', 'mailto:admin@call.example'];
  made.server = await Server.start(['--demo', '--ring-seconds', String(RING), ...options]);
});
after(async () => {
  await made.server?.stop();
  await made.service?.stop();
});

/** A signed-in device whose app is closed: it has no socket. */
async function device(handle) {
  let cookie = '';
  const ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', cookie };
    const url = `${made.server.url}/api/v1${path}`;
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    cookie ||= answer.headers.getSetCookie()[0].split(';')[0];
    return text === '' ? null : JSON.parse(text);
  };
  await ask('POST', '/sessions', { handle, password: 'birdcall-demo' });
  const subscription = made.service.subscribe();
  await ask('PUT', '/devices/current/push', subscription.body);
  const state = async () => (await ask('GET', '/devices')).find((one) => one.current).push;
  const call = (other) =>
    ask('POST', '/calls', { with: other, kind: 'video', key: `${handle}-${other}-${Date.now()}` });
  return { ask, subscription, state, call };
}

const changed = (bytes, place) => {
  const other = Buffer.from(bytes);
  other[place] ^= 1;
  return other;
};

test('a ring and its end are opened with the browser’s keys and with no others', async () => {
  const [ann, bob] = [await device('ann'), await device('bob')];
  const { call } = await ann.call('bob');
  const ring = await bob.subscription.next(({ birdcall }) => birdcall.type === 'ring');
  assert.deepEqual(Object.keys(ring.message.birdcall).sort(), ['call', 'caller', 'deadline', 'kind', 'type']);
  assert.equal(ring.message.birdcall.call, call);
  assert.equal(ring.message.birdcall.kind, 'video');
  const left = ring.message.birdcall.deadline - ring.at;
  assert.ok(Math.abs(left / 1_000 - Number(ring.headers.ttl)) < 3, `${left} ms left, TTL ${ring.headers.ttl}`);
  assert.equal(ring.headers.urgency, 'high');

  // It says nothing readable, and its length is one of a few.
  for (const word of ['ann', 'bob', call, 'calling']) assert.ok(!ring.body.includes(word), word);
  assert.equal(ring.body.length, 86 + 512 + 16);

  // Positive control: one changed bit anywhere, or somebody else's key, and nothing is opened.
  assert.equal(JSON.parse(bob.subscription.decrypt(ring.body)).birdcall.call, call);
  for (const place of [0, 15, 30, 90, 300, ring.body.length - 1]) {
    assert.throws(() => bob.subscription.decrypt(changed(ring.body, place)), `byte ${place}`);
  }
  assert.throws(() => ann.subscription.decrypt(ring.body));

  const missed = await bob.subscription.next(({ birdcall }) => birdcall.type === 'missed');
  assert.equal(missed.headers.topic, ring.headers.topic);
  assert.equal(missed.message.notification.tag, ring.message.notification.tag);
  assert.equal(missed.message.notification.title, 'Missed call from @ann');
  assert.equal(missed.body.length, ring.body.length);
  assert.notDeepEqual(missed.body.subarray(0, 16), ring.body.subarray(0, 16), 'a fresh salt');
  assert.notDeepEqual(missed.body.subarray(21, 86), ring.body.subarray(21, 86), 'a fresh key');
  assert.equal(ann.subscription.pushes.length, 0);
  assert.deepEqual(made.service.complaints, []);
});

test('the signature is by the key that browsers are told, for this push service, and not for long', async () => {
  const [bob, cleo] = [await device('bob'), await device('cleo')];
  const { push_key: key } = await cleo.ask('GET', '/me');
  const { call } = await bob.call('cleo');
  const { headers } = await cleo.subscription.next();
  await cleo.ask('POST', `/calls/${call}/decline`);
  const claims = vapidClaims(headers.authorization, key);
  assert.equal(claims.aud, made.service.origin);
  assert.equal(claims.sub, 'mailto:admin@call.example');
  const left = claims.exp - Date.now() / 1_000;
  assert.ok(left > 0 && left <= DAY, `${left} s`);

  // Positive control: any change, or another key, is noticed.
  const [, head, body, signature] = /t=([\w-]+)\.([\w-]+)\.([\w-]+)/.exec(headers.authorization);
  const forged = Buffer.from(JSON.stringify({ ...claims, aud: 'https://other.example' })).toString('base64url');
  const flipped = changed(Buffer.from(signature, 'base64url'), 7).toString('base64url');
  for (const token of [`${head}.${forged}.${signature}`, `${head}.${body}.${flipped}`]) {
    assert.throws(() => vapidClaims(`vapid t=${token}, k=${key}`, key), /signature/);
  }
  const other = changed(Buffer.from(key, 'base64url'), 64).toString('base64url');
  assert.throws(() => vapidClaims(headers.authorization, other), /another key/);
});

test('what a push service answers is heeded, and a subscription that is gone disappears', async () => {
  const [cleo, dora] = [await device('cleo'), await device('dora')];
  dora.subscription.answer({ status: 429, headers: { 'retry-after': '2' } }, 500);
  await cleo.call('dora');
  const taken = await dora.subscription.next((_, push) => push.status === 201);
  const [first, second] = dora.subscription.pushes;
  assert.deepEqual(
    dora.subscription.pushes.slice(0, 3).map((push) => push.status),
    [429, 500, 201],
  );
  assert.ok(second.at - first.at >= 2_000, 'it waited for as long as it was asked to');
  assert.equal(taken.message.birdcall.type, 'ring');
  assert.ok(taken.at < taken.message.birdcall.deadline);
  await until('it is noted', dora.state, (it) => it === 'reached');

  // The missed call finds nobody.
  dora.subscription.answer(410);
  await until('it is forgotten', dora.state, (it) => it === 'off');
  assert.equal(dora.subscription.pushes.at(-1).message.birdcall.type, 'missed');
});
