/** What `self` is here. The type checker takes it for that of any worker. */
export const scope = self as unknown as ServiceWorkerGlobalScope;
