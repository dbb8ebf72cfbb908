import { describe, expect, it } from 'vitest';
import { devices } from './devices';

const { verdict } = devices.test;

describe('what is said of a test of a ring', () => {
  it('names a remedy wherever it does not ring for sure', () => {
    for (const closed of ['off', 'taken', 'refused', 'away'] as const) {
      expect(verdict({ kind: 'rings_open', closed }).remedy, closed).toMatch(/\.$/);
      for (const app of [true, false]) {
        const said = verdict({ kind: 'silent', closed, app });
        expect(said.says).toBe('It did not ring.');
        expect(said.remedy, closed).toMatch(/\.$/);
      }
    }
    expect(verdict({ kind: 'rings_closed' }).remedy).toBeUndefined();
  });

  it('does not send somebody to the notifications when the app was open', () => {
    expect(verdict({ kind: 'silent', closed: 'off', app: true }).remedy).toMatch(/Reload/);
    expect(verdict({ kind: 'silent', closed: 'off', app: false }).remedy).toMatch(/notifications/);
    expect(verdict({ kind: 'silent', closed: 'taken', app: false }).remedy).toMatch(/system settings/);
  });

  it('speaks of here and there', () => {
    expect(devices.push('off', true)).toBe('Rings only while Birdcall is open here.');
    expect(devices.push('off', false)).toBe('Rings only while Birdcall is open there.');
  });
});
