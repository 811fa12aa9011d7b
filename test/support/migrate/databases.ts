// Databases of Pod and of Moodle on real servers, with rows as the reference worlds give them: all that tests need of them.
export {
  certificatePath,
  ENGINES,
  startDatabase,
  whyNoDatabase,
  withDatabase,
  withEachDatabase,
  type DatabaseServer,
  type EngineName,
} from './database-servers.js';
export {
  addPodUser,
  newPod,
  type ExternalEssence,
  type OwnerEssence,
  type PodEssence,
  type PodRows,
  type TestPod,
  type UserEssence,
} from './pod-in-database.js';
export {
  newMoodle,
  type MoodleEntry,
  type MoodleOptions,
  type MoodleRows,
  type TestMoodle,
} from './moodle-in-database.js';
