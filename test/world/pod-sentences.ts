// What Django and its REST framework say, in the words of the recorded exchanges of each Pod version.
import type { PodVersion } from './pod.js';

export type Sentence =
  | 'badPage'
  | 'notFound'
  | 'required'
  | 'blank'
  | 'null'
  | 'nullCharacter'
  | 'maxLength'
  | 'badUrl'
  | 'urlTaken'
  | 'nameTaken'
  | 'noHyperlinkMatch'
  | 'wrongHyperlinkMatch'
  | 'noSuchObject'
  | 'notAUrl'
  | 'badChoice'
  | 'badInteger'
  | 'badBoolean'
  | 'badString'
  | 'badDate'
  | 'badPath'
  | 'sourceFileTaken'
  | 'notAFilterChoice'
  | 'notAvailable'
  | 'notAnObject'
  | 'unsupportedMedia'
  | 'badMethod'
  | 'badToken'
  | 'noCredentials'
  | 'forbidden';

export type Say = (sentence: Sentence, value?: string | number) => string;

const NBSP = '\u00a0';
const DATE_FORMAT = 'YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

const ENGLISH: Record<Sentence, string> = {
  badPage: 'Invalid page.',
  notFound: 'Not found.',
  required: 'This field is required.',
  blank: 'This field may not be blank.',
  null: 'This field may not be null.',
  nullCharacter: 'Null characters are not allowed.',
  maxLength: 'Ensure this field has no more than {} characters.',
  badUrl: 'Enter a valid URL.',
  urlTaken: 'Broadcaster with this URL already exists.',
  nameTaken: 'Broadcaster with this name already exists.',
  noHyperlinkMatch: 'Invalid hyperlink - No URL match.',
  wrongHyperlinkMatch: 'Invalid hyperlink - Incorrect URL match.',
  noSuchObject: 'Invalid hyperlink - Object does not exist.',
  notAUrl: 'Incorrect type. Expected URL string, received {}.',
  badChoice: '"{}" is not a valid choice.',
  badInteger: 'A valid integer is required.',
  badBoolean: 'Must be a valid boolean.',
  badString: 'Not a valid string.',
  badDate: `Datetime has wrong format. Use one of these formats instead: ${DATE_FORMAT}`,
  badPath: '"{}" is not a valid path choice.',
  sourceFileTaken: 'Recording with this source file already exists.',
  notAFilterChoice: 'Select a valid choice. {} is not one of the available choices.',
  notAvailable: 'Select a valid choice. That choice is not one of the available choices.',
  notAnObject: 'Invalid data. Expected a dictionary, but got {}.',
  unsupportedMedia: 'Unsupported media type "{}" in request.',
  badMethod: 'Method "{}" not allowed.',
  badToken: 'Invalid token.',
  noCredentials: 'Authentication credentials were not provided.',
  forbidden: 'You do not have permission to perform this action.',
};

const FRENCH_2: Record<Sentence, string> = {
  badPage: 'Page invalide.',
  notFound: 'Pas trouvé.',
  required: 'Ce champ est obligatoire.',
  blank: 'Ce champ ne peut être vide.',
  null: 'Ce champ ne peut être nul.',
  nullCharacter: 'Le caractère nul n’est pas autorisé.',
  maxLength: 'Assurez-vous que ce champ comporte au plus {} caractères.',
  badUrl: 'Saisissez une URL valide.',
  urlTaken: 'Un objet Diffuseur avec ce champ URL existe déjà.',
  nameTaken: 'Un objet Diffuseur avec ce champ nom existe déjà.',
  noHyperlinkMatch: "Lien non valide : pas d'URL correspondante.",
  wrongHyperlinkMatch: "Lien non valide : correspondance d'URL incorrecte.",
  noSuchObject: "Lien non valide : l'objet n'existe pas.",
  notAUrl: 'Type incorrect. Attendait une URL, a reçu {}.',
  badChoice: '"{}" n\'est pas un choix valide.',
  badInteger: 'Un nombre entier valide est requis.',
  badBoolean: 'Doit être un booléen valide.',
  badString: 'Chaîne de caractère non valide.',
  badDate: `La date + heure n'a pas le bon format. Utilisez un des formats suivants : ${DATE_FORMAT}`,
  badPath: '"{}" n\'est pas un choix de chemin valide.',
  sourceFileTaken: 'Un objet Enregistrement avec ce champ source file existe déjà.',
  notAFilterChoice: 'Sélectionnez un choix valide. {} n’en fait pas partie.',
  notAvailable: 'Sélectionnez un choix valide. Ce choix ne fait pas partie de ceux disponibles.',
  notAnObject: 'Donnée non valide. Attendait un dictionnaire, a reçu {}.',
  unsupportedMedia: 'Type de média "{}" non supporté.',
  badMethod: 'Méthode "{}" non autorisée.',
  badToken: 'Token non valide.',
  noCredentials: "Informations d'authentification non fournies.",
  forbidden: "Vous n'avez pas la permission d'effectuer cette action.",
};

const FRENCH_3: Record<Sentence, string> = {
  ...FRENCH_2,
  badPage: 'Page non valide.',
  required: 'Ce champ est requis.',
  maxLength: `Assurez-vous que ce champ comporte au plus {}${NBSP}caractères.`,
  noHyperlinkMatch: `Lien non valide${NBSP}: pas d'URL correspondante.`,
  wrongHyperlinkMatch: `Lien non valide${NBSP}: correspondance d'URL incorrecte.`,
  noSuchObject: `Lien non valide${NBSP}: l'objet n'existe pas.`,
  badChoice: `«${NBSP}{}${NBSP}» n'est pas un choix valide.`,
  badDate: `La date + heure n'a pas le bon format. Utilisez un des formats suivants${NBSP}: ${DATE_FORMAT}`,
  badPath: `«${NBSP}{}${NBSP}» n'est pas un choix de chemin valide.`,
  unsupportedMedia: `Type de média «${NBSP}{}${NBSP}» non supporté.`,
  badMethod: `Méthode «${NBSP}{}${NBSP}» non autorisée.`,
};

/** The sentences of a Pod that runs in French, for a client that may have asked for English. */
export function sentences(version: PodVersion, acceptLanguage: string | undefined): Say {
  const french = version === '2.8.2' ? FRENCH_2 : FRENCH_3;
  const table = /^en\b/i.test(acceptLanguage ?? '') ? ENGLISH : french;
  return (sentence, value = '') => table[sentence].replace('{}', () => String(value));
}
