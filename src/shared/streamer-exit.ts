// How the package's streamer ends: its exit statuses, and what each of them means (docs/en/streamer.md tells the same).

export const STREAMER_EXIT = {
  ended: 0,
  sharedMemory: 2,
  configuration: 10,
  apiRefused: 11,
  joinRefused: 12,
  browser: 13,
  rtmp: 14,
  disk: 15,
} as const;

export type StreamerExit = (typeof STREAMER_EXIT)[keyof typeof STREAMER_EXIT];

/** No other image is known to end with 10 to 15; the default one means the same by 2. */
const MEANINGS: Record<StreamerExit, string | null> = {
  // The default image ends so as well when ffmpeg or the RTMP server has failed: it says nothing.
  0: null,
  2: '/dev/shm is too small for a browser: shm_size in the compose file',
  10: 'a variable is missing or wrong: its output names it',
  11: 'the API of BigBlueButton refuses it (secret, checksum), or has not known the meeting for too long',
  12: 'BigBlueButton refuses the join, or nobody has let it in from the lobby',
  13: 'the browser has died three times in a row',
  14: 'the RTMP server was not reached within two minutes',
  15: 'the disk is full, or /video cannot be written',
};

/** `with status 12: BigBlueButton refuses …`. */
export function exitInWords(status: number): string {
  const meaning = MEANINGS[status as StreamerExit] as string | null | undefined;
  return `with status ${status}${meaning == null ? '' : `: ${meaning}`}`;
}
