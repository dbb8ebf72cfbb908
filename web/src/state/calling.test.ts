// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Calling, Me } from '../api/types';
import { CallingSettings } from './calling.svelte';
import { me, setMe } from './session.svelte';

/** Requests that reached the network, to be answered by the test. The client takes `fetch` when it is imported. */
const wire = vi.hoisted(() => {
  const requests: { sent: unknown; answer: (response: Response) => void }[] = [];
  globalThis.fetch = async (request) => {
    const sent: unknown = await (request as Request).json();
    return new Promise<Response>((answer) => requests.push({ sent, answer }));
  };
  return requests;
});

const first: Calling = {
  enabled: true,
  enhanced_privacy: false,
  audience: { address_book: true, following: true, verified: false, everyone: false },
};
const person = (calling: Calling): Me => ({
  handle: 'ann',
  name: 'Ann',
  bio: '',
  verified: false,
  device: '0000000000000001',
  calling,
  leaving: false,
  calling_asked: true,
  relay: true,
  quiet: { on: false, zone: '' },
  receipts: true,
  push_key: '',
});

const json = (body: unknown, status: number) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const saved = (calling: Calling) => json(person(calling), 200);
const refused = () => json({ status: 503, code: 'unavailable', title: '' }, 503);

beforeEach(() => {
  wire.length = 0;
  setMe(person(first));
});

describe('calling settings', () => {
  it('show at once what is wanted, and then that it is saved', async () => {
    const settings = new CallingSettings();
    const off = { ...first, enabled: false };
    void settings.want(off);
    expect(settings.calling.enabled).toBe(false);
    expect(settings.status).toBe('saving');
    await vi.waitFor(() => expect(wire).toHaveLength(1));
    wire[0]?.answer(saved(off));
    await vi.waitFor(() => expect(settings.status).toBe('saved'));
    expect(me().calling.enabled).toBe(false);
  });

  it('go back to what the server has when it does not take them', async () => {
    const settings = new CallingSettings();
    const done = settings.want({ enabled: false });
    await vi.waitFor(() => expect(wire).toHaveLength(1));
    wire[0]?.answer(refused());
    await done;
    expect(settings.error?.code).toBe('unavailable');
    expect(settings.calling).toEqual(first);
    expect(settings.status).toBe('idle');
  });

  it('keep what one place wants when another wants something else meanwhile', async () => {
    const settings = new CallingSettings();
    void settings.want({ enabled: false });
    await vi.waitFor(() => expect(wire).toHaveLength(1));
    const done = settings.want({ enhanced_privacy: true });
    const both = { ...first, enabled: false, enhanced_privacy: true };
    wire[0]?.answer(saved({ ...first, enabled: false }));
    await vi.waitFor(() => expect(wire).toHaveLength(2));
    expect(wire[1]?.sent).toEqual(both);
    wire[1]?.answer(saved(both));
    await done;
    expect(me().calling).toEqual(both);
  });

  it('are saved one after the other, the newest wish last', async () => {
    const settings = new CallingSettings();
    const one = { ...first, enabled: false };
    const two = { ...first, enhanced_privacy: true };
    const three = { ...first, enabled: false, enhanced_privacy: true };
    void settings.want(one);
    await vi.waitFor(() => expect(wire).toHaveLength(1));
    void settings.want(two);
    void settings.want(three);
    wire[0]?.answer(saved(one));
    await vi.waitFor(() => expect(wire).toHaveLength(2));
    expect(settings.calling).toEqual(three);
    wire[1]?.answer(saved(three));
    await vi.waitFor(() => expect(settings.status).toBe('saved'));
    expect(wire.map((request) => request.sent)).toEqual([one, three]);
    expect(me().calling).toEqual(three);
  });
});
