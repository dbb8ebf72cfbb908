// Message requests: conversations that wait for a yes (M-4).
import { getRequests } from '../api/client';
import type { MessageRequest } from '../api/types';
import { Resource } from './resource.svelte';

export const requests = new Resource<MessageRequest[]>(getRequests, ['people', 'requests']);
