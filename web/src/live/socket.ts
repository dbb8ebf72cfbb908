// The socket to the server: performs what the link (link.pure.ts) decides, follows the cursor, and hands frames out.
import type { ClientFrame, ServerFrame } from '../api/types';
import { type Cursor, follow } from './cursor.pure';
import { type LinkEvent, step, stopped } from './link.pure';

type FrameListener = (frame: ServerFrame) => void;
type LinkListener = (online: boolean) => void;

/** The close code of a server that goes down (RFC 6455, 7.4.1). */
const GOING_DOWN = 1001;

const frames = new Set<FrameListener>();
const links = new Set<LinkListener>();
const reloads = new Set<() => void>();
const doubts = new Set<() => void>();

let link = stopped;
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let cursor: Cursor = null;
let online = false;
/** The server's clock minus ours. */
let offset = 0;

/** Milliseconds since 1970 by the server's clock, as far as the last `welcome` told. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** Opens the socket, and keeps it open. */
export function startLive(): void {
  happen({ type: 'start' });
}

/** Closes the socket for good. */
export function stopLive(): void {
  happen({ type: 'stop' });
  cursor = null;
}

/** Something makes it likely that the network is back, or gone. */
export function nudgeLive(): void {
  happen({ type: 'nudge' });
}

/** Something that needs the same network has gone silent: finds out at once whether the line is dead. */
export function doubtLive(): void {
  happen({ type: 'doubted' });
}

/** The device has another network: a line from before is not waited for. */
export function moveLive(): void {
  happen({ type: 'moved' });
}

/** Sends a frame, or answers false where the socket is down. */
export function send(frame: ClientFrame): boolean {
  if (!online || socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

/** Hears every frame once, in order. */
export function onFrame(listener: FrameListener): () => void {
  frames.add(listener);
  return () => frames.delete(listener);
}

/** Hears when the socket goes up or down, and is told at once how it stands. */
export function onLink(listener: LinkListener): () => void {
  links.add(listener);
  listener(online);
  return () => links.delete(listener);
}

/** Hears when everything that was loaded has to be loaded anew. */
export function onReload(listener: () => void): () => void {
  reloads.add(listener);
  return () => reloads.delete(listener);
}

/** Hears when a connection did not come about, which is also what being signed out looks like. */
export function onDoubt(listener: () => void): () => void {
  doubts.add(listener);
  return () => doubts.delete(listener);
}

function happen(event: LinkEvent): void {
  const [next, effects] = step(link, event);
  link = next;
  for (const effect of effects) {
    switch (effect.type) {
      case 'connect':
        connect(effect.attempt);
        break;
      case 'close':
        socket?.close();
        socket = undefined;
        break;
      case 'ping':
        send({ type: 'ping' });
        break;
      case 'timer':
        clearTimeout(timer);
        timer = setTimeout(() => happen({ type: 'due', chance: Math.random() }), effect.ms);
        break;
      case 'no_timer':
        clearTimeout(timer);
        break;
      case 'online':
        online = effect.online;
        for (const listener of links) listener(online);
        break;
      case 'doubt':
        for (const listener of doubts) listener();
        break;
    }
  }
}

function connect(attempt: number): void {
  socket?.close();
  const url = new URL('/api/v1/socket', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (cursor !== null) url.searchParams.set('cursor', String(cursor));
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timeZone) url.searchParams.set('zone', timeZone);
  const opened = new WebSocket(url);
  socket = opened;
  opened.onmessage = (event: MessageEvent<unknown>) => {
    if (socket === opened && typeof event.data === 'string') hear(attempt, JSON.parse(event.data) as ServerFrame);
  };
  opened.onclose = (event) => {
    if (socket === opened) socket = undefined;
    happen({ type: 'closed', attempt, chance: Math.random(), told: event.code === GOING_DOWN });
  };
}

function hear(attempt: number, frame: ServerFrame): void {
  const heed = follow(cursor, frame);
  cursor = heed.cursor;
  if (frame.type === 'welcome') {
    offset = frame.now - Date.now();
    happen({ type: 'welcomed', attempt });
  } else {
    happen({ type: 'heard', attempt });
  }
  if (heed.reload) for (const listener of reloads) listener();
  if (heed.fresh) for (const listener of frames) listener(frame);
}
