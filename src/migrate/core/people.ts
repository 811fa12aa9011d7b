// People as the migration speaks of them and tells them apart.
import type { PodUser } from '../model.js';

export type Person = Omit<PodUser, 'id'>;

/** E.g. `Marie Curie (mcurie)`. */
export function describePerson({ firstName, lastName, username }: Person): string {
  return `${`${firstName} ${lastName}`.trim()} (${username})`.trim();
}

/** The same user name may be another person in Pod: the mail address decides, its case aside. */
export function isSamePerson(one: Pick<Person, 'email'>, other: Pick<Person, 'email'>): boolean {
  return one.email.trim().toLowerCase() === other.email.trim().toLowerCase();
}
