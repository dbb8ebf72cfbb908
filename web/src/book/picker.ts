// The browser's contact picker, where there is one (W3C Contact Picker API): people are chosen one by one, and nothing
// but names and e-mail addresses is asked for.
import type { Contact } from './vcard.pure';

interface Picked {
  readonly name?: readonly string[];
  readonly email?: readonly string[];
}

interface Contacts {
  select(properties: readonly string[], options: { multiple: boolean }): Promise<readonly Picked[]>;
}

const contacts = (): Contacts | undefined => Reflect.get(navigator, 'contacts') as Contacts | undefined;

/** Whether this browser has one. */
export const canPick = (): boolean => contacts() !== undefined;

/** Lets a person choose; nobody if they change their mind. */
export async function pick(): Promise<Contact[]> {
  const chosen = (await contacts()?.select(['name', 'email'], { multiple: true })) ?? [];
  return chosen.map(({ name, email }) => ({
    name: name?.find((one) => one.trim() !== '')?.trim() ?? '',
    emails: (email ?? []).map((one) => one.trim()).filter((one) => one !== ''),
    handles: [],
  }));
}
