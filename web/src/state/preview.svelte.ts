// How many people can call with the settings as they are ticked, asked for while they change.
import { untrack } from 'svelte';
import { previewCalling } from '../api/client';
import type { Calling, CallingPreview } from '../api/types';

/** Long enough for two ticks in a row to ask once. */
const PAUSE = 120;

/** Follows settings. Call it where a component starts; `also` names what else the number rests on. */
export function callingPreview(calling: () => Calling, also: () => unknown = () => undefined) {
  let preview = $state.raw<CallingPreview>();
  let failed = $state(false);

  $effect(() => {
    const wanted = calling();
    also();
    const stop = new AbortController();
    const timer = setTimeout(
      async () => {
        try {
          preview = await previewCalling(wanted, stop.signal);
          failed = false;
        } catch {
          if (!stop.signal.aborted) failed = true;
        }
      },
      // Not to be followed: each answer would ask again.
      untrack(() => preview) ? PAUSE : 0,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });

  return {
    /** As last answered; it stays while it is asked for again. */
    get now() {
      return failed ? undefined : preview;
    },
    get failed() {
      return failed;
    },
  };
}
