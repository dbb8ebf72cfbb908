// Calls, and what people keep of them.

import { bothHear, seesMoving } from '../harness/talk.mjs';

/** A call from its first ring to its end. */
export async function lookAtCall(look, { ann, bob }) {
  const { words } = look;
  const { call } = words;
  await look.talk(ann, bob);
  await ann.press(words.calls.call);
  await look.take(ann, '12-call-menu');
  await ann.press(words.calls.video);
  await bob.button(call.acceptVideo).waitFor();
  await look.take(ann, '13-calling');
  await look.take(bob, '14-ringing');
  await bob.answer(call.quick.open);
  await bob.button(call.quick.back).waitFor();
  await look.take(bob, '39-decline-with-message');
  await bob.press(call.quick.back);
  await bob.answer(call.acceptVideo);
  await bothHear(ann, bob);
  await Promise.all([seesMoving(ann), seesMoving(bob)]);
  await look.take(ann, '15-video-call');
  await ann.page
    .getByRole('button', { name: words.connection.label('good') })
    .or(ann.page.getByRole('button', { name: words.connection.label('fair') }))
    .or(ann.page.getByRole('button', { name: words.connection.label('poor') }))
    .click();
  await ann.sees(words.connection.roundTrip);
  await look.take(ann, '40-quality');
  await ann.page.keyboard.press('Escape');
  await bob.press(call.cameraOff);
  await ann.press(call.mute);
  await bob.sees(call.isMuted('Ann'));
  await look.take(bob, '16-audio-side');
  await look.take(ann, '17-camera-off');
  await ann.press(call.paths.direct);
  await ann.button(call.privacy.hide).waitFor();
  await look.take(ann, '20-path-direct');
  await ann.press(call.privacy.hide);
  await bob.sees(call.moved(ann.handle));
  await look.take(bob, '21-moved');
  await look.take(ann, '22-path-relayed');
  await ann.page.keyboard.press('Escape');
  await ann.press(call.small);
  await look.take(ann, '23-small');
  await ann.press(call.endCall);
  await bob.button(call.close).waitFor();
  await look.take(bob, '18-after-the-call');
  await look.page(ann, '19-calls', '/calls');
}

/** The history in parts, calls that did not ring, voice messages. */
export async function lookAtKept(look, { ann, bob }) {
  const { words } = look;
  const { call, messages } = words;
  await Promise.all([look.talk(ann, bob), look.talk(bob, ann)]);
  await look.call(ann, 'video');
  await bob.button(call.accept).waitFor();
  await ann.press(call.endCall);
  await look.call(ann, 'audio');
  await bob.answer(call.decline);
  const leave = ann.button(words.calls.leaveVoice).first();
  await leave.waitFor();
  await look.take(ann, '30-no-answer');
  await leave.click();
  await ann.page.getByRole('timer', { name: messages.recorder.recorded }).filter({ hasText: ':03' }).waitFor();
  await look.take(ann, '31-recording');
  await ann.press(messages.recorder.stop);
  await ann.button(messages.recorder.send).waitFor();
  await look.take(ann, '32-recorded');
  await ann.press(messages.recorder.send);
  await look.talk(bob, ann);
  await bob.button(messages.voiceMessage.play).first().click();
  await bob.button(messages.voiceMessage.pause).first().waitFor();
  await look.take(bob, '33-voice-message');
  await look.take(ann, '34-own-voice-message');

  await bob.ask('DELETE', `/people/${ann.handle}/follow`);
  await look.talk(ann, bob);
  await look.call(ann, 'audio');
  await ann.press(call.endCall);
  await bob.page.goto('/calls');
  await bob.sees(words.calls.unrung.reasons.audience);
  for (const [part, name] of Object.entries(words.calls.shown)) {
    await bob.page.getByRole('tab', { name, exact: true }).click();
    await bob.page.waitForLoadState('networkidle');
    await look.take(bob, `35-calls-${part}`);
  }
  const remedy = bob.button(words.calls.unrung.remedies.add(ann.handle));
  await remedy.scrollIntoViewIfNeeded();
  await look.take(bob, '36-did-not-ring');
  await remedy.click();
  await bob.sees(words.calls.unrung.rings(ann.handle));
  await look.take(bob, '37-can-ring-now');
}
