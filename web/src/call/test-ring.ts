// The self-test of a ring: it sounds and looks like a call, and says that it is none.

import { mount, unmount } from 'svelte';
import { callNow } from './index';
import type { Schemas, ServerFrame } from './port';
import TestRing from './TestRing.svelte';

/** A test that begins to ring. */
type Test = Extract<ServerFrame, { type: 'test_ring' }>;

/** What it needs from the app. */
interface TestRingPort {
  /** Milliseconds since 1970 by the server's clock. */
  now(): number;
  /** Hears every frame. Returns how to stop. */
  onFrame(listener: (frame: ServerFrame) => void): () => void;
  /** Tells the server how far it came here. */
  report(test: string, step: Schemas['RingReport']): Promise<unknown>;
}

let stop: (() => void) | null = null;

/** Rings until somebody presses, here or in another tab, until its deadline, or until a call rings. */
export function ringForTest({ test, deadline }: Test, port: TestRingPort): void {
  stop?.();
  const left = deadline - port.now();
  const { ringing, inCall } = callNow();
  // What comes late does not ring (C-14), and what is real comes first.
  if (left <= 0 || ringing) return;

  // Without a report the list of steps is shorter; the ring is the same.
  const report = (step: Schemas['RingReport']) => void port.report(test, step).catch(() => undefined);
  const target = document.body.appendChild(document.createElement('div'));
  const component = mount(TestRing, {
    target,
    props: {
      inCall,
      onpress: () => {
        report('opened');
        end();
      },
    },
  });
  const timer = window.setTimeout(end, left);
  const unframe = port.onFrame((frame) => {
    if (frame.type === 'ring') end();
    const same = frame.type === 'ring_test' && frame.test.test === test;
    if (same && frame.test.steps.some(({ step }) => step === 'opened')) end();
  });
  report('shown');
  stop = end;

  function end(): void {
    if (stop !== end) return;
    stop = null;
    window.clearTimeout(timer);
    unframe();
    void unmount(component).then(() => target.remove());
  }
}
