// As many recordings as one likes, each as bbb-web writes it (some 1.8 kB), the same in every run.
import { createHash } from 'node:crypto';

const NEWEST_MS = 1_705_345_200_000;

const COURSES = ['Droit constitutionnel L1', 'Mécanique des fluides', 'Littérature & société', 'Œuvres du XIXe siècle'];

/** The recordings numbered from 1, newest first; `@BBB@` is the server's address with its final slash. */
export function generatedRecording(number: number): string {
  const startMs = NEWEST_MS - number * 19 * 60_000;
  const id = `${createHash('sha1').update(`recording ${number}`).digest('hex')}-${startMs}`;
  const course = COURSES[number % COURSES.length]!.replaceAll('&', '&amp;');
  const video =
    number % 3 === 0
      ? `<format><type>video</type><url>@BBB@playback/video/${id}/</url><processingTime>90317</processingTime><length>61</length><size>73400320</size></format>`
      : '';
  return [
    `<recording><recordID>${id}</recordID><meetingID>${id.slice(0, 40)}-${number % 97}-${number % 1009}</meetingID><internalMeetingID>${id}</internalMeetingID>`,
    `<name>Séance n° ${number} : l’été ; l&#39;hiver</name><isBreakout>false</isBreakout><published>true</published><state>published</state>`,
    `<startTime>${startMs}</startTime><endTime>${startMs + 3_600_000}</endTime><participants>23</participants><rawSize>95581011</rawSize>`,
    '<metadata><isBreakout>false</isBreakout><bbb-origin>Moodle</bbb-origin><bbb-origin-version>4.1.2 (Build: 20230313)</bbb-origin-version>',
    '<bbb-origin-server-name>moodle.univ.example</bbb-origin-server-name><bbb-origin-server-common-name></bbb-origin-server-common-name>',
    '<bbb-origin-tag>moodle-mod_bigbluebuttonbn (2022112802)</bbb-origin-tag>',
    `<bbb-context>${course}</bbb-context><bbb-context-id>${number % 97}</bbb-context-id><bbb-context-name>${course}</bbb-context-name>`,
    `<bbb-context-label>C-${number % 97}</bbb-context-label><bbb-recording-name>Séance ${number}</bbb-recording-name>`,
    '<bbb-recording-description></bbb-recording-description><bbb-recording-tags></bbb-recording-tags></metadata>',
    `<playback><format><type>presentation</type><url>@BBB@playback/presentation/2.3/${id}</url><processingTime>71771</processingTime><length>61</length><size>1104836</size>`,
    `<preview><images><image alt="Page 1" height="136" width="176">@BBB@presentation/${id}/presentation/d2d9a672040fbde2a47a10bf6c37b6a4b5ae187f-${startMs}/thumbnails/thumb-1.png</image>`,
    `</images></preview></format>${video}`,
    '</playback></recording>',
  ].join('');
}
