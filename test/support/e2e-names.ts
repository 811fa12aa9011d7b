// Meeting names of all kinds, and what is to be read of each in Pod and in the container.

export interface NamedMeeting {
  /** As the teacher typed it. */
  name: string;
  /** Name of the broadcaster and title in the container. */
  title: string;
  /** How the name in the mail begins. */
  shown: string;
}

/** For lives 1, 2, 3 … in this order: some of them would collide, and get their livestream's id. */
export function namesOfAllKinds(): NamedMeeting[] {
  return [
    plain('Cours'),
    { name: 'Cours', title: '[BBB] Cours (2)', shown: 'Cours' },
    { name: 'COURS !', title: '[BBB] COURS ! (3)', shown: 'COURS !' },
    plain(`'; DROP TABLE live; -- $(reboot) \`id\` | tee /etc/passwd & exit #`),
    plain('a: "b" # [c, {d}] *e !f %g @h \\n ${PATH} $$ <b>&amp;</b>'),
    { name: 'une\nligne\r\net\tdeux', title: '[BBB] une ligne  et deux', shown: 'une ligne' },
    plain('🎉 Fête 🎓'),
    plain('Лекция'),
    { name: 'Семинар', title: '[BBB] Семинар (9)', shown: 'Семинар' },
    { name: '数学の講義', title: '[BBB] 数学の講義 (10)', shown: '数学の講義' },
    { name: '   ', title: '[BBB] (11)', shown: '' },
    { name: 'é'.repeat(300), title: `[BBB] ${'é'.repeat(194)}`, shown: 'é'.repeat(194) },
  ];
}

function plain(name: string): NamedMeeting {
  return { name, title: `[BBB] ${name}`, shown: name };
}
