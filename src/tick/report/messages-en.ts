// The sentences in English: log lines, and mails with MAIL_LANG=en.
import type { Messages } from './messages.js';

export const ENGLISH: Messages = {
  podUnreadable: {
    title: 'No usable answer from Pod',
    what: 'Pod could not be read, or its answer was not understood',
    next:
      'Nothing is started on what could not be read, and running lives go on; the next tick tries again. ' +
      'If it lasts, check POD_URL, the network, and the web server of Pod.',
  },
  podRefused: {
    title: 'Access refused by Pod',
    what: 'Pod refused the access',
    next:
      'No live can be started or closed until Pod accepts it; running lives go on. ' +
      'Check POD_TOKEN (status 401), and that its user has staff rights in Pod (status 403).',
  },
  podWithoutBroadcasters: {
    title: 'No broadcasters in Pod',
    what: 'Pod has no /rest/broadcasters/, without which no live can be started',
    next: "Add 'live' to THIRD_PARTY_APPS in Pod's settings_local.py and restart Pod; requests wait until then.",
  },
  bbbUnreadable: {
    title: 'No usable answer from BBB',
    what: 'BBB could not be read, or its answer was not understood',
    next:
      'No live is stopped on that, and requests are started all the same; the next tick tries again. ' +
      'If it lasts, check BBB_URL, BBB_SECRET, and the BBB or Scalelite server.',
  },
  bbbMeetingUnreadable: {
    title: "Damaged meeting in BBB's list",
    what: 'A meeting in the list of BBB was not understood',
    next:
      'All other meetings are known and no other live is held up; a live of this very meeting goes on until BBB says plainly that it is over. ' +
      'Look at the name and the id of that meeting, and have it ended or renamed in BBB.',
  },
  bbbWithoutSha1: {
    title: 'BBB without sha1',
    what: 'BBB refuses checksums made with sha1, but the streaming image signs with sha1 only',
    next:
      'A live that is started now will most likely show nothing, as its container cannot enter the meeting. ' +
      'Allow sha1 again in BBB; or, if STREAMER_IMAGE names a fork that can do better, set BBB_CHECKSUM to its algorithm: this message then ends.',
  },
  bbbTooNew: {
    title: 'BBB too new for the streaming image',
    what: 'This BBB is too new for the streaming image (STREAMER_IMAGE): its lives will show nothing',
    next:
      "Build the image that comes with this program ('bbb-pod-live streamer build'), try it on a meeting " +
      "('bbb-pod-live streamer check --meeting ID'), then name it in STREAMER_IMAGE; lives in progress keep the image that they have.",
  },
  dockerUnreadable: {
    title: 'No usable answer from Docker',
    what: 'Docker or docker-compose gave no usable answer',
    next:
      'A slot whose containers cannot be read takes no new live, and running lives are left alone; the next tick tries again. ' +
      'Check that the service docker runs, and that the user of this crontab may use it (group docker, or the crontab of root).',
  },
  slotFileUnreadable: {
    title: 'Unreadable slot file',
    what: 'A slot file (live.json) cannot be read',
    next:
      'The slot counts as in use, and nothing in it is touched until the file can be read. ' +
      'Check its rights; if it is damaged, repair it, or delete it once its live and its container have ended.',
  },
  meetingUnreadable: {
    title: 'Unreadable meeting in Pod',
    what: "The live's meeting could not be read in Pod",
    next: 'The live waits as it is until it can be; the next tick tries again. Check that its meeting still exists in Pod.',
  },
  rowInconsistent: {
    title: 'Pod and this server disagree',
    what: "The live's row in Pod does not agree with the slots of this server",
    next:
      'Nothing is changed on a guess: a running live goes on until BBB says that its meeting is over. ' +
      'If the row is wrong, correct it in the administration of Pod.',
  },
  serverNumberShared: {
    title: 'A live that is not here',
    what: "A live in progress bears this server's number in Pod, but nothing of it is on this host",
    next:
      'It is left alone, and its slot takes no live meanwhile. Give each server a SERVER_NUMBER of its own; ' +
      'if its server is gone for good, set the row to stopped in the administration of Pod.',
  },
  memoryUnreadable: {
    title: 'Unreadable memory',
    what: 'The file memory.json cannot be read',
    next: 'The work goes on without it, but lasting errors may be mailed again. The file holds nothing that is needed and may be deleted.',
  },
  startFailed: {
    title: 'Start failed',
    what: 'The live could not be started',
    next:
      'What was begun is undone and the request waits in Pod; it is tried again at the next tick, then after 2 and 5 minutes, ' +
      'then every ten minutes. If servers share the queue, this one leaves it to the others for ten minutes.',
  },
  imageMissing: {
    title: 'Missing Docker image',
    what: 'A Docker image that the live needs is missing on this server',
    next:
      "Run 'bbb-pod-live init' on this server: it fetches the images. " +
      'The request waits in Pod and is tried again at the next tick, then after 2 and 5 minutes, then every ten minutes.',
  },
  namesTaken: {
    title: 'No free broadcaster name',
    what: 'Every name tried for the broadcaster belongs to another one',
    next:
      'The request waits in Pod and is tried again. Delete left-over broadcasters of that name in the administration of Pod, ' +
      'or have the meeting renamed.',
  },
  stopFailed: {
    title: 'Stop not finished',
    what: 'The end of the live could not be finished',
    next: 'The next tick goes on from the step that failed; the steps after it wait for it, and the slot stays in use.',
  },
  engineChanged: {
    title: 'Another Docker engine',
    what: "The live's containers were started on another Docker engine than the one that answers now",
    next:
      'The live is neither ended nor started again, and its slot stays in use: its container may still be streaming there. ' +
      "Let docker speak with that engine again (docker context use, DOCKER_HOST). If it is gone for good, delete the entry engineId in the slot's live.json.",
  },
  leftBehind: {
    title: 'Remains of a live in Docker',
    what: "The live's containers are gone, but docker-compose down complained",
    next: "The live ends as usual. If it was a network in use: it goes with the slot's next live, once nothing is attached to it.",
  },
  stuck: {
    title: 'Work that does not end',
    what: 'What an earlier tick does here takes far too long',
    next:
      'The other slots go on; this one is left alone until it has ended. Look at what that process waits for ' +
      '(docker-compose, a share of the network); it may be ended with kill: the next tick goes on from there.',
  },
  containerDied: {
    title: 'Container gone',
    what: 'The container of a live in progress does not run',
    next:
      'The live stays in progress and its container is started again as long as BBB shows the meeting: at once, at the next tick, ' +
      'then after 2, 4 and 8 minutes; viewers may have missed a part. ' +
      'Its last output is in the log directory, in <livestream id>.log.',
  },
  revivalFailed: {
    title: 'Container not started again',
    what: 'The container of a live in progress has gone and could not be started again',
    next:
      'The live stays in progress and its container is started again as long as BBB shows the meeting: at the next tick, ' +
      'then after 2, 4 and 8 minutes; viewers see nothing meanwhile. ' +
      "If an image is missing, run 'bbb-pod-live init' on this server; if Docker lacks anything else, its own words above say what.",
  },
  containerSick: {
    title: 'Container that does not work',
    what: 'The container of a live in progress runs, but does not do its work',
    next:
      'It is made anew with the same stream key as long as BBB shows the meeting: at once, at the next tick, then after 2, 4 and 8 minutes; ' +
      'viewers may have missed a part. Its last output is in the log directory, in <livestream id>.log.',
  },
  liveFailed: {
    title: 'Live failed',
    what: 'The container of a live in progress was started again six times within an hour, in vain',
    next:
      'The live stays in progress and is looked at on; its container is started again once an hour has gone by since the first of these starts. ' +
      "Look at its output in the log directory (<livestream id>.log), or end the live: 'bbb-pod-live stop'.",
  },
  streamSilent: {
    title: 'Nothing on the air',
    what: 'Viewers see nothing of a live in progress, or a picture that stands',
    next:
      'With RESTART_SILENT=true its container is made anew as long as BBB shows the meeting, six times within an hour at most. ' +
      "Check that the RTMP server takes the stream (BBB_STREAM_URL) and publishes its playlist (POD_HLS_STREAM); 'bbb-pod-live status' shows when it is on the air.",
  },
  playlistUnreadable: {
    title: 'Unreadable playlist',
    what: 'The playlist of a live in progress cannot be read, so that nobody knows whether viewers see it',
    next:
      'Nothing is started again on that. Check POD_HLS_STREAM and its web server; ' +
      'if this server cannot reach it at all, set CHECK_HLS=false: lives are then not looked at there.',
  },
  endedAlone: {
    title: 'Live ended: nobody was there any more',
    what: 'A live was ended although BBB still shows its meeting, because nobody but the live itself was in it',
    next: 'There is nothing to do: its recording is handed over as usual. A live keeps its meeting open; STOP_WHEN_ALONE_MINUTES says how long it may be alone there (0: for ever).',
  },
  endedTooLong: {
    title: 'Live ended: too long',
    what: 'A live was ended although BBB still shows its meeting, because it had lasted for as long as a live may',
    next: 'There is nothing to do: its recording is handed over as usual. MAX_LIVE_HOURS sets that limit (0: none).',
  },
  containerWithoutLive: {
    title: 'Containers without a live',
    what: 'A slot that holds no known live has containers',
    next: "The slot takes no live meanwhile. If nobody needs them, run 'docker-compose down' in the directory of the slot.",
  },
  chatSilent: {
    title: 'Silent chat',
    what: 'The Redis of the chat does not answer',
    next:
      'The live goes on, but messages typed in Pod may not reach the meeting. ' +
      "Check REDIS_BIND_ADDRESS and the firewall, for Pod's web servers too: slot N uses port 6378 + N.",
  },
  chatDied: {
    title: 'Chat stopped',
    what: 'The Redis of the chat does not run',
    next:
      'The live goes on, but messages typed in Pod do not reach the meeting. Only this Redis is started again: at once, at the next tick, ' +
      "then after 2, 4 and 8 minutes. If it dies again and again, look at 'docker-compose logs redis' in the directory of the slot: " +
      'too many messages, or too large ones, may have been sent to its port.',
  },
  chatUnreachable: {
    title: 'Chat not reachable',
    what: 'The Redis of the chat does not answer where Pod was told to find it',
    next:
      'The live goes on, but messages typed in Pod most likely do not reach the meeting. Check SERVER_HOSTNAME (its name must lead to this server), ' +
      "REDIS_BIND_ADDRESS and the firewall. If only this server cannot reach itself by that name, Pod's web servers may all the same.",
  },
  chatUnheard: {
    title: 'Chat that nobody hears',
    what: 'The streaming container does not listen to the chat of its live',
    next:
      'The live goes on, but messages typed in Pod do not reach the meeting. What its chat program said is in ' +
      "'docker-compose logs bbb-streamer' in the directory of the slot.",
  },
  recordingStalled: {
    title: 'Recording that does not grow',
    what: 'The recording of a live in progress does not grow',
    next:
      'The live goes on, and what there is will be handed over when it ends. Check the free space, and whether the container may write into ' +
      "videodata (SELinux, rights); 'docker-compose logs bbb-streamer' in the directory of the slot says what ffmpeg does.",
  },
  recordingRefused: {
    title: 'Live without its recording',
    what: 'A live begins without the recording that was asked for, because the disk is nearly full',
    next:
      'The live itself lacks nothing. Make room on that disk (kept/ and outbox/ in PHYSICAL_BASE_ROOT): ' +
      'lives that begin after that are recorded again; this one is not.',
  },
  diskShort: {
    title: 'Disk that will be full',
    what: 'The recordings in progress may need more room than is free',
    next:
      'They go on. Make room there before they end (kept/ and outbox/ in PHYSICAL_BASE_ROOT, what Pod has not collected in POD_DEFAULT_BBB_PATH). ' +
      'With less than 1 GB free in PHYSICAL_BASE_ROOT new lives begin without their recording.',
  },
  recordingKept: {
    title: 'Recording kept aside',
    what: 'A recording could not be handed over to Pod and was kept aside',
    next:
      'It lies in the directory kept/ of this server and is never deleted from there: publish it in Pod by hand, or delete it. ' +
      'The live itself ends as usual.',
  },
  fragmentKept: {
    title: 'Fragment kept aside',
    what: 'A start that failed had recorded a fragment, which was kept aside',
    next: 'It lies in the directory kept/ of this server and is never deleted from there; if it is worth nothing, delete it.',
  },
  recordingWaiting: {
    title: 'Recording waiting',
    what: 'A recording waits because Pod has not collected an earlier one of the same meeting',
    next:
      'It is handed over as soon as the earlier one has been collected. ' +
      "If it lasts, check Pod's job (manage.py bbb main) and DEFAULT_BBB_PATH in Pod.",
  },
  recordingFailed: {
    title: 'Recording not handed over',
    what: 'A recording could not be handed over to Pod yet',
    next:
      'The live has ended as usual and its slot is free; the file waits in the outbox, and the next tick tries again. ' +
      'Check that POD_DEFAULT_BBB_PATH is there, answers, is writable, and has room.',
  },
  entryUnreadable: {
    title: 'Outbox entry not readable',
    what: 'What is known of a recording in the outbox cannot be read',
    next:
      'Nothing is done with that recording, and nothing of it is overwritten. Repair recording.json in that directory, or ' +
      'hand the recording over by hand and delete the directory.',
  },
  recordingMissing: {
    title: 'No recording',
    what: 'A recording was asked for, but there was none when the live ended',
    next:
      'The live itself ends as usual, and nothing is published. Look in that log for what ffmpeg said, and check that ' +
      'the container may write into videodata (SELinux, rights, room).',
  },
  webinarNotCalled: {
    title: 'A webinar that was never started',
    what: 'Pod shows a webinar in progress, but its gateway was not called',
    next:
      'Nothing is started: nobody may have asked for it. If it is to be live, let its owner restart the live in Pod. ' +
      "If calls do not arrive, check in Pod's administration the URL and the token of that live gateway, and the firewall.",
  },
  webinarWaits: {
    title: 'A webinar that waits',
    what: 'A webinar was asked for and is not started yet',
    next:
      'It is started as soon as that is possible, without anybody doing anything. If webinars often meet on one gateway, ' +
      "add gateways in Pod's administration, and slots here.",
  },
  webinarsNotSetUp: {
    title: 'Webinars are not set up',
    what: 'This Pod asks for lives by webinars, and this server serves none of its gateways',
    next:
      "Pod from 3.8.2 on has no requests for lives any more. See the page 'Pod 4: webinars' of the documentation: " +
      "set POD_LIVE_GATEWAYS and the other variables of webinars, and run 'bbb-pod-live init'.",
  },
  requestClosed: {
    title: 'Request closed unstarted',
    what: 'A request was closed without a start because its meeting was over',
    next: 'There is nothing to do: the teacher can start the meeting again and ask for a live again.',
  },
  diskFailed: {
    title: 'Disk failure',
    what: 'A file or a directory of bbb-pod-live could not be read or written',
    next: 'What depends on it waits, and the next tick tries again. Check the free space and the rights in PHYSICAL_BASE_ROOT.',
  },
  logUnwritable: {
    title: 'Log not written',
    what: 'The log could not be written',
    next: 'The work goes on without it; log lines that were lost go to stderr. Check the free space and the rights in PHYSICAL_LOG_ROOT.',
  },
  otherUser: {
    title: 'Run by another user',
    what: 'The program was run by another user than the one to whom its base directory belongs',
    next:
      'What root makes there is given to that owner; what another user makes may be closed to the crontab, whose ticks then cannot end that live. ' +
      'Run it as the owner of PHYSICAL_BASE_ROOT, by hand too (sudo -u), or give the directory to the user of the crontab.',
  },
  mailFailed: {
    title: 'Mail not sent',
    what: 'A mail could not be sent',
    next: 'The work goes on. Check SMTP_URL, or SENDMAIL_PATH and the local mail service, and ADMIN_EMAIL.',
  },
  addressRefused: {
    title: 'An address that gets no mails',
    what: 'The mail server refuses an address of ADMIN_EMAIL; the others get the mails',
    next: 'Correct or remove it in ADMIN_EMAIL, or have the mail server take it.',
  },
  lockHeld: {
    title: 'A tick that does not end',
    what: 'Another tick has been looking around here for far too long',
    next:
      'Nothing new is started or ended here until it has ended. Look at that process, and at what it waits for ' +
      '(docker-compose, a share of the network); it may be ended with kill: the next tick goes on from there.',
  },
  planningTimeout: {
    title: 'A tick that took too long to look around',
    what: 'Pod, BBB, Docker or a disk did not answer in time, and nothing was decided',
    next: 'The next tick tries again. If it lasts, see which of them is slow; PLANNING_TIMEOUT_S is the limit.',
  },
  internal: {
    title: 'Internal error',
    what: 'An error that was not foreseen was met: a fault of bbb-pod-live',
    next:
      'What it was about waits for the next tick; the rest of the work goes on. ' +
      "Please report it to the authors with the log of 'bbb-pod-live run --debug'.",
  },
};
