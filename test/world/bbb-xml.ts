// Writes BBB's XML answers, with names as entities (bbb-web) or in CDATA (older versions, Scalelite).
import type { BbbMeetingRow } from './bbb.js';

export type XmlQuoting = 'entities' | 'cdata';

export function response(code: 'SUCCESS' | 'FAILED', parts: { raw?: string; key?: string; message?: string }): string {
  const key = parts.key === undefined ? '' : `<messageKey>${parts.key}</messageKey>`;
  const message = parts.message === undefined ? '' : `<message>${parts.message}</message>`;
  return `<response><returncode>${code}</returncode>${parts.raw ?? ''}${key}${message}</response>`;
}

export function meetingListXml(meetings: BbbMeetingRow[], quoting: XmlQuoting): string {
  const list = meetings.map((meeting) => `<meeting>${meetingInfoXml(meeting, quoting)}</meeting>`);
  return `<meetings>${list.join('')}</meetings>`;
}

export function meetingInfoXml(meeting: BbbMeetingRow, quoting: XmlQuoting): string {
  const element = (name: string, value: string | number | boolean): string => `<${name}>${value}</${name}>`;
  const startMs = meeting.startedAt.getTime();
  return [
    element('meetingName', quote(meeting.name, quoting)),
    element('meetingID', quote(meeting.meetingId, quoting)),
    element('internalMeetingID', meeting.internalMeetingId),
    element('createTime', startMs),
    element('createDate', meeting.startedAt.toUTCString()),
    element('voiceBridge', 71234),
    element('dialNumber', '613-555-1234'),
    element('attendeePW', quote(meeting.attendeePassword, quoting)),
    element('moderatorPW', quote(meeting.moderatorPassword, quoting)),
    element('running', meeting.running),
    element('duration', 0),
    element('hasUserJoined', meeting.running),
    element('recording', meeting.recorded),
    element('hasBeenForciblyEnded', false),
    element('startTime', startMs),
    element('endTime', 0),
    element('participantCount', meeting.running ? 1 : 0),
    element('listenerCount', 0),
    element('voiceParticipantCount', 0),
    element('videoCount', 0),
    element('maxUsers', 0),
    element('moderatorCount', meeting.running ? 1 : 0),
    element('attendees', meeting.running ? meeting.attendees.map((name) => attendeeXml(name, quoting)).join('') : ''),
    element('metadata', `<bbb-origin-server-name>${quote('pod.test', quoting)}</bbb-origin-server-name>`),
    element('isBreakout', false),
  ].join('');
}

function attendeeXml(name: string, quoting: XmlQuoting): string {
  return `<attendee><userID>w_1</userID><fullName>${quote(name, quoting)}</fullName><role>MODERATOR</role></attendee>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function quote(text: string, quoting: XmlQuoting): string {
  // eslint-disable-next-line no-control-regex -- XML 1.0 has no way to write these
  const writable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
  if (quoting === 'cdata') return `<![CDATA[${writable.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  return writable.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
