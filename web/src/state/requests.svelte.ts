// Message requests: conversations that wait for a yes (M-4).
import { getRequests } from '../api/client';
import type { ConversationSummary } from '../api/types';
import { Resource } from './resource.svelte';

/** A request, as something to delete. */
export const requestKey = (handle: string) => `request ${handle}`;

export const requests = new Resource<ConversationSummary[]>(getRequests, ['people', 'requests']);
