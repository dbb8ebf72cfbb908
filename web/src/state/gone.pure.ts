// People who are gone: what is left of them is a handle that nobody can sign up with.

/** Whether a handle is that of somebody who has deleted their account. */
export function isGone(handle: string): boolean {
  return handle.startsWith('deleted_');
}
