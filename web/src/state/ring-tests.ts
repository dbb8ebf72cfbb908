// The self-tests of rings: what is told of them goes to the list of devices, and this device rings when its turn comes.
import { reportRing } from '../api/client';
import type { ServerFrame } from '../api/types';
import { onFrame, serverNow } from '../live/socket';
import { devices } from './lists.svelte';
import { withTest } from './ring-test.pure';

/** Hears of tests. The ring itself is loaded when there is one. */
export function hearRingTests(frame: ServerFrame): void {
  if (frame.type === 'ring_test') devices.change((list) => withTest(list, frame.device, frame.test));
  if (frame.type !== 'test_ring') return;
  import('../call/test-ring').then(
    ({ ringForTest }) => ringForTest(frame, { now: serverNow, onFrame, report: reportRing }),
    // The steps tell that this device did not ring.
    () => undefined,
  );
}
