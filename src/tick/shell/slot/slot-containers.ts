// Which of the engine's containers are a slot's, and what they say of its live.
import type { ContainerState, SlotContainers } from '../../model.js';
import type { ListedContainer } from './engine.js';
import { projectName, streamerName } from './slot-paths.js';

/** The services of the compose file. */
export const STREAMER = 'bbb-streamer';
export const CHAT = 'redis';

/** By its project, and by the streamer's name, whatever project that is in. */
export function isOfSlot({ name, project }: ListedContainer, slot: number): boolean {
  return project === projectName(slot) || name === streamerName(slot);
}

/** The state of a slot in the list of all containers. */
export function containersOfSlot(slot: number, all: ListedContainer[]): SlotContainers {
  const own = all.filter((container) => isOfSlot(container, slot));
  const streamer =
    own.find(({ name }) => name === streamerName(slot)) ?? own.find(({ service }) => service === STREAMER);
  const chat = all.find(({ service, project }) => service === CHAT && project === streamer?.project);
  return {
    state: stateOf(own, streamer, chat),
    health: streamer?.health ?? null,
    exitStatus: streamer?.exitStatus ?? null,
  };
}

function stateOf(
  own: ListedContainer[],
  streamer: ListedContainer | undefined,
  chat: ListedContainer | undefined,
): ContainerState {
  if (streamer?.isRunning !== true) return own.length === 0 ? 'absent' : 'stopped';
  if (streamer.isPaused) return 'paused';
  return chat?.isRunning === true && !chat.isPaused ? 'running' : 'withoutChat';
}
