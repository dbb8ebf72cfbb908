// Where the app is. Links are plain links: a click on one of ours is taken here, everything else is the browser's.
import { parentOf, type Route, routeOf } from './route.pure';

/** What is shown; set by nobody but this file. */
export const place = $state<{ route: Route; path: string }>({
  route: routeOf(location.pathname),
  path: location.pathname,
});

/** Pages of this visit below the current one, so that "back" does not leave the app. */
let depth = 0;

function arrive(): void {
  place.path = location.pathname;
  place.route = routeOf(location.pathname);
}

/** Goes to a page. */
export function navigate(path: string, { replace = false } = {}): void {
  if (path === location.pathname) return;
  if (replace) history.replaceState({ depth }, '', path);
  else {
    depth += 1;
    history.pushState({ depth }, '', path);
  }
  arrive();
}

/** One page back, or up to the area's page if this was the first. */
export function back(): void {
  if (depth > 0) history.back();
  else navigate(parentOf(place.route), { replace: true });
}

/** Begins to listen to links and to the browser's own buttons. */
export function startRouter(): void {
  window.addEventListener('popstate', (event) => {
    const state: unknown = event.state;
    depth = typeof state === 'object' && state !== null && 'depth' in state ? Number(state.depth) : 0;
    arrive();
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link) return;
    if (link.target !== '' || link.origin !== location.origin || link.hash !== '') return;
    if (routeOf(link.pathname).page === 'lost') return;
    event.preventDefault();
    navigate(link.pathname);
  });
}
