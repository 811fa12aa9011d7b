// What a viewer who only listens asks of BigBlueButton's `join`: the parameters, for every version at once.

export interface JoinOptions {
  meetingId: string;
  fullName: string;
  /** The attendees' password, as getMeetingInfo tells it; 2.4 on go by `role`. */
  password: string;
  /** Of the meeting that runs now, as getMeetingInfo tells it; empty: not told. */
  createTime: string;
  /** BCP 47, for instance `en`: aria labels are then known. */
  locale: string;
  showChat: boolean;
  /** `picture`: what is streamed. `chat`: a page that only writes into the chat, without sound. */
  purpose: 'picture' | 'chat';
}

/**
 * The parameters of `join`, in order. A version ignores those that it does not know. `guest=false` is said always:
 * without it BigBlueButton takes the viewer for authenticated, and a guest policy makes him wait for a moderator. Sources:
 * docs/docs/administration/customize.md and ApiController.groovy (2.4 to 3.1).
 */
export function joinParameters(options: JoinOptions): [string, string][] {
  const { createTime, password, purpose } = options;
  return [
    ['fullName', options.fullName],
    ['meetingID', options.meetingId],
    ...(password === '' ? [] : [['password', password] as [string, string]]),
    ['role', 'VIEWER'],
    ['guest', 'false'],
    ['bot', 'true'],
    ['excludeFromDashboard', 'true'],
    ['redirect', 'true'],
    ['joinViaHtml5', 'true'],
    ...(createTime === '' ? [] : [['createTime', createTime] as [string, string]]),
    ...(purpose === 'picture' ? pictureSettings(options.showChat) : CHAT_SETTINGS),
    ['userdata-bbb_override_default_locale', options.locale],
    ['userdata-bbb_ask_for_feedback_on_logout', 'true'],
    ['userdata-bbb_enable_video', 'false'],
    ['userdata-bbb_shortcuts', ''],
    ['userdata-bbb_display_branding_area', 'false'],
    ['userdata-bbb_show_session_details_on_join', 'false'],
  ];
}

/** The actions bar is asked for, and hidden by a style sheet: without it nothing would tell whether there is sound. */
function pictureSettings(showChat: boolean): [string, string][] {
  return [
    ['userdata-bbb_auto_join_audio', 'true'],
    ['userdata-bbb_force_listen_only', 'true'],
    ['userdata-bbb_listen_only_mode', 'true'],
    ['userdata-bbb_skip_check_audio', 'true'],
    ['userdata-bbb_hide_nav_bar', 'true'],
    // The list of participants holds the chat's button (up to 3.0).
    ['userdata-bbb_show_participants_on_login', String(showChat)],
    ['userdata-bbb_show_public_chat_on_login', String(showChat)],
    ['userdata-bbb_hide_presentation_on_join', 'false'],
    ['userdata-bbb_hide_notifications', 'true'],
    ['userdata-bbb_hide_controls', 'true'],
  ];
}

const CHAT_SETTINGS: [string, string][] = [
  ['enforceLayout', 'PARTICIPANTS_AND_CHAT_ONLY'],
  ['userdata-bbb_auto_join_audio', 'false'],
  ['userdata-bbb_show_participants_on_login', 'true'],
  ['userdata-bbb_show_public_chat_on_login', 'true'],
];
