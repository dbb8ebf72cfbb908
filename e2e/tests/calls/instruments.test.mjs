// The instruments are not blind: each says so when a page does what it looks for.

import assert from 'node:assert/strict';
import { accessible } from '../../harness/axe.mjs';
import { LOW } from '../../harness/browsers.mjs';
import { heard, made, received, silent, tone } from '../../harness/probe.mjs';
import { nothingLeft, nothingOpened, seesNoFrames } from '../../harness/talk.mjs';
import { until } from '../../harness/until.mjs';
import { world } from '../../harness/world.mjs';

const story = world();

story('an opened microphone, a connection and what is left of them are seen', async (people) => {
  const ann = await people.ann();
  await nothingOpened(ann);
  await ann.page.evaluate(callOneself);
  await assert.rejects(nothingOpened(ann), assert.AssertionError);
  assert.deepEqual((await made(ann.page)).live.sort(), ['audio', 'video']);
  await assert.rejects(nothingLeft(ann, 500), /has nothing left/);

  await until(
    'sound and pictures',
    () => received(ann.page),
    (it) => it.audio > 20 && it.frames > 10,
  );
  const sound = await until('the tone', () => heard(ann.page), tone(LOW));
  assert.ok(!silent(sound) && !tone(LOW * 1.5)(sound));
  await assert.rejects(seesNoFrames(ann, 2_000), /decodes no frame/);

  await ann.page.evaluate(() => {
    for (const connection of window.birdcallProbe.connections) connection.close();
    for (const track of window.birdcallProbe.tracks) track.stop();
  });
  await nothingLeft(ann);
});

story('a page that a screen reader cannot read is found', async (people) => {
  const ann = await people.ann();
  await ann.button('Sign in').waitFor();
  await accessible(ann, 'as it is');
  await ann.page.evaluate(() => document.querySelector('main').append(document.createElement('button')));
  await assert.rejects(accessible(ann, 'with a button that has no name'), /button-name/);
});

story('what the driver switches off in Chromium stays off next to what is switched off here', async (people) => {
  const ann = await people.ann();
  await ann.page.goto('chrome://version');
  const line = await ann.page.locator('#command_line').textContent();
  const [drivers, ours, ...more] = [...line.matchAll(/--disable-features=(\S+)/g)].map(([, list]) => list.split(','));
  assert.deepEqual(more, []);
  assert.deepEqual(
    drivers.filter((feature) => !ours.includes(feature)),
    [],
  );
});

/** Runs in the page: two connections, one call. The newest one receives. */
async function callOneself() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()];
  from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate);
  to.onicecandidate = ({ candidate }) => from.addIceCandidate(candidate);
  // Chromium decodes what somebody plays.
  to.ontrack = ({ track }) => {
    const player = document.createElement(track.kind);
    player.srcObject = new MediaStream([track]);
    document.body.append(player);
    player.play();
  };
  for (const track of stream.getTracks()) from.addTrack(track, stream);
  await from.setLocalDescription();
  await to.setRemoteDescription(from.localDescription);
  await to.setLocalDescription();
  await from.setRemoteDescription(to.localDescription);
}
