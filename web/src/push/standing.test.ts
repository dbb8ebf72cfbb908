import { describe, expect, it } from 'vitest';
import { type Facts, isHandheldApple, renews, standingOf } from './standing.pure';

const facts = (more: Partial<Facts>): Facts => ({
  able: true,
  handheldApple: false,
  standalone: false,
  permission: 'default',
  subscribed: false,
  ...more,
});

describe('whether this device rings while the app is closed', () => {
  it('is for the person to say, where the browser can', () => {
    expect(standingOf(facts({}))).toBe('off');
    expect(standingOf(facts({ permission: 'granted' }))).toBe('off');
    expect(standingOf(facts({ permission: 'granted', subscribed: true }))).toBe('on');
    expect(standingOf(facts({ permission: 'denied', subscribed: true }))).toBe('blocked');
    expect(standingOf(facts({ able: false }))).toBe('unable');
  });

  it('needs the home screen on a phone of Apple’s, whatever else it says', () => {
    const phone = { handheldApple: true, able: false, permission: 'denied' } as const;
    expect(standingOf(facts(phone))).toBe('home_screen');
    expect(standingOf(facts({ ...phone, standalone: true, able: true, permission: 'default' }))).toBe('off');
    expect(standingOf(facts({ ...phone, standalone: true }))).toBe('unable');
  });
});

it('renews what a person wanted, and nothing that was turned off or never allowed', () => {
  expect(renews(facts({ permission: 'granted' }), true)).toBe(true);
  expect(renews(facts({ permission: 'granted' }), false)).toBe(false);
  expect(renews(facts({}), true)).toBe(false);
  expect(renews(facts({ able: false, permission: 'granted' }), true)).toBe(false);
});

it('tells a tablet that says it is a computer', () => {
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.4 Safari/605.1.15';
  expect(isHandheldApple(mac, 5)).toBe(true);
  expect(isHandheldApple(mac, 0)).toBe(false);
  expect(isHandheldApple('Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X)', 5)).toBe(true);
  expect(isHandheldApple('Mozilla/5.0 (Linux; Android 16)', 5)).toBe(false);
});
