// What the stand-in's client is like, version by version: names of its parts, what it understands, how it ends.

export type ProfileName = '2.4' | '2.6' | '2.7' | '3.0' | '4.0';

export interface Profile {
  name: ProfileName;
  bbbVersion: string;
  /** `data-testid` from 4.0 on. */
  attribute: 'data-test' | 'data-testid';
  clientPath: string;
  leaveAudio: 'leaveAudio' | 'leaveListenOnly';
  connecting: 'connecting' | 'establishingAudioLabel';
  hasHelpScreen: boolean;
  navigation: 'classes' | '#Navbar' | 'sidebar';
  hasActionsBarId: boolean;
  /** The notice that a meeting is recorded, from 2.5 on; by name from 4.0 on. */
  recordingNotice: 'none' | 'unnamed' | 'named';
  hasSessionDetails: boolean;
  /** What the API's call answers. */
  sendChatMessage: 'works' | '404' | 'unsupported';
  /** What is shown at the end when no feedback was asked for. */
  endedWithoutFeedback: 'meetingEndedModalTitle' | 'meetingEndedModal';
  /** Parameters of `userdata-` that it honours; it ignores all others. */
  honours: string[];
}

const OLD = [
  'bbb_auto_join_audio',
  'bbb_force_listen_only',
  'bbb_listen_only_mode',
  'bbb_skip_check_audio',
  'bbb_hide_nav_bar',
  'bbb_hide_actions_bar',
  'bbb_show_participants_on_login',
  'bbb_show_public_chat_on_login',
  'bbb_ask_for_feedback_on_logout',
  'bbb_override_default_locale',
];
const NEW = [...OLD, 'bbb_hide_notifications', 'bbb_hide_controls', 'bbb_show_session_details_on_join'];

export const PROFILES: Record<ProfileName, Profile> = {
  '2.4': {
    name: '2.4',
    bbbVersion: '2.4.9',
    attribute: 'data-test',
    clientPath: '/html5client/join',
    leaveAudio: 'leaveAudio',
    connecting: 'connecting',
    hasHelpScreen: false,
    navigation: 'classes',
    hasActionsBarId: false,
    recordingNotice: 'none',
    hasSessionDetails: false,
    sendChatMessage: 'unsupported',
    endedWithoutFeedback: 'meetingEndedModalTitle',
    honours: OLD,
  },
  '2.6': {
    name: '2.6',
    bbbVersion: '2.6.14',
    attribute: 'data-test',
    clientPath: '/html5client/join',
    leaveAudio: 'leaveListenOnly',
    connecting: 'establishingAudioLabel',
    hasHelpScreen: false,
    navigation: '#Navbar',
    hasActionsBarId: false,
    recordingNotice: 'unnamed',
    hasSessionDetails: false,
    sendChatMessage: '404',
    endedWithoutFeedback: 'meetingEndedModalTitle',
    honours: OLD,
  },
  '2.7': {
    name: '2.7',
    bbbVersion: '2.7.14',
    attribute: 'data-test',
    clientPath: '/html5client/join',
    leaveAudio: 'leaveListenOnly',
    connecting: 'establishingAudioLabel',
    hasHelpScreen: false,
    navigation: '#Navbar',
    hasActionsBarId: false,
    recordingNotice: 'unnamed',
    hasSessionDetails: false,
    sendChatMessage: '404',
    endedWithoutFeedback: 'meetingEndedModalTitle',
    honours: OLD,
  },
  '3.0': {
    name: '3.0',
    bbbVersion: '3.0.4',
    attribute: 'data-test',
    clientPath: '/html5client/',
    leaveAudio: 'leaveListenOnly',
    connecting: 'establishingAudioLabel',
    hasHelpScreen: true,
    navigation: '#Navbar',
    hasActionsBarId: true,
    recordingNotice: 'unnamed',
    hasSessionDetails: true,
    sendChatMessage: 'works',
    endedWithoutFeedback: 'meetingEndedModal',
    honours: NEW,
  },
  '4.0': {
    name: '4.0',
    bbbVersion: '4.0.0-alpha.1',
    attribute: 'data-testid',
    clientPath: '/html5client/',
    leaveAudio: 'leaveListenOnly',
    connecting: 'establishingAudioLabel',
    hasHelpScreen: true,
    navigation: 'sidebar',
    hasActionsBarId: true,
    recordingNotice: 'named',
    hasSessionDetails: true,
    sendChatMessage: 'works',
    endedWithoutFeedback: 'meetingEndedModal',
    honours: [...NEW, 'bbb_hide_sidebar_navigation'],
  },
};

/** What may happen in a meeting; may be changed while the server runs, for the clients that join afterwards. */
export interface Switches {
  /** `unforced`: the client asks how to join. `help`: it found no device. `never`: it goes on connecting. */
  audio: 'forced' | 'unforced' | 'help' | 'never';
  recordingNotice: boolean;
  /** Shown whatever the parameter says. */
  sessionDetails: boolean;
  poll: boolean;
  toast: boolean;
  /** "Are you still there?": a modal with one button. */
  activityCheck: boolean;
  chatLocked: boolean;
  /** Straight to the logout address at the end. */
  skipMeetingEnded: boolean;
  /** Everybody waits for a moderator. */
  lobby: boolean;
  /** A picture that costs an encoder something. */
  animated: boolean;
  guestPolicy: 'ALWAYS_ACCEPT' | 'ASK_MODERATOR' | 'ALWAYS_ACCEPT_AUTH' | 'ALWAYS_DENY';
}

export const PLAIN: Switches = {
  audio: 'forced',
  recordingNotice: false,
  sessionDetails: false,
  poll: false,
  toast: false,
  activityCheck: false,
  chatLocked: false,
  skipMeetingEnded: false,
  lobby: false,
  animated: false,
  guestPolicy: 'ALWAYS_ACCEPT',
};
