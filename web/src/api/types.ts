// Short names for the generated types. Nothing is declared here: the server describes every one of them.
import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type Audience = Schemas['Audience'];
/** Part of the history of calls. */
export type CallFilter = NonNullable<NonNullable<paths['/api/v1/calls']['get']['parameters']['query']>['only']>;
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
export type DeviceChange = Schemas['DeviceChange'];
export type Entry = Schemas['Entry'];
export type EntryBody = Schemas['EntryBody'];
export type EntryPage = Schemas['EntryPage'];
export type Invite = Schemas['Invite'];
export type Me = Schemas['Me'];
export type Person = Schemas['Person'];
export type Problem = Schemas['Problem'];
export type Profile = Schemas['Profile'];
export type ProfileChange = Schemas['ProfileChange'];
export type PushState = Schemas['PushState'];
export type Quiet = Schemas['Quiet'];
export type QuietHours = Schemas['QuietHours'];
export type RingTest = Schemas['RingTest'];
export type RingTestStep = Schemas['RingTestStep'];
export type Role = Schemas['Role'];
export type ServerFrame = Schemas['ServerFrame'];
export type SignIn = Schemas['SignIn'];
export type SignUp = Schemas['SignUp'];
export type UnrungCall = Schemas['UnrungCall'];
export type UnrungReason = Schemas['UnrungReason'];
