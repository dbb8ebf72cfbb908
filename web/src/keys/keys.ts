// Hears keys and does what the table says (shortcuts.pure.ts).
import { callNow, pressInCall } from '../call';
import { finder } from '../pages/messages/finder.svelte';
import { routeOf } from '../route.pure';
import { back, navigate, place } from '../router.svelte';
import { conversations } from '../state/conversations.svelte';
import { wide } from '../ui/screen.svelte';
import { sheet } from './sheet.svelte';
import { type Action, type Begun, press, type Situation } from './shortcuts.pure';

/** Keys of a Mac are named otherwise. */
export const mac = /\bMac OS X\b|\biPad\b/.test(navigator.userAgent);

let begun: Begun | null = null;

/** Begins to hear, once somebody is signed in. */
export function startKeys(): void {
  // After everything that has a use of its own for a key, and has said so.
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    const { key, code, ctrlKey: ctrl, metaKey: meta, altKey: alt, shiftKey: shift } = event;
    const outcome = press({ key, code, ctrl, meta, alt, shift }, begun, performance.now(), situation());
    begun = outcome.begun;
    if (outcome.action === null) return;
    event.preventDefault();
    perform(outcome.action);
  });
}

function situation(): Situation {
  const at = document.activeElement;
  const { inCall, ringing } = callNow();
  const onStage = at?.closest('[data-stage]') != null;
  return {
    mac,
    typing: typingIn(at),
    covered: ringing || document.querySelector('dialog[open], [popover]:popover-open') !== null,
    inCall,
    onStage,
  };
}

function typingIn(at: Element | null): Situation['typing'] {
  if (at instanceof HTMLTextAreaElement) return at.value === '' ? 'empty' : 'text';
  if (at instanceof HTMLSelectElement) return 'text';
  if (at instanceof HTMLElement && at.isContentEditable) return 'text';
  if (!(at instanceof HTMLInputElement)) return 'no';
  if (['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range'].includes(at.type)) return 'no';
  return at.value === '' ? 'empty' : 'text';
}

function perform(action: Action): void {
  switch (action) {
    case 'next':
      step(1);
      break;
    case 'previous':
      step(-1);
      break;
    case 'compose':
      compose();
      break;
    case 'search':
      search();
      break;
    case 'messages':
    case 'calls':
    case 'people':
    case 'settings':
      navigate(`/${action}`);
      break;
    case 'back':
      goBack();
      break;
    case 'help':
      sheet.open = true;
      break;
    case 'mute':
    case 'camera':
      pressInCall(action);
      break;
  }
}

/** Whom to write to. The dialog belongs to the list, which a narrow screen shows by itself. */
function compose(): void {
  const beside = wide.current && place.route.page === 'conversation';
  if (place.route.page !== 'messages' && !beside) navigate('/messages');
  finder.open = true;
}

/** To the conversation below or above in the list, from whichever is open. */
function step(by: 1 | -1): void {
  const list = conversations.data ?? [];
  const { route } = place;
  const at = route.page === 'conversation' ? list.findIndex((one) => one.with.handle === route.handle) : -1;
  const to = list[at === -1 ? 0 : at + by];
  if (to) navigate(`/messages/${to.with.handle}`);
}

/** Into the field for searching on this page, or on the page of people. */
function search(): void {
  const field = () => document.querySelector<HTMLElement>('main [type=search], main [role=searchbox]');
  if (!field()) navigate('/people');
  // A page that was just asked for is drawn by then.
  requestAnimationFrame(() => requestAnimationFrame(() => field()?.focus()));
}

/** Out of what is open, but never out of the app. */
function goBack(): void {
  const area = /^\/[a-z]+/.exec(place.path)?.[0];
  if (area !== undefined && area !== place.path && routeOf(area).page !== 'lost') {
    if (wide.current) navigate(area);
    else back();
  }
}
