// One typed function an endpoint. Each answers with the body or throws an ApiError.
import createClient from 'openapi-fetch';
import { ApiError, asApiError, known } from './error';
import type { paths } from './schema';
import type {
  CallFilter,
  Calling,
  CallRule,
  DeletionWish,
  DeviceChange,
  EmailChange,
  EmailWish,
  Invite,
  MailedCode,
  NewBookEntry,
  NewcomerSignUp,
  NewPasskey,
  NewReport,
  PasswordChange,
  Problem,
  ProfileChange,
  Proof,
  PushSubscription,
  Quiet,
  Reset,
  ResetWish,
  SignIn,
  SignUp,
  ToProvider,
  UsedPasskey,
} from './types';

const http = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

let signedOut: () => void = () => undefined;

/** Calls `listener` whenever the server says that nobody is signed in here. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body;
}

/** Waits for an answer; what is not a success becomes an ApiError. */
export async function take<T>(answer: Answer<T>): Promise<T> {
  const { data, error, response } = await answer.catch((thrown: unknown) => {
    throw asApiError(thrown);
  });
  if (response.ok) return data as T;
  // A proxy in between answers with pages of its own while the server is away.
  if (!isProblem(error)) throw new ApiError(response.status >= 500 ? 'unreachable' : 'internal', `${response.status}`);
  if (error.code === 'not_signed_in') signedOut();
  throw new ApiError(known(error.code), error.title);
}

const path = (handle: string) => ({ params: { path: { handle } } });

export const signUp = (body: SignUp) => take(http.POST('/api/v1/accounts', { body }));
export const signIn = (body: SignIn) => take(http.POST('/api/v1/sessions', { body }));
export const signOut = () => take(http.DELETE('/api/v1/sessions/current'));

export const getServer = () => take(http.GET('/api/v1/server'));

export const getWaysIn = () => take(http.GET('/api/v1/ways-in'));
export const beginPasskey = (body: Proof) => take(http.POST('/api/v1/passkeys/begin', { body }));
export const addPasskey = (body: NewPasskey) => take(http.POST('/api/v1/passkeys', { body }));
export const renamePasskey = (passkey: string, name: string) =>
  take(http.PATCH('/api/v1/passkeys/{passkey}', { params: { path: { passkey } }, body: { name } }));
export const removePasskey = (passkey: string) =>
  take(http.DELETE('/api/v1/passkeys/{passkey}', { params: { path: { passkey } } }));
export const beginPasskeySignIn = () => take(http.POST('/api/v1/sessions/passkey/begin'));
export const passkeySignIn = (body: UsedPasskey) => take(http.POST('/api/v1/sessions/passkey', { body }));
export const beginPasskeyProof = () => take(http.POST('/api/v1/sessions/current/passkey/begin'));
export const passkeyProof = (body: UsedPasskey) => take(http.POST('/api/v1/sessions/current/passkey', { body }));

export const toProvider = (body: ToProvider) => take(http.POST('/api/v1/oidc', { body }));
export const getNewcomer = () => take(http.GET('/api/v1/oidc/newcomer'));
export const newcomerSignUp = (body: NewcomerSignUp) => take(http.POST('/api/v1/oidc/accounts', { body }));
export const removeIdentity = () => take(http.DELETE('/api/v1/oidc/identity'));

export const getMe = () => take(http.GET('/api/v1/me'));
export const changeProfile = (body: ProfileChange) => take(http.PATCH('/api/v1/me', { body }));
export const deleteAvatar = () => take(http.DELETE('/api/v1/me/avatar'));
export const readWarning = (at: number) => take(http.DELETE('/api/v1/me/warning', { params: { query: { at } } }));
export const putCalling = (body: Calling) => take(http.PUT('/api/v1/me/calling', { body }));

export const getAccount = () => take(http.GET('/api/v1/me/account'));
export const wantEmail = (body: EmailWish) => take(http.POST('/api/v1/me/email', { body }));
export const confirmEmail = (body: MailedCode) => take(http.POST('/api/v1/me/email/confirm', { body }));
export const changeEmail = (body: EmailChange) => take(http.PATCH('/api/v1/me/email', { body }));
export const removeEmail = () => take(http.DELETE('/api/v1/me/email'));
export const changePassword = (body: PasswordChange) => take(http.PUT('/api/v1/me/password', { body }));
export const wantReset = (body: ResetWish) => take(http.POST('/api/v1/password-resets', { body }));
export const finishReset = (body: Reset) => take(http.POST('/api/v1/password-resets/finish', { body }));
export const wantDeletion = (body: DeletionWish) => take(http.POST('/api/v1/me/deletion', { body }));
export const getDeletion = () => take(http.GET('/api/v1/me/deletion'));
export const keepAccount = () => take(http.DELETE('/api/v1/me/deletion'));
export const previewCalling = (body: Calling, signal: AbortSignal) =>
  take(http.POST('/api/v1/me/calling/preview', { body, signal }));
export const getExceptions = () => take(http.GET('/api/v1/me/calling/exceptions'));
export const setException = (handle: string, rule: CallRule) =>
  take(http.PUT('/api/v1/me/calling/exceptions/{handle}', { ...path(handle), body: { rule } }));
export const removeException = (handle: string) =>
  take(http.DELETE('/api/v1/me/calling/exceptions/{handle}', path(handle)));

export const getAsks = () => take(http.GET('/api/v1/asks'));
export const askForMessage = (handle: string) => take(http.POST('/api/v1/people/{handle}/ask', path(handle)));
export const dismissAsk = (handle: string) => take(http.DELETE('/api/v1/asks/{handle}', path(handle)));

export const putQuiet = (body: Quiet) => take(http.PUT('/api/v1/me/quiet', { body }));
export const getLetThrough = () => take(http.GET('/api/v1/me/quiet/people'));
export const letThrough = (handle: string) => take(http.PUT('/api/v1/me/quiet/people/{handle}', path(handle)));
export const keepOut = (handle: string) => take(http.DELETE('/api/v1/me/quiet/people/{handle}', path(handle)));

export const signOutOthers = () => take(http.DELETE('/api/v1/devices'));
export const getDevices = () => take(http.GET('/api/v1/devices'));
export const changeDevice = (device: string, body: DeviceChange) =>
  take(http.PATCH('/api/v1/devices/{device}', { params: { path: { device } }, body }));
export const putPush = (body: PushSubscription) => take(http.PUT('/api/v1/devices/current/push', { body }));
export const deletePush = () => take(http.DELETE('/api/v1/devices/current/push'));
export const startRingTest = (device: string) =>
  take(http.POST('/api/v1/devices/{device}/ring-test', { params: { path: { device } } }));
export const reportRing = (test: string, step: 'shown' | 'opened') =>
  take(http.POST('/api/v1/ring-tests/{test}/{step}', { params: { path: { test, step }, query: { way: 'app' } } }));
export const signOutDevice = (device: string) =>
  take(http.DELETE('/api/v1/devices/{device}', { params: { path: { device } } }));

export const findPeople = (query: string, signal?: AbortSignal) =>
  take(http.GET('/api/v1/people', { params: { query: { query } }, signal: signal ?? null }));
export const getProfile = (handle: string) => take(http.GET('/api/v1/people/{handle}', path(handle)));
export const follow = (handle: string) => take(http.PUT('/api/v1/people/{handle}/follow', path(handle)));
export const unfollow = (handle: string) => take(http.DELETE('/api/v1/people/{handle}/follow', path(handle)));
export const block = (handle: string) => take(http.PUT('/api/v1/people/{handle}/block', path(handle)));
export const unblock = (handle: string) => take(http.DELETE('/api/v1/people/{handle}/block', path(handle)));
export const getFollowPage = (handle: string, list: 'followers' | 'following', after?: string) => {
  const params = { path: { handle }, query: after === undefined ? {} : { after } };
  return list === 'followers'
    ? take(http.GET('/api/v1/people/{handle}/followers', { params }))
    : take(http.GET('/api/v1/people/{handle}/following', { params }));
};
export const getFollowing = () => take(http.GET('/api/v1/following'));
export const getBlocked = () => take(http.GET('/api/v1/blocked'));

export const getReports = () => take(http.GET('/api/v1/reports'));
export const postReport = (body: NewReport) => take(http.POST('/api/v1/reports', { body }));

export const getAddressBook = () => take(http.GET('/api/v1/address-book'));
export const createBookEntry = (body: NewBookEntry) => take(http.POST('/api/v1/address-book', { body }));
export const nameBookEntry = (entry: string, name: string) =>
  take(http.PATCH('/api/v1/address-book/entries/{entry}', { params: { path: { entry } }, body: { name } }));
export const importBook = (key: string, entries: NewBookEntry[]) =>
  take(http.POST('/api/v1/address-book/imports/{key}', { params: { path: { key } }, body: { entries } }));
export const undoImport = (key: string) =>
  take(http.DELETE('/api/v1/address-book/imports/{key}', { params: { path: { key } } }));
export const clearAddressBook = () => take(http.DELETE('/api/v1/address-book'));
export const addToAddressBook = (handle: string) => take(http.PUT('/api/v1/address-book/{handle}', path(handle)));
export const dropFromAddressBook = (handle: string) => take(http.DELETE('/api/v1/address-book/{handle}', path(handle)));

export const getConversations = () => take(http.GET('/api/v1/conversations'));
export const getConversation = (handle: string) => take(http.GET('/api/v1/conversations/{handle}', path(handle)));
export const getEntries = (handle: string, before: number | undefined, limit: number) =>
  take(
    http.GET('/api/v1/conversations/{handle}/entries', {
      params: { path: { handle }, query: before === undefined ? { limit } : { before, limit } },
    }),
  );

/** A page of a conversation anywhere in it. */
export const getPage = (
  handle: string,
  at: { readonly before: number } | { readonly after: number } | { readonly around: number },
  limit: number,
) =>
  take(http.GET('/api/v1/conversations/{handle}/entries', { params: { path: { handle }, query: { ...at, limit } } }));

export const getRequests = () => take(http.GET('/api/v1/requests'));
export const acceptRequest = (handle: string) => take(http.PUT('/api/v1/requests/{handle}', path(handle)));
export const putReceipts = (on: boolean) => take(http.PUT('/api/v1/me/receipts', { body: { on } }));
export const searchMessages = (query: string, before?: string, signal?: AbortSignal) =>
  take(
    http.GET('/api/v1/search', {
      params: { query: { query, ...(before === undefined ? {} : { before }) } },
      signal: signal ?? null,
    }),
  );
export const editEntry = (handle: string, seq: number, text: string) =>
  take(
    http.PATCH('/api/v1/conversations/{handle}/entries/{seq}', { params: { path: { handle, seq } }, body: { text } }),
  );

const entryPath = (handle: string, seq: number) => ({ params: { path: { handle, seq } } });

export const putReaction = (handle: string, seq: number, emoji: string) =>
  take(
    http.PUT('/api/v1/conversations/{handle}/entries/{seq}/reaction', { ...entryPath(handle, seq), body: { emoji } }),
  );
export const takeReaction = (handle: string, seq: number) =>
  take(http.DELETE('/api/v1/conversations/{handle}/entries/{seq}/reaction', entryPath(handle, seq)));

export const postCall = (body: Invite) => take(http.POST('/api/v1/calls', { body }));
export const getCalls = (only?: CallFilter, before?: number) =>
  take(
    http.GET('/api/v1/calls', {
      params: { query: { ...(only === undefined ? {} : { only }), ...(before === undefined ? {} : { before }) } },
    }),
  );
export const getUnrungCalls = () => take(http.GET('/api/v1/calls/unrung'));

/** Deletes what is at a path below `/api/v1`. With `keepalive` the request outlives the page. */
export const remove = (at: string, keepalive: boolean) =>
  take(
    fetch(`/api/v1${at}`, { method: 'DELETE', credentials: 'same-origin', keepalive }).then(async (response) => ({
      error: response.ok ? undefined : await response.json().catch(() => undefined),
      response,
    })),
  );
