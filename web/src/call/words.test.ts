import { describe, expect, it } from 'vitest';
import { newOwn } from './own.pure';
import type { Way } from './path.pure';
import type { Schemas } from './port';
import type { Active, Ended, Ending, Outgoing } from './state.pure';
import {
  type Around,
  aboutWay,
  canCallAgain,
  canLeaveVoice,
  ending,
  hadMoved,
  NO_DEVICE_AFTER,
  NOT_HEARD_AFTER,
  notice,
  stateLine,
} from './words';

type EndReason = Schemas['EndReason'];
type FailDetail = Schemas['FailDetail'];
type RingStop = Schemas['RingStop'];

const NOW = 1_000_000;
const over = (value: Ending): Ended => ({
  phase: 'ended',
  call: null,
  with: 'bob',
  kind: 'audio',
  role: 'caller',
  ending: value,
  seconds: null,
  way: 'unknown',
});
const around: Around = { online: true, name: 'Bob' };
const outgoing = (devices: number | null): Outgoing => ({
  phase: 'outgoing',
  call: '000000000000000a',
  with: 'bob',
  kind: 'audio',
  path: 'direct',
  own: newOwn(1, false),
  deadline: null,
  devices,
  devicesAt: NOW,
});

describe('a call whose media is lost', () => {
  const lostAt = (since: number) => ({ since, tries: 0, next: since, told: null });
  const active = (more: Partial<Active>): Active => ({
    phase: 'active',
    call: '000000000000000a',
    with: 'bob',
    kind: 'audio',
    role: 'caller',
    way: 'relay',
    path: 'relay',
    epoch: 1,
    own: newOwn(1, false),
    remote: null,
    loss: null,
    said: true,
    carried: false,
    rejoins: 0,
    since: NOW,
    ...more,
  });

  it('says what happens, and after a while who cannot be heard', () => {
    const lost = active({ loss: lostAt(NOW) });
    expect(stateLine(lost, NOW, around)).toBe('Reconnecting…');
    expect(stateLine(lost, NOW + NOT_HEARD_AFTER, around)).toBe('Bob cannot be heard. Trying again…');
    expect(stateLine(active({}), NOW, around)).toBeNull();
    // Who is heard over the connection before notices nothing.
    expect(stateLine(active({ loss: lostAt(NOW), carried: true }), NOW, around)).toBeNull();
  });

  it('says whose connection it is where that is known', () => {
    const offline = { ...around, online: false };
    const lost = active({ loss: lostAt(NOW) });
    expect(stateLine(lost, NOW + 60_000, offline)).toBe('Your connection is lost. Trying again…');
    // Without the server a call goes on.
    expect(stateLine(active({}), NOW, offline)).toBeNull();
  });
});

describe('what a caller is told', () => {
  it('counts devices only where the server does (C-16)', () => {
    expect(stateLine(outgoing(null), NOW + 60_000, around)).toBe('Ringing…');
    expect(stateLine(outgoing(1), NOW, around)).toBe('Ringing on 1 device');
    expect(stateLine(outgoing(2), NOW, around)).toBe('Ringing on 2 devices');
  });

  it('gives devices a moment before it says that there are none', () => {
    expect(stateLine(outgoing(0), NOW + NO_DEVICE_AFTER - 1, around)).toBe('Calling…');
    expect(stateLine(outgoing(0), NOW + NO_DEVICE_AFTER, around)).toBe('No device reachable');
  });

  it('says why there is no call without a relay, in the same words before and after the ring (P-5)', () => {
    const before = over({ type: 'refused', code: 'no_relay' });
    const after = over({ type: 'server', reason: 'failed', detail: 'no_relay' });
    expect(ending(before, 'Bob')).toBe('This call has to go through a relay, and this server has none.');
    expect(ending(after, 'Bob')).toBe(ending(before, 'Bob'));
    expect([canCallAgain(before), canCallAgain(after)]).toEqual([false, false]);
  });

  it('offers a voice message to who called and was not answered, and to nobody else (M-5)', () => {
    const end = (reason: 'no_answer' | 'declined' | 'busy' | 'cancelled' | 'hung_up' | 'blocked') =>
      over({ type: 'server', reason, detail: null });
    const offered = (['no_answer', 'declined', 'busy', 'cancelled', 'hung_up', 'blocked'] as const).filter((reason) =>
      canLeaveVoice({ ...end(reason), role: 'caller' }),
    );
    expect(offered).toEqual(['no_answer', 'declined', 'busy']);
    expect(canLeaveVoice({ ...end('no_answer'), role: 'callee' })).toBe(false);
    expect(canLeaveVoice({ ...over({ type: 'local', what: 'lost' }), role: 'caller' })).toBe(false);
  });

  it('says why a call ended that could not be moved to a relay (P-5, P-7)', () => {
    const value = over({ type: 'server', reason: 'failed', detail: 'no_relay' });
    expect(ending({ ...value, seconds: 12, way: 'direct' }, 'Bob')).toContain('Enhanced call privacy was turned on');
    expect(canCallAgain({ ...value, seconds: 12 })).toBe(false);
  });

  it('tells a relay that cannot be reached from a firewall between two people (P-5)', () => {
    const value = over({ type: 'server', reason: 'failed', detail: 'no_media' });
    expect(ending({ ...value, way: 'relay' }, 'Bob')).toContain('could not reach the relay');
    expect(ending({ ...value, way: 'direct' }, 'Bob')).not.toContain('relay');
  });

  it('does not tell a block from a hang-up (C-6)', () => {
    const end = (reason: 'blocked' | 'hung_up') => ending(over({ type: 'server', reason, detail: null }), 'Bob');
    expect(end('blocked')).toBe(end('hung_up'));
  });
});

describe('every end has a sentence', () => {
  const REASONS = {
    hung_up: ['Call ended', 'Call ended'],
    declined: ['Call declined', 'Call declined'],
    no_answer: ['No answer', 'Missed call from Bob'],
    cancelled: ['You stopped calling', 'Bob stopped calling'],
    busy: ['Bob is in another call', 'You were in another call'],
    failed: ['The call failed', 'The call failed'],
    expired: ['The connection was lost for too long', 'The connection was lost for too long'],
    blocked: ['Call ended', 'Call ended'],
  } as const satisfies Record<EndReason, readonly [string, string]>;

  it('whatever the reason, for the caller and for who was called', () => {
    for (const [reason, sentences] of Object.entries(REASONS)) {
      const told = (['caller', 'callee'] as const).map((role) =>
        ending({ ...over({ type: 'server', reason: reason as EndReason, detail: null }), role }, 'Bob'),
      );
      expect(told, reason).toEqual(sentences);
    }
  });

  it('whatever went wrong, before and after there was media, on either path', () => {
    const DETAILS = { no_relay: true, no_media: true } as const satisfies Record<FailDetail, true>;
    const told = new Set<string>();
    for (const detail of Object.keys(DETAILS) as FailDetail[]) {
      for (const seconds of [null, 37]) {
        for (const way of ['direct', 'relay'] as const) {
          told.add(ending({ ...over({ type: 'server', reason: 'failed', detail }), seconds, way }, 'Bob'));
        }
      }
    }
    expect([...told].sort()).toEqual([
      'Enhanced call privacy was turned on, and this server has no relay. The call ended instead of going on directly.',
      'No connection came about between the two of you. A firewall may be in the way.',
      'One of you could not reach the relay. The call was not made directly instead, so no IP address was shown.',
      'The connection was lost and could not be brought back',
      'This call has to go through a relay, and this server has none.',
    ]);
  });

  it('whatever stopped a ring, in the notice as well', () => {
    const STOPS = {
      answered_elsewhere: ['Answered on another device', 'Answered on another device'],
      declined_elsewhere: ['Declined on another device', 'Declined on another device'],
      cancelled: ['Bob stopped calling', 'Missed call from Bob'],
      no_answer: ['Missed call from Bob', 'Missed call from Bob'],
      // They changed it themselves a moment ago; a notice would only tell what they know (C-7).
      not_allowed: ['Your settings do not let this call ring any more', null],
      failed: ['The call could not be set up', 'The call from Bob could not be set up'],
    } as const satisfies Record<RingStop, readonly [string, string | null]>;
    for (const [key, sentences] of Object.entries(STOPS)) {
      const stop = key as RingStop;
      const callee = { ...over({ type: 'ring', stop }), role: 'callee' } as const;
      const said = notice({ type: 'ring_stopped', caller: 'bob', stop }, () => 'Bob');
      expect([ending(callee, 'Bob'), said], stop).toEqual(sentences);
    }
  });

  it('whatever this tab found out by itself', () => {
    const whats = ['left', 'unreachable', 'gone', 'lost', 'offline'] as const;
    expect(whats.map((what) => ending(over({ type: 'local', what }), 'Bob'))).toEqual([
      'Call ended',
      'Birdcall could not be reached. Check your connection and try again.',
      'This call is over',
      'The connection was lost and could not be brought back',
      'Birdcall was out of reach for too long',
    ]);
  });
});

describe('media that fails', () => {
  it('is told apart from media that never came', () => {
    const value = over({ type: 'server', reason: 'failed', detail: 'no_media' });
    expect(ending(value, 'Bob')).toContain('No connection came about');
    expect(ending({ ...value, seconds: 37 }, 'Bob')).toContain('was lost');
  });
});

describe('the path (P-5, P-7)', () => {
  const said = (way: Way) => aboutWay(way, 'bob');

  it('is told by what the other side can see', () => {
    expect(said('direct')).toContain('@bob can see your IP address');
    expect(said('relay')).toContain('@bob cannot see your IP address');
  });

  it('never claims of a call that was direct that nothing was seen', () => {
    for (const way of ['moved', 'told'] as const) {
      expect(said(way)).toContain('@bob could see your IP address');
      expect(said(way)).not.toContain('cannot');
    }
  });

  it('is told at the end where nobody had pressed OK', () => {
    const value = over({ type: 'local', what: 'left' });
    expect(hadMoved({ ...value, way: 'moved' })).toContain('@bob could see your IP address');
    expect([hadMoved(value), hadMoved({ ...value, way: 'told' }), hadMoved({ ...value, way: 'relay' })]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
