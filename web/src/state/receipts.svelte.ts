// "Read receipts and typing" (M-4).
import { putReceipts } from '../api/client';
import { me } from './session.svelte';
import { Wish } from './wish.svelte';

export const receiptSettings = new Wish<{ on: boolean }>(
  () => ({ on: me().receipts }),
  ({ on }) => putReceipts(on),
);
