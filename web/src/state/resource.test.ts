import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/error';
import { Resource, reloadResources } from './resource.svelte';

/** Answers that come when the test says so. */
function answers<T>() {
  const open: { give: (value: T) => void; fail: (error: unknown) => void }[] = [];
  const load = () => new Promise<T>((give, fail) => open.push({ give, fail }));
  return { load, open };
}

describe('a resource', () => {
  it('keeps the answer to the last question, whichever comes first', async () => {
    const { load, open } = answers<string>();
    const resource = new Resource(load);
    const [first, second] = [resource.load(), resource.load()];
    open[1]?.give('new');
    open[0]?.give('old');
    await Promise.all([first, second]);
    expect(resource.data).toBe('new');
  });

  it('is not undone by an answer from before a change', async () => {
    const { load, open } = answers<string>();
    const resource = new Resource(load);
    const loading = resource.load();
    resource.set('changed');
    open[0]?.give('before');
    await loading;
    expect(resource.data).toBe('changed');
  });

  it('keeps what is told while an older answer is on its way', async () => {
    const { load, open } = answers<string[]>();
    const resource = new Resource(load);
    for (const before of [undefined, ['old']]) {
      if (before) resource.set(before);
      const loading = resource.load();
      resource.change((list) => [...list, 'live']);
      open.pop()?.give(['loaded']);
      await loading;
      expect(resource.data).toEqual(['loaded', 'live']);
    }
    const again = resource.load();
    open.pop()?.give(['newer']);
    await again;
    expect(resource.data).toEqual(['newer']);
  });

  it('is loaded once where several need it', async () => {
    const { load, open } = answers<string>();
    const resource = new Resource(load);
    resource.need();
    resource.need();
    expect(open).toHaveLength(1);
    open[0]?.give('there');
    await vi.waitFor(() => expect(resource.data).toBe('there'));
    resource.need();
    expect(open).toHaveLength(1);
  });

  it('keeps what it has when loading fails, and tells why', async () => {
    const { load, open } = answers<string>();
    const resource = new Resource(load);
    resource.set('known');
    const loading = resource.load();
    open[0]?.fail(new ApiError('unavailable', ''));
    await loading;
    expect(resource.data).toBe('known');
    expect(resource.error?.code).toBe('unavailable');
  });

  it('is loaded anew when its topic changed, as long as it is shown', async () => {
    const { load, open } = answers<string>();
    const resource = new Resource(load, ['people']);
    reloadResources('people');
    expect(open).toHaveLength(0);
    const loading = resource.load();
    open[0]?.give('shown');
    await loading;
    reloadResources('devices');
    expect(open).toHaveLength(1);
    reloadResources('people');
    expect(open).toHaveLength(2);
    reloadResources();
    expect(open).toHaveLength(3);
    resource.forget();
    reloadResources('people');
    expect(open).toHaveLength(3);
  });
});
