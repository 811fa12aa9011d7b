// The sentences in French: mails with MAIL_LANG=fr.
import type { Messages } from './messages.js';

export const FRENCH: Messages = {
  podUnreadable: {
    title: 'Pas de réponse exploitable de Pod',
    what: "Pod n'a pas pu être lu, ou sa réponse n'a pas été comprise",
    next:
      "Rien n'est démarré sur la base de ce qui n'a pas pu être lu et les directs en cours continuent ; le prochain passage réessaie. " +
      'Si cela dure, vérifiez POD_URL, le réseau et le serveur web de Pod.',
  },
  podRefused: {
    title: 'Accès refusé par Pod',
    what: "Pod a refusé l'accès",
    next:
      "Aucun direct ne peut être démarré ni clos tant que Pod refuse l'accès ; les directs en cours continuent. " +
      "Vérifiez POD_TOKEN (statut 401) et que l'utilisateur de ce jeton a les droits d'équipe dans Pod (statut 403).",
  },
  podWithoutBroadcasters: {
    title: 'Pas de diffuseurs dans Pod',
    what: "Pod n'a pas de /rest/broadcasters/, sans lequel aucun direct ne peut démarrer",
    next: "Ajoutez 'live' à THIRD_PARTY_APPS dans le settings_local.py de Pod, puis redémarrez Pod ; d'ici là, les demandes attendent.",
  },
  bbbUnreadable: {
    title: 'Pas de réponse exploitable de BBB',
    what: "BBB n'a pas pu être lu, ou sa réponse n'a pas été comprise",
    next:
      "Aucun direct n'est arrêté pour autant et les demandes sont démarrées malgré tout ; le prochain passage réessaie. " +
      'Si cela dure, vérifiez BBB_URL, BBB_SECRET et le serveur BBB ou Scalelite.',
  },
  bbbMeetingUnreadable: {
    title: 'Réunion abîmée dans la liste de BBB',
    what: "Une réunion de la liste de BBB n'a pas été comprise",
    next:
      "Toutes les autres réunions sont connues et aucun autre direct n'est retardé ; un direct de cette réunion-là continue jusqu'à ce que BBB " +
      "indique clairement qu'elle est terminée. Examinez le nom et l'identifiant de cette réunion ; faites-la clore ou renommer dans BBB.",
  },
  bbbWithoutSha1: {
    title: 'BBB sans sha1',
    what: "BBB refuse les sommes de contrôle en sha1, or l'image de diffusion ne sait signer qu'en sha1",
    next:
      'Un direct démarré maintenant ne montrera probablement rien : son conteneur ne peut pas entrer dans la réunion. ' +
      "Autorisez de nouveau sha1 dans BBB ; ou, si STREAMER_IMAGE désigne une variante de l'image qui sait faire mieux, " +
      'indiquez son algorithme dans BBB_CHECKSUM : ce message cessera.',
  },
  bbbTooNew: {
    title: "BBB trop récent pour l'image Docker de diffusion",
    what: "Ce BBB est trop récent pour l'image Docker de diffusion (STREAMER_IMAGE) : les directs ne montreront rien",
    next:
      "Construisez l'image fournie avec ce programme ('bbb-pod-live streamer build'), essayez-la sur une réunion " +
      "('bbb-pod-live streamer check --meeting ID'), puis indiquez-la dans STREAMER_IMAGE ; les directs en cours gardent la leur.",
  },
  dockerUnreadable: {
    title: 'Pas de réponse exploitable de Docker',
    what: "Docker ou docker-compose n'a pas donné de réponse exploitable",
    next:
      'Un emplacement dont les conteneurs ne peuvent pas être lus ne reçoit pas de nouveau direct, et les directs en cours sont laissés ' +
      "tels quels ; le prochain passage réessaie. Vérifiez que le service docker fonctionne et que l'utilisateur de cette crontab y a droit " +
      '(groupe docker, ou crontab de root).',
  },
  slotFileUnreadable: {
    title: "Fichier d'emplacement illisible",
    what: "Le fichier d'un emplacement (live.json) ne peut pas être lu",
    next:
      "L'emplacement est considéré comme occupé et rien n'y est modifié tant que ce fichier reste illisible. " +
      "Vérifiez ses droits ; s'il est abîmé, réparez-le, ou supprimez-le une fois son direct et son conteneur terminés.",
  },
  meetingUnreadable: {
    title: 'Réunion illisible dans Pod',
    what: "La réunion de ce direct n'a pas pu être lue dans Pod",
    next: "Le direct reste en l'état jusque-là ; le prochain passage réessaie. Vérifiez que sa réunion existe encore dans Pod.",
  },
  rowInconsistent: {
    title: 'Désaccord entre Pod et ce serveur',
    what: "L'enregistrement du direct dans Pod ne concorde pas avec les emplacements de ce serveur",
    next:
      "Rien n'est modifié au hasard : un direct en cours continue jusqu'à ce que BBB indique que sa réunion est terminée. " +
      "Si l'enregistrement est faux, corrigez-le dans l'administration de Pod.",
  },
  serverNumberShared: {
    title: "Direct qui n'est pas ici",
    what: "Un direct en cours porte dans Pod le numéro de ce serveur, mais rien de lui n'est sur cette machine",
    next:
      "Il est laissé tel quel et son emplacement ne reçoit pas de direct en attendant. Donnez à chaque serveur un SERVER_NUMBER qui n'est qu'à lui ; " +
      "si son serveur a disparu pour de bon, marquez la ligne comme arrêtée dans l'administration de Pod.",
  },
  memoryUnreadable: {
    title: 'Mémoire illisible',
    what: 'Le fichier memory.json ne peut pas être lu',
    next:
      'Le travail continue sans lui, mais des erreurs qui durent peuvent être signalées une nouvelle fois. ' +
      "Ce fichier ne contient rien d'indispensable et peut être supprimé.",
  },
  startFailed: {
    title: 'Démarrage impossible',
    what: "Le direct n'a pas pu démarrer",
    next:
      'Ce qui avait été commencé est défait et la demande attend dans Pod ; elle sera retentée au prochain passage, puis au bout de 2 et ' +
      '5 minutes, puis toutes les dix minutes. Si plusieurs serveurs se partagent les demandes, celui-ci la laisse aux autres pendant dix minutes.',
  },
  imageMissing: {
    title: 'Image Docker absente',
    what: 'Une image Docker nécessaire au direct est absente de ce serveur',
    next:
      "Lancez 'bbb-pod-live init' sur ce serveur : cette commande récupère les images. La demande attend dans Pod et sera retentée " +
      'au prochain passage, puis au bout de 2 et 5 minutes, puis toutes les dix minutes.',
  },
  namesTaken: {
    title: 'Aucun nom de diffuseur libre',
    what: 'Tous les noms essayés pour le diffuseur sont déjà pris',
    next:
      "La demande attend dans Pod et sera retentée. Supprimez les anciens diffuseurs de ce nom dans l'administration de Pod, " +
      'ou faites renommer la réunion.',
  },
  stopFailed: {
    title: 'Arrêt inachevé',
    what: "L'arrêt du direct n'a pas pu être mené à son terme",
    next: "Le prochain passage reprend à l'étape qui a échoué ; les étapes suivantes l'attendent et l'emplacement reste occupé.",
  },
  engineChanged: {
    title: 'Autre moteur Docker',
    what: 'Les conteneurs du direct ont été démarrés sur un autre moteur Docker que celui qui répond maintenant',
    next:
      "Le direct n'est ni terminé ni redémarré et son emplacement reste occupé : son conteneur y diffuse peut-être encore. " +
      "Faites de nouveau parler docker à ce moteur (docker context use, DOCKER_HOST). S'il a disparu pour de bon, supprimez l'entrée engineId du live.json de l'emplacement.",
  },
  leftBehind: {
    title: "Restes d'un direct dans Docker",
    what: "Les conteneurs du direct n'existent plus, mais docker-compose down s'est plaint",
    next: "Le direct se termine normalement. S'il s'agit d'un réseau encore utilisé, il part avec le prochain direct de l'emplacement, une fois que plus rien n'y est attaché.",
  },
  stuck: {
    title: 'Un travail qui ne se termine pas',
    what: "Ce qu'un passage précédent fait ici dure bien trop longtemps",
    next:
      "Les autres emplacements continuent ; celui-ci est laissé tranquille jusqu'à la fin de ce travail. Regardez ce que ce processus attend " +
      '(docker-compose, un partage réseau) ; il peut être arrêté par kill : le passage suivant reprendra la suite.',
  },
  containerDied: {
    title: 'Conteneur arrêté',
    what: "Le conteneur d'un direct en cours ne fonctionne plus",
    next:
      'Le direct reste en cours et son conteneur est redémarré tant que BBB indique que la réunion continue : tout de suite, au prochain ' +
      'passage, puis au bout de 2, 4 et 8 minutes ; le public a pu manquer une partie du direct. ' +
      'Ses dernières lignes se trouvent dans le répertoire des logs, dans <id du direct>.log.',
  },
  revivalFailed: {
    title: 'Conteneur non redémarré',
    what: "Le conteneur d'un direct en cours a disparu ou s'est arrêté, et n'a pas pu être redémarré",
    next:
      'Le direct reste en cours et son conteneur est redémarré tant que BBB indique que la réunion continue : au prochain passage, ' +
      "puis au bout de 2, 4 et 8 minutes ; d'ici là, le public ne voit rien. S'il manque une image, lancez 'bbb-pod-live init' " +
      'sur ce serveur ; pour toute autre raison, le message de Docker ci-dessus dit laquelle.',
  },
  containerSick: {
    title: 'Conteneur défaillant',
    what: "Le conteneur d'un direct en cours s'exécute, mais ne fait pas son travail",
    next:
      'Il est recréé avec la même clé de flux tant que BBB montre la réunion : immédiatement, au passage suivant, puis après 2, 4 et 8 minutes ; ' +
      'les spectateurs ont pu manquer une partie. Sa dernière sortie est dans le répertoire des logs, dans <id du direct>.log.',
  },
  liveFailed: {
    title: 'Direct en échec',
    what: "Le conteneur d'un direct en cours a été relancé six fois en une heure, sans succès",
    next:
      'Le direct reste en cours et reste surveillé ; son conteneur sera relancé une heure après le premier de ces redémarrages. ' +
      'Consultez sa sortie dans le répertoire des logs (<id du direct>.log), ou arrêtez le direct : « bbb-pod-live stop ».',
  },
  streamSilent: {
    title: "Rien à l'antenne",
    what: "Les spectateurs ne voient rien d'un direct en cours, ou une image figée",
    next:
      'Avec RESTART_SILENT=true, son conteneur est recréé tant que BBB montre la réunion, six fois par heure au plus. ' +
      "Vérifiez que le serveur RTMP accepte le flux (BBB_STREAM_URL) et publie sa playlist (POD_HLS_STREAM) ; « bbb-pod-live status » indique quand le direct est à l'antenne.",
  },
  playlistUnreadable: {
    title: 'Playlist illisible',
    what: "La playlist d'un direct en cours ne peut pas être lue : nul ne sait si les spectateurs le voient",
    next:
      "Rien n'est relancé pour autant. Vérifiez POD_HLS_STREAM et son serveur web ; " +
      'si ce serveur ne peut pas du tout le joindre, mettez CHECK_HLS=false : les directs ne sont alors pas vérifiés par ce moyen.',
  },
  endedAlone: {
    title: "Direct arrêté : il n'y avait plus personne",
    what: "Un direct a été arrêté bien que BBB montre encore sa réunion, car il n'y avait plus personne d'autre que lui",
    next: "Il n'y a rien à faire : son enregistrement est remis comme d'habitude. Un direct maintient sa réunion ouverte ; STOP_WHEN_ALONE_MINUTES indique combien de temps il peut y rester seul (0 : toujours).",
  },
  endedTooLong: {
    title: 'Direct arrêté : trop long',
    what: 'Un direct a été arrêté bien que BBB montre encore sa réunion, car il avait atteint la durée maximale',
    next: "Il n'y a rien à faire : son enregistrement est remis comme d'habitude. MAX_LIVE_HOURS fixe cette limite (0 : aucune).",
  },
  containerWithoutLive: {
    title: 'Conteneurs sans direct',
    what: 'Un emplacement sans direct connu a des conteneurs',
    next:
      "Cet emplacement ne reçoit pas de direct pendant ce temps. Si personne n'en a besoin, lancez 'docker-compose down' " +
      "dans le répertoire de l'emplacement.",
  },
  chatSilent: {
    title: 'Tchat muet',
    what: 'Le Redis du tchat ne répond pas',
    next:
      'Le direct continue, mais les messages écrits dans Pod peuvent ne pas parvenir à la réunion. ' +
      "Vérifiez REDIS_BIND_ADDRESS et le pare-feu, y compris pour les serveurs web de Pod : l'emplacement N utilise le port 6378 + N.",
  },
  chatDied: {
    title: 'Tchat arrêté',
    what: 'Le Redis du tchat ne fonctionne plus',
    next:
      'Le direct continue, mais les messages écrits dans Pod ne parviennent pas à la réunion. Seul ce Redis est redémarré : tout de suite, ' +
      "au prochain passage, puis au bout de 2, 4 et 8 minutes. S'il s'arrête sans cesse, consultez 'docker-compose logs redis' dans le " +
      "répertoire de l'emplacement : trop de messages, ou de trop gros, ont pu être envoyés à son port.",
  },
  chatUnreachable: {
    title: 'Tchat injoignable',
    what: "Le Redis du tchat ne répond pas à l'adresse indiquée à Pod",
    next:
      "Le direct continue, mais les messages saisis dans Pod n'arrivent sans doute pas dans la réunion. Vérifiez SERVER_HOSTNAME (ce nom doit mener à ce serveur), " +
      'REDIS_BIND_ADDRESS et le pare-feu. Si ce serveur est le seul à ne pas se joindre par ce nom, les serveurs web de Pod le peuvent peut-être.',
  },
  chatUnheard: {
    title: "Tchat que personne n'écoute",
    what: "Le conteneur de diffusion n'écoute pas le tchat de son direct",
    next:
      "Le direct continue, mais les messages saisis dans Pod n'arrivent pas dans la réunion. Ce qu'a dit le programme du tchat se lit avec " +
      "'docker-compose logs bbb-streamer' dans le répertoire de l'emplacement.",
  },
  recordingStalled: {
    title: 'Enregistrement qui ne grandit pas',
    what: "L'enregistrement d'un direct en cours ne grandit pas",
    next:
      "Le direct continue, et ce qui existe sera remis à la fin. Vérifiez l'espace disque, et que le conteneur peut écrire dans " +
      "videodata (SELinux, droits) ; 'docker-compose logs bbb-streamer' dans le répertoire de l'emplacement dit ce que fait ffmpeg.",
  },
  recordingRefused: {
    title: 'Direct sans son enregistrement',
    what: "Un direct démarre sans l'enregistrement demandé, parce que le disque est presque plein",
    next:
      'Le direct lui-même ne manque de rien. Faites de la place sur ce disque (kept/ et outbox/ dans PHYSICAL_BASE_ROOT) : ' +
      'les directs qui démarrent ensuite seront de nouveau enregistrés ; pas celui-ci.',
  },
  diskShort: {
    title: 'Disque bientôt plein',
    what: "Les enregistrements en cours risquent de demander plus de place qu'il n'y en a",
    next:
      "Ils continuent. Faites-y de la place avant leur fin (kept/ et outbox/ dans PHYSICAL_BASE_ROOT, ce que Pod n'a pas relevé dans POD_DEFAULT_BBB_PATH). " +
      "S'il reste moins de 1 Go dans PHYSICAL_BASE_ROOT, les nouveaux directs démarrent sans leur enregistrement.",
  },
  recordingKept: {
    title: 'Vidéo mise de côté',
    what: "Une vidéo enregistrée n'a pas pu être remise à Pod et a été mise de côté",
    next:
      "Elle se trouve dans le répertoire kept/ de ce serveur et n'en sera jamais supprimée : publiez-la dans Pod à la main ou supprimez-la. " +
      'Le direct lui-même se termine normalement.',
  },
  fragmentKept: {
    title: 'Fragment mis de côté',
    what: 'Un démarrage qui a échoué avait enregistré un fragment, qui a été mis de côté',
    next: "Il se trouve dans le répertoire kept/ de ce serveur et n'en sera jamais supprimé ; s'il est sans intérêt, supprimez-le.",
  },
  recordingWaiting: {
    title: 'Vidéo en attente',
    what: "Une vidéo enregistrée attend, car Pod n'a pas encore récupéré une vidéo précédente de la même réunion",
    next:
      'Elle sera remise dès que la précédente aura été récupérée. ' +
      'Si cela dure, vérifiez la tâche de Pod (manage.py bbb main) et DEFAULT_BBB_PATH dans Pod.',
  },
  recordingFailed: {
    title: 'Vidéo non remise à Pod',
    what: "Une vidéo enregistrée n'a pas encore pu être remise à Pod",
    next:
      "Le direct s'est terminé normalement et son emplacement est libre ; le fichier attend dans la boîte d'envoi (outbox/) " +
      'et le prochain passage réessaie. ' +
      "Vérifiez que POD_DEFAULT_BBB_PATH est accessible, répond, autorise l'écriture et a assez de place.",
  },
  entryUnreadable: {
    title: "Entrée illisible dans la boîte d'envoi",
    what: "Ce que l'on sait d'une vidéo de la boîte d'envoi (outbox/) n'a pas pu être lu",
    next:
      "Rien n'est fait de cette vidéo et rien n'en est écrasé. Réparez recording.json dans ce répertoire, ou remettez la " +
      'vidéo à Pod à la main puis supprimez le répertoire.',
  },
  recordingMissing: {
    title: "Pas d'enregistrement",
    what: "Un enregistrement était demandé, mais il n'y en avait aucun à la fin du direct",
    next:
      "Le direct lui-même se termine normalement et rien n'est publié. Cherchez dans ce journal ce que ffmpeg a dit et vérifiez que " +
      'le conteneur peut écrire dans videodata (SELinux, droits, place).',
  },
  webinarNotCalled: {
    title: 'Un webinaire jamais démarré',
    what: "Pod indique un webinaire en cours, mais sa passerelle n'a pas été appelée",
    next:
      "Rien n'est démarré : peut-être personne ne l'a-t-il demandé. S'il doit être diffusé, que son propriétaire relance le direct dans Pod. " +
      "Si les appels n'arrivent pas, vérifiez dans l'administration de Pod l'URL et le jeton de cette passerelle de live, ainsi que le pare-feu.",
  },
  webinarWaits: {
    title: 'Un webinaire en attente',
    what: "Un webinaire a été demandé et n'est pas encore démarré",
    next:
      'Il démarrera dès que possible, sans intervention. Si des webinaires se rencontrent souvent sur une même passerelle, ' +
      "ajoutez des passerelles dans l'administration de Pod et des emplacements ici.",
  },
  webinarsNotSetUp: {
    title: 'Webinaires non configurés',
    what: 'Ce Pod demande les directs par des webinaires, et ce serveur ne dessert aucune de ses passerelles',
    next:
      "Depuis la version 3.8.2, Pod n'a plus de demandes de direct. Voyez la page « Pod 4 : webinaires » de la documentation : " +
      "renseignez POD_LIVE_GATEWAYS et les autres variables des webinaires, puis lancez 'bbb-pod-live init'.",
  },
  requestClosed: {
    title: 'Demande close sans démarrage',
    what: 'Une demande a été close sans démarrage, car sa réunion était terminée',
    next: "Il n'y a rien à faire : l'enseignant peut relancer la réunion et refaire sa demande.",
  },
  diskFailed: {
    title: 'Erreur de disque',
    what: "Un fichier ou un répertoire de bbb-pod-live n'a pas pu être lu ou écrit",
    next: "Ce qui en dépend attend et le prochain passage réessaie. Vérifiez l'espace libre et les droits dans PHYSICAL_BASE_ROOT.",
  },
  logUnwritable: {
    title: 'Journal non écrit',
    what: "Le journal (log) n'a pas pu être écrit",
    next:
      "Le travail continue sans lui ; les lignes perdues vont sur la sortie d'erreur. " +
      "Vérifiez l'espace libre et les droits dans PHYSICAL_LOG_ROOT.",
  },
  otherUser: {
    title: 'Lancé par un autre utilisateur',
    what: 'Le programme a été lancé par un autre utilisateur que le propriétaire de son répertoire de base',
    next:
      'Ce que root y crée est donné à ce propriétaire ; ce que crée un autre utilisateur peut rester fermé à celui de la crontab, qui ne peut alors ' +
      'plus terminer ce direct. Lancez-le, à la main aussi, sous le compte du propriétaire de PHYSICAL_BASE_ROOT (sudo -u), ou donnez ce répertoire à ' +
      "l'utilisateur de la crontab.",
  },
  mailFailed: {
    title: 'Mail non envoyé',
    what: "Un mail n'a pas pu être envoyé",
    next: 'Le travail continue. Vérifiez SMTP_URL, ou SENDMAIL_PATH et le service de messagerie local, ainsi que ADMIN_EMAIL.',
  },
  addressRefused: {
    title: 'Une adresse ne reçoit pas les mails',
    what: 'Le serveur de mail refuse une adresse de ADMIN_EMAIL ; les autres reçoivent les mails',
    next: 'Corrigez-la ou retirez-la de ADMIN_EMAIL, ou faites-la accepter par le serveur de mail.',
  },
  lockHeld: {
    title: 'Un passage qui ne se termine pas',
    what: 'Un autre passage lit et décide ici depuis bien trop longtemps',
    next:
      "Rien de nouveau n'est démarré ni arrêté ici tant qu'il n'est pas terminé. Regardez ce processus et ce qu'il attend " +
      '(docker-compose, un partage réseau) ; il peut être arrêté par kill : le passage suivant reprendra la suite.',
  },
  planningTimeout: {
    title: 'Un passage trop long à tout lire',
    what: "Pod, BBB, Docker ou un disque n'a pas répondu à temps, et rien n'a été décidé",
    next: 'Le passage suivant réessaiera. Si cela dure, cherchez lequel est lent ; la limite est PLANNING_TIMEOUT_S.',
  },
  internal: {
    title: 'Erreur interne',
    what: "Une erreur imprévue s'est produite : c'est un défaut de bbb-pod-live",
    next:
      'Ce qui était concerné attend le prochain passage ; le reste du travail continue. ' +
      "Merci de la signaler aux auteurs avec le journal de 'bbb-pod-live run --debug'.",
  },
};
