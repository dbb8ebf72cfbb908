import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onward, pathOf, peerRules, retold, type Way } from './path.pure';
import type { CallView } from './port';
import type { IceServer, Path } from './state.pure';

const WAYS: readonly Way[] = ['unknown', 'direct', 'relay', 'moved', 'told'];
const turn: IceServer = { urls: ['turn:calls.test:3478?transport=udp'], username: 'u', credential: 'c' };

describe('the way of a call', () => {
  it('tightens and never loosens (P-1, P-5)', () => {
    const table = WAYS.map((way) => [way, onward(way, 'direct'), onward(way, 'relay')]);
    expect(table).toEqual([
      ['unknown', 'direct', 'relay'],
      ['direct', 'direct', 'moved'],
      ['relay', 'relay', 'relay'],
      ['moved', 'moved', 'moved'],
      ['told', 'told', 'told'],
    ]);
  });

  it('stays on the relay, whatever the server says after that', () => {
    const path = fc.constantFrom<Path>('direct', 'relay');
    const phase = fc.constantFrom<CallView['phase']>('ringing', 'connecting', 'active', 'ended');
    const said = fc.array(fc.tuple(path, fc.option(phase)), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...WAYS), said, (first, steps) => {
        let way = first;
        for (const [next, told] of steps) {
          const before = way;
          way = told === null ? onward(way, next) : retold(way, { path: next, phase: told } as CallView);
          if (pathOf(before) === 'relay') expect(pathOf(way)).toBe('relay');
        }
      }),
    );
  });

  it('does not say that an address was visible where no media had begun', () => {
    const ringing = retold('unknown', { path: 'direct', phase: 'ringing' } as CallView);
    expect(onward(ringing, 'relay')).toBe('relay');
    const talking = retold('unknown', { path: 'direct', phase: 'active' } as CallView);
    expect(onward(talking, 'relay')).toBe('moved');
  });
});

describe('the rules of a peer connection', () => {
  it('let a relayed call gather nothing but relayed candidates, over one component (P-2)', () => {
    expect(peerRules('relay', [turn])).toEqual({
      iceServers: [turn],
      iceTransportPolicy: 'relay',
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require',
    });
    expect(peerRules('relay', []).iceTransportPolicy).toBe('relay');
    expect(peerRules('direct', []).iceTransportPolicy).toBe('all');
  });

  it('know the servers that were given and no other, and never ask STUN (P-2)', () => {
    const urls = [
      'stun:calls.test:3478',
      'turn:calls.test:3478',
      'STUNS:calls.test',
      'turns:calls.test:443?transport=tcp',
    ];
    const only = { ...turn, urls: ['stun:elsewhere.test'] };
    for (const path of ['direct', 'relay'] as const) {
      expect(peerRules(path, [{ ...turn, urls }, only]).iceServers).toEqual([
        { ...turn, urls: ['turn:calls.test:3478', 'turns:calls.test:443?transport=tcp'] },
      ]);
      expect(peerRules(path, []).iceServers).toEqual([]);
    }
  });
});

describe('addresses', () => {
  // What is not read cannot be shown, kept or sent on. Candidates pass from the connection to the socket as they are.
  it('are read from no candidate and no statistic (P-6)', () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((name) => /\.(?:ts|svelte)$/.test(name) && !name.endsWith('.test.ts'));
    expect(files).toContain('peer.ts');
    for (const name of files) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      expect(text, name).not.toMatch(
        /\.(?:address|ip|relatedAddress|port|url)\b(?!\s*\()|(?:local|remote)-candidate|raddr/,
      );
    }
  });
});
