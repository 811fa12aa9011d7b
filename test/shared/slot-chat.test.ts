// Where the chat of a slot's live is.
import { expect, test } from '@jest/globals';
import { controlChannel, controlMessage, redisChannel, redisPort } from '../../src/shared/slot-chat.js';

test('slot N publishes its chat on port 6378 + N, channel chatN', () => {
  expect([redisPort(1), redisChannel(1), redisPort(12), redisChannel(12)]).toEqual([6379, 'chat1', 6390, 'chat12']);
});

test('what the picture is to show is said on a channel beside it', () => {
  expect(controlChannel(redisChannel(3))).toBe('chat3:control');
  expect(controlMessage(false)).toBe('{"showChat":false}');
});
