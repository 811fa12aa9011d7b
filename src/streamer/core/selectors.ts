// The one table of what is looked for in BigBlueButton's client, with the versions that have it and where that was read.

/**
 * The parts are known by `data-test`, which 4.0 renames to `data-testid`: always both, never a tag's name. `versions`
 * and `source` are for the people who keep this table; `source` is a path below bigbluebutton-html5/imports/ui/components
 * (C) or bigbluebutton-tests/playwright/core (T), with the version in which it was read.
 */
export interface Part {
  names: readonly string[];
  /** Where there is no such attribute: what else shows the part. */
  css?: string;
  versions: string;
  source: string;
}

export const PARTS = {
  audioModal: { names: ['audioModal'], versions: '2.4–4.0', source: 'C/audio/audio-modal; T/elements' },
  audioModalOptions: { names: ['audioModalOptions'], versions: '2.4–4.0', source: 'C/audio/audio-modal; T/elements' },
  listenOnly: { names: ['listenOnlyBtn'], versions: '2.4–4.0', source: 'C/audio/audio-modal; T/elements' },
  helpListenOnly: {
    names: ['helpListenOnlyBtn'],
    versions: '3.0–4.0',
    source: 'C/audio/audio-modal 3.1; T/elements 3.1',
  },
  joinAudio: { names: ['joinAudio'], versions: '2.4–4.0', source: 'C/audio/audio-controls; T/elements' },
  // 2.7 on have `leaveAudio` too: an entry of the microphone's menu, which a listener never sees.
  inAudio: {
    names: ['leaveListenOnly', 'leaveAudio'],
    versions: '2.4–2.5: leaveAudio; 2.6–4.0: leaveListenOnly',
    source: 'C/audio/audio-controls; T/elements',
  },
  connecting: {
    names: ['connecting', 'establishingAudioLabel', 'findingDevicesLabel'],
    versions: '2.4–2.5: connecting; 2.6 on: establishingAudioLabel; 3.1 on: findingDevicesLabel',
    source: 'C/audio/audio-modal; T/elements',
  },
  closeModal: {
    names: ['closeModal'],
    versions: '2.4–4.0',
    source: 'C/modal/simple 2.4; C/common/modal/header 2.6; T/elements',
  },
  sessionDetails: { names: ['sessionDetailsModal'], versions: '3.0–4.0', source: 'T/elements 3.0' },
  recordingNotice: {
    names: ['recordingNotifyModal'],
    versions: '4.0; without attribute from 2.5 on',
    source: 'T/elements 4.0',
  },
  recordingContinue: { names: ['recordingNotifyContinue'], versions: '4.0', source: 'T/elements 4.0' },
  poll: { names: ['pollingContainer'], versions: '2.4–4.0', source: 'C/polling; T/elements' },
  toasts: { names: ['toastContainer'], css: '.Toastify', versions: '2.4–4.0', source: 'C/common/toast; T/elements' },
  banner: { names: ['notificationBannerBar'], versions: '2.4–4.0', source: 'C/notifications-bar; T/elements' },
  meetingEnded: {
    names: ['meetingEndedModal', 'meetingEndedModalTitle'],
    versions: '2.4–2.7: meetingEndedModalTitle without feedback; 3.0 on: meetingEndedModal',
    source: 'C/meeting-ended; T/elements',
  },
  errorScreen: {
    names: ['errorScreenMessage'],
    css: '#error-message',
    versions: '2.4–3.0',
    source: 'C/error-screen; T/elements',
  },
  guestLobby: {
    names: ['guestMessage'],
    css: '#positionInWaitingQueue',
    versions: '2.4–3.0: guest-wait.html; 3.0 on: guestMessage',
    source: 'public/static/guest-wait 2.6; T/elements 3.0',
  },
  navigationBar: {
    names: ['navigationSidebarContainer'],
    css: '#Navbar',
    versions: '2.6–3.0: #Navbar; 3.1 on: the sidebar',
    source: 'C/nav-bar 2.6; T/elements 4.0',
  },
  actionsBar: { names: [], css: '#ActionsBar', versions: '3.0', source: 'C/actions-bar 3.0' },
  userListToggle: {
    names: ['toggleUserList', 'hasUnreadMessages'],
    versions: '2.4–3.0',
    source: 'C/nav-bar; T/elements',
  },
  chatButton: {
    names: ['chatButton', 'messagesSidebarButton'],
    css: '#chat-toggle-button',
    versions: '2.4–3.0: chatButton; 4.0: messagesSidebarButton',
    source: 'C/user-list/chat-list-item; T/elements',
  },
  chat: { names: ['publicChat'], versions: '2.4–4.0', source: 'C/chat; T/elements' },
  hideChat: { names: ['hidePublicChat'], versions: '2.4–3.0', source: 'C/chat; T/elements' },
  chatBox: { names: [], css: '#message-input', versions: '2.4–3.0', source: 'C/chat/message-form; T/elements' },
  sendMessage: { names: ['sendMessageButton'], versions: '2.4–4.0', source: 'C/chat/message-form; T/elements' },
  presentation: {
    names: ['presentationContainer', 'presentationPlaceholder', 'whiteboard'],
    versions: '2.4–3.0',
    source: 'C/presentation; T/elements',
  },
  webcam: { names: ['webcamVideoItem', 'videoContainer'], versions: '2.4–4.0', source: 'C/video-provider; T/elements' },
  screenShare: { names: [], css: '#screenshareVideo', versions: '2.4–4.0', source: 'C/screenshare; T/elements' },
  externalVideo: { names: ['videoPlayer'], versions: '2.4–4.0', source: 'C/external-video-player; T/elements' },
  // react-modal gives its content this class and role, whatever the styles beside it.
  anyModal: { names: [], css: '.ReactModal__Content, [role="dialog"]', versions: 'all', source: 'react-modal' },
  remoteAudio: { names: [], css: 'audio#remote-media', versions: '2.4–4.0', source: 'C/audio; imports/api/audio' },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;

export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** The CSS selector of a part, in every version. */
export function cssOf(name: PartName): string {
  const part: Part = PARTS[name];
  const named = part.names.map((attribute) => `[data-test="${attribute}"],[data-testid="${attribute}"]`);
  return [...named, ...(part.css === undefined ? [] : [part.css])].join(',');
}

/** What is never wanted in the picture. */
const UNWANTED: PartName[] = [
  'audioModal',
  'sessionDetails',
  'recordingNotice',
  'poll',
  'toasts',
  'banner',
  'navigationBar',
  'actionsBar',
];

/** Where a part has no name of its own: the bar that holds one of its buttons. */
const BARS: PartName[] = ['joinAudio', 'inAudio', 'userListToggle'];

/**
 * A style sheet that keeps all but the meeting out of the picture. `visibility` leaves each part in the page, so that it
 * can still be read and clicked. Each rule stands by itself: one that a browser does not understand takes no other away.
 */
export function hidingStyles(showChat: boolean): string {
  const hide = (selector: string): string => `${selector} { visibility: hidden !important; }`;
  const whole = (selectors: string): string =>
    selectors
      .split(',')
      .flatMap((one) => [one, `${one} *`])
      .join(',');
  return [
    'html, body { cursor: none !important; }',
    ...UNWANTED.map((name) => hide(whole(cssOf(name)))),
    hide('.ReactModal__Overlay, .ReactModal__Overlay *'),
    ...BARS.map((name) =>
      hide(`:is(section, header, nav, [role="region"]):has(> * :is(${cssOf(name)}), > :is(${cssOf(name)}))`),
    ),
    ...BARS.map((name) => hide(whole(cssOf(name)))),
    ...(showChat ? [] : [hide(whole(cssOf('chat')))]),
  ].join('\n');
}
