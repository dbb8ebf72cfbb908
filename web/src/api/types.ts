// Short names for the generated types. Nothing is declared here: the server describes every one of them.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Audience = Schemas['Audience'];
export type CallKind = Schemas['CallKind'];
export type CallOption = Schemas['CallOption'];
export type CallOutcome = Schemas['CallOutcome'];
export type CallPage = Schemas['CallPage'];
export type CallRecord = Schemas['CallRecord'];
export type CallView = Schemas['CallView'];
export type Calling = Schemas['Calling'];
export type Changed = Schemas['Changed'];
export type ClientFrame = Schemas['ClientFrame'];
export type Code = Schemas['Code'];
export type Conversation = Schemas['Conversation'];
export type ConversationSummary = Schemas['ConversationSummary'];
export type Device = Schemas['Device'];
export type Entry = Schemas['Entry'];
export type EntryBody = Schemas['EntryBody'];
export type EntryPage = Schemas['EntryPage'];
export type Invite = Schemas['Invite'];
export type Me = Schemas['Me'];
export type Person = Schemas['Person'];
export type Problem = Schemas['Problem'];
export type Profile = Schemas['Profile'];
export type ProfileChange = Schemas['ProfileChange'];
export type Role = Schemas['Role'];
export type ServerFrame = Schemas['ServerFrame'];
export type SignIn = Schemas['SignIn'];
export type SignUp = Schemas['SignUp'];
export type UnrungCall = Schemas['UnrungCall'];
export type UnrungReason = Schemas['UnrungReason'];
