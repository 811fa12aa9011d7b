// A plan in words: what `--dry-run` prints and the debug log says.
import type { Effect, EffectName, Plan, SlotRecord, Work } from '../model.js';

const WORDS: Record<EffectName, string> = {
  reserve: 'write the slot file',
  clearOut: 'move recordings of earlier lives to the outbox',
  claim: 'create its broadcaster in Pod',
  tellPodStarted: "mark it 'in progress' in Pod",
  render: 'write its docker-compose.yml',
  up: 'docker-compose up -d',
  revive: 'start its container again (docker-compose up -d; if that fails, down and up)',
  noteRestart: 'note that its container is started again',
  noteOnAir: 'note that it is on the air',
  explainSilence: 'ask what its container and the RTMP server say of its silence, and tell',
  reviveChat: "start the chat's Redis again (docker-compose up -d redis)",
  mailStart: 'mail that it has started',
  pingChat: "ask the chat's Redis",
  noteChatHeard: 'note that its container listens to its chat',
  adopt: 'take it over: write its slot file',
  beginStop: 'note that it ends',
  beginUndo: 'note that its start is undone',
  saveOutput: "keep the container's output in the log directory",
  finish: 'ask ffmpeg to close its file',
  down: 'docker-compose down',
  keepFragments: 'move what the failed start had recorded to the outbox',
  moveOut: 'move its recording to the outbox',
  removeBroadcaster: 'delete its broadcaster in Pod',
  tellPodStopped: "mark it 'stopped' in Pod",
  tellPodGivenBack: "mark it 'waiting' in Pod again",
  release: 'free the slot',
  closeRequest: "mark it 'stopped' in Pod, unstarted",
  settleWish: "note that what Pod's calls wanted is done with",
  closeWebinar: "mark it 'stopped' in Pod",
  learn: 'note in the slot file what is known of it by now',
  tellWebinarStarted: "mark it 'in progress' in Pod, and its broadcaster as on",
  prolongEvent: 'prolong its event in Pod',
  switchOff: 'mark its broadcaster in Pod as off',
  tellWebinarStopped: "mark it 'stopped' in Pod",
};

/** Of a live that another Docker engine is asked about. */
export function engineDetail(engineId: string, answers: string): string {
  return `its containers were started on the engine ${engineId}; the one that answers now is ${answers}`;
}

/** `process 4711 has been at work for 31 minutes: livestream 12: docker-compose down` */
export function workDetail({ pid, heldMs, doing }: Work): string {
  const who = pid === null ? 'an earlier tick' : `process ${pid}`;
  const time = heldMs === null ? '' : ` for ${minutesIn(heldMs)}`;
  return `${who} has been at work${time}${doing === '' ? '' : `: ${doing}`}`;
}

function minutesIn(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return 'less than a minute';
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}

/** One act, as people would say it; with the name that a live's broadcaster gets. */
function words(effect: Effect): string {
  const name = effect.do === 'reserve' || effect.do === 'adopt' ? ` (${namesOf(effect.record)})` : '';
  return `${inWords(effect)}${name}`;
}

function namesOf({ broadcasterName, streamKey, webinar }: SlotRecord): string {
  return webinar === undefined ? `${broadcasterName}, stream key ${streamKey}` : broadcasterName;
}

/** One act, as people would say it, without what users have typed. */
export function inWords(effect: Effect): string {
  return effect.do === 'render' && effect.onlyIfDamaged
    ? 'write its docker-compose.yml if it is damaged'
    : WORDS[effect.do];
}

/** A webinar of which no row in Pod is known has no number. */
function liveInWords(livestreamId: number): string {
  return livestreamId === 0 ? 'Webinar' : `Livestream ${livestreamId}`;
}

/** A headline for each chain, then its acts in order; then the outbox. */
export function describePlan(plan: Plan): string[] {
  const chains = plan.chains.flatMap((chain) => {
    const slot = chain.slot === null ? '' : `, slot ${chain.slot}`;
    return [
      `${liveInWords(chain.livestreamId)}${slot}: ${chain.reason}`,
      ...chain.effects.map((effect, index) => `  ${index + 1}. ${words(effect)}`),
    ];
  });
  return [...chains, ...plan.entries.map((entry) => `Outbox, ${entry}: hand its recordings over to Pod, or keep them`)];
}
