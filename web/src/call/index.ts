// The part of calls that every page loads: it listens, and fetches the rest when there is something to do.

import { words } from '../words';
import type { CallKind, CallPort, ServerFrame } from './port';
import type { CallSession } from './session';

/** A value that can be watched; Svelte's `$layer` works on it. */
export interface Watched<T> {
  /** Calls the listener at once and on each change. Returns how to stop. */
  subscribe(listener: (value: T) => void): () => void;
}

/** The rest of calls, once it has been fetched. */
export type Loaded = typeof import('./loaded');

type LayerState = { readonly session: CallSession; readonly ui: Loaded } | null;

function watched<T>(first: T): Watched<T> & { set(value: T): void } {
  let value = first;
  const listeners = new Set<(value: T) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      listener(value);
      return () => listeners.delete(listener);
    },
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener(next);
    },
  };
}

const layerNow = watched<LayerState>(null);

/** What `CallLayer` draws; `null` until the rest is loaded. */
export const layer: Watched<LayerState> = layerNow;

/** Runs something with the session, at once where it is loaded: a press must stay a press to the browser. */
let withSession: ((run: (session: CallSession) => void) => void) | null = null;

/**
 * Connects calls with the app. Once per sign-in; the returned function ends everything, tracks included.
 */
export function installCalls(port: CallPort): () => void {
  let session: CallSession | null = null;
  let loading: Promise<CallSession | null> | null = null;
  let installed = true;
  let online = false;
  // Frames of calls that came while the rest was on its way.
  let early: ServerFrame[] = [];

  const start = (): Promise<CallSession | null> => {
    loading ??= import('./loaded').then(
      (ui) => {
        if (!installed) return null;
        session = ui.createSession(port, online);
        for (const frame of early) session.frame(frame);
        early = [];
        layerNow.set({ session, ui });
        return session;
      },
      () => {
        // No network, or a newer version of the app on the server: the next ring or press tries again.
        loading = null;
        return null;
      },
    );
    return loading;
  };

  const unframe = port.onFrame((frame) => {
    if (session) {
      session.frame(frame);
      return;
    }
    if (!ofCalls(frame)) return;
    // What rings or goes on is told again after each `welcome`.
    if (frame.type === 'welcome') early = [];
    early.push(frame);
    if (frame.type === 'ring' || (frame.type === 'welcome' && frame.calls.length > 0)) {
      void start().then((loaded) => {
        if (!loaded && installed) port.toast(words.call.notLoadedRing);
      });
    }
  });
  const unlink = port.onLink((up) => {
    online = up;
    session?.link(up);
  });
  withSession = (run) => {
    if (session) run(session);
    else {
      void start().then((loaded) => {
        if (loaded) run(loaded);
        else if (installed) port.toast(words.call.notLoadedCall);
      });
    }
  };
  // Fetched ahead when the browser has nothing else to do, so that a ring shows at once.
  const idle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 2_000));
  idle(() => {
    if (installed) void start();
  });

  return () => {
    installed = false;
    withSession = null;
    unframe();
    unlink();
    session?.dispose();
    layerNow.set(null);
  };
}

/** A person pressed Call. */
export function startCall(handle: string, kind: CallKind): void {
  withSession?.((session) => session.call(handle, kind));
}

/** Whether a call goes on or rings in this tab, as keys have to know. */
export function callNow(): { readonly inCall: boolean; readonly ringing: boolean } {
  let found = { inCall: false, ringing: false };
  layerNow.subscribe((calls) => {
    calls?.session.subscribe(({ rings, state }) => {
      const { phase } = state.main;
      found = {
        inCall: phase !== 'idle' && phase !== 'ended',
        ringing: rings.length > 0,
      };
    })();
  })();
  return found;
}

/** A key was pressed that stands for a control of the call. */
export function pressInCall(control: 'mute' | 'camera'): void {
  withSession?.((session) => (control === 'mute' ? session.toggleMicrophone() : session.toggleCamera()));
}

/** A person answered a ring by its notification. */
export function answerPressed(call: string, caller: string): void {
  withSession?.((session) => session.pressed(call, caller));
}

function ofCalls(frame: ServerFrame): boolean {
  return (
    frame.type === 'welcome' || frame.type === 'ring' || frame.type === 'ring_stopped' || frame.type.startsWith('call_')
  );
}
