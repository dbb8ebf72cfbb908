// Paths and what they show. Everything else of routing is in `router.svelte.ts`.

/** A page of the app. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'messages' }
  | { readonly page: 'requests' }
  | { readonly page: 'conversation'; readonly handle: string }
  | { readonly page: 'calls' }
  | { readonly page: 'people' }
  | { readonly page: 'person'; readonly handle: string }
  | { readonly page: 'address-book' }
  | { readonly page: 'settings' }
  | { readonly page: 'settings-calls' }
  | { readonly page: 'settings-quiet' }
  | { readonly page: 'settings-messages' }
  | { readonly page: 'settings-account' }
  | { readonly page: 'settings-devices' }
  | { readonly page: 'settings-reports' }
  | { readonly page: 'lost' };

/** The page at a path. Handles are compared without case, so they come out in lower case. */
export function routeOf(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '');
  const [first, second, more] = parts;
  if (more !== undefined) return { page: 'lost' };
  if (first === undefined) return { page: 'home' };
  if (second === undefined) {
    if (first === 'requests') return { page: 'requests' };
    if (first === 'messages' || first === 'calls' || first === 'people' || first === 'settings') return { page: first };
    if (first === 'address-book') return { page: 'address-book' };
    return { page: 'lost' };
  }
  if (first === 'settings') {
    if (second === 'calls') return { page: 'settings-calls' };
    if (second === 'messages') return { page: 'settings-messages' };
    if (second === 'quiet') return { page: 'settings-quiet' };
    if (second === 'account') return { page: 'settings-account' };
    if (second === 'devices') return { page: 'settings-devices' };
    if (second === 'reports') return { page: 'settings-reports' };
    return { page: 'lost' };
  }
  const handle = readHandle(second);
  if (handle === undefined) return { page: 'lost' };
  if (first === 'messages') return { page: 'conversation', handle };
  if (first === 'people') return { page: 'person', handle };
  return { page: 'lost' };
}

/** A handle as people type it, or nothing: an `@` before it and capitals are accepted. */
export function readHandle(text: string): string | undefined {
  const match = /^@?([A-Za-z0-9_]{1,20})$/.exec(text.trim());
  return match?.[1]?.toLowerCase();
}

/** The area of the app a page belongs to, as the navigation shows it. */
export type Area = 'messages' | 'calls' | 'people' | 'settings';

/** The area of a page; none for what lies outside. */
export function areaOf(route: Route): Area | undefined {
  switch (route.page) {
    case 'messages':
    case 'requests':
    case 'conversation':
      return 'messages';
    case 'calls':
      return 'calls';
    case 'people':
    case 'person':
    case 'address-book':
      return 'people';
    case 'settings':
    case 'settings-calls':
    case 'settings-messages':
    case 'settings-quiet':
    case 'settings-account':
    case 'settings-devices':
    case 'settings-reports':
      return 'settings';
    case 'home':
    case 'lost':
      return undefined;
  }
}

/** Where "back" leads from a page that was opened directly. */
export function parentOf(route: Route): string {
  const area = areaOf(route);
  return area === undefined ? '/messages' : `/${area}`;
}
