import { describe, expect, it } from 'vitest';
import { areaOf, parentOf, type Route, readHandle, routeOf } from './route.pure';

describe('routes', () => {
  it.each<[string, Route]>([
    ['/', { page: 'home' }],
    ['', { page: 'home' }],
    ['/messages', { page: 'messages' }],
    ['/messages/', { page: 'messages' }],
    ['/messages/Ann_7', { page: 'conversation', handle: 'ann_7' }],
    ['/messages/@ann', { page: 'conversation', handle: 'ann' }],
    ['/messages/a b', { page: 'lost' }],
    ['/messages/ann/more', { page: 'lost' }],
    ['/requests', { page: 'requests' }],
    ['/settings/messages', { page: 'settings-messages' }],
    ['/calls', { page: 'calls' }],
    ['/calls/ann', { page: 'lost' }],
    ['/people', { page: 'people' }],
    ['/people/bob', { page: 'person', handle: 'bob' }],
    ['/address-book', { page: 'address-book' }],
    ['/address-book/x', { page: 'lost' }],
    ['/settings', { page: 'settings' }],
    ['/settings/account', { page: 'settings-account' }],
    ['/settings/calls', { page: 'settings-calls' }],
    ['/settings/quiet', { page: 'settings-quiet' }],
    ['/settings/devices', { page: 'settings-devices' }],
    ['/settings/else', { page: 'lost' }],
    ['/else', { page: 'lost' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('lead back to their area', () => {
    expect(parentOf(routeOf('/messages/ann'))).toBe('/messages');
    expect(parentOf(routeOf('/settings/calls'))).toBe('/settings');
    expect(parentOf(routeOf('/nowhere'))).toBe('/messages');
    expect(areaOf(routeOf('/'))).toBeUndefined();
  });

  it.each([
    ['@Ann', 'ann'],
    [' bob ', 'bob'],
    ['', undefined],
    ['a-b', undefined],
    ['a'.repeat(21), undefined],
  ])('read the handle %j', (text, handle) => {
    expect(readHandle(text)).toBe(handle);
  });
});
