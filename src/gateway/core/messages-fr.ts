// The sentences in French.
import type { Refusal } from '../model.js';

const TELL = 'Merci de prévenir l’administrateur de Pod.';

export const FRENCH: Record<Refusal, string> = {
  malformed: `Le serveur de diffusion n’a pas pu lire la demande. ${TELL}`,
  incomplete: `Le serveur de diffusion n’a reçu qu’une partie de la demande. ${TELL}`,
  headTooLarge: `La demande est trop longue pour le serveur de diffusion. ${TELL}`,
  bodyTooLarge: 'Le message est trop long.',
  chunked: `Le serveur de diffusion n’accepte pas de demande en morceaux. ${TELL}`,
  tooSlow: `La demande a mis trop de temps à parvenir au serveur de diffusion. ${TELL}`,
  foreign: `Ce serveur n’est pas autorisé à appeler le serveur de diffusion. ${TELL}`,
  wrongToken: `Le serveur de diffusion n’accepte pas le jeton de cette passerelle. ${TELL}`,
  notFound: `Il n’y a rien à cette adresse du serveur de diffusion. ${TELL}`,
  badCall: `Le serveur de diffusion n’a pas compris la demande. ${TELL}`,
  notSetUp: `Le serveur de diffusion n’est pas encore configuré pour les webinaires. ${TELL}`,
  unknownGateway: `Le serveur de diffusion ne connaît pas cette passerelle. ${TELL}`,
  wrongStream: `L’adresse de diffusion de cette passerelle n’est pas celle que connaît le serveur de diffusion. ${TELL}`,
  anotherLive:
    'Un autre direct est encore en cours sur la même passerelle. Le vôtre est pris en compte et démarrera dès que celui-ci sera terminé.',
  noLive: 'Il n’y a pas de direct de cette réunion en ce moment.',
  chatFailed: 'Le message n’a pas pu être transmis à la réunion.',
  diskFailed: `Le serveur de diffusion n’a pas pu enregistrer la demande. Merci de réessayer dans une minute. ${TELL}`,
  badConfiguration: `Le serveur de diffusion est mal configuré. ${TELL}`,
  internal: `Le serveur de diffusion a rencontré une erreur inattendue. ${TELL}`,
};
