// Lint rules: typescript-eslint's strict set, and the import rules of this project's shape: bin → main → cli → one program → shared.
import { defineConfig } from 'eslint/config';
import ts from 'typescript';
import tseslint from 'typescript-eslint';

/** Whose business a module is: everybody else's import of it is an error. */
const PROCESSES = {
  group: ['child_process', 'node:child_process'],
  message: 'Only spawn.ts, lasting-program.ts, lock.ts and worker.ts of shared start processes.',
};
const AXIOS = { group: ['axios', 'axios/*'], message: 'Only shared/http.ts is an HTTP client.' };
const CLI = { group: ['**/cli.js'], message: 'Nothing imports the command line.' };
const LIBRARIES = {
  regex: '^[^.]',
  message: "This part knows neither npm packages nor Node's modules: reach the outside through ports.ts.",
};
/** What stands behind the ports. */
const OUTSIDE = {
  group: ['**/shell/**', '**/real-ports.js', '**/config.js', '**/config-table.js'],
  message: 'This part knows the ports only, not what is behind them.',
};
/** Of `shared`, the files that reach the outside. */
const SHARED_OUTSIDE = {
  regex: '/shared/(files|file-copy|http|spawn|mounts|configuration|config-rules|common-variables)\\.js$',
  message: 'This part is pure: that file of shared is not.',
};
const PROGRAMS = ['tick', 'migrate', 'streamer', 'gateway'];
/** Programs never import each other; what two of them need stands in `shared`. */
const siblingsOf = (program) => ({
  regex: `^(\\.\\./)+(${PROGRAMS.filter((other) => other !== program).join('|')})/`,
  message: 'Programs do not import each other: what two of them need stands in src/shared.',
});
const NO_CLOCK = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Ask the clock of the ports.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Ask the clock of the ports.' },
];
const NO_EXIT = {
  object: 'process',
  property: 'exit',
  message: 'It loses log lines: set process.exitCode in bin/ only.',
};
/** `await import('x')` is not seen by no-restricted-imports. */
const noLazy = (pattern, message) => ({ selector: `ImportExpression[source.value=${pattern}]`, message });
const LAZY_PROCESSES = noLazy('/^(node:)?child_process$/', PROCESSES.message);
const LAZY_AXIOS = noLazy('/^axios/', AXIOS.message);
const NO_LAZY = {
  selector: 'ImportExpression',
  message: 'This part loads nothing later: what it knows stands at the head of its files.',
};

/** `${n}` and not `${String(n)}`: one of them, everywhere. What is no number (null, unknown) is still said by `String`. */
const BARE_NUMBERS = {
  meta: { type: 'suggestion', messages: { bare: 'Write the number bare in the template: ${…}.' }, schema: [] },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    return {
      "TemplateLiteral > CallExpression[callee.name='String'][arguments.length=1]"(node) {
        const type = checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node.arguments[0]));
        const isPlain = (type.isUnion() ? type.types : [type]).every(
          ({ flags }) => (flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.StringLike)) !== 0,
        );
        if (isPlain) context.report({ node, messageId: 'bare' });
      },
    };
  },
};

const imports = (...patterns) => ['error', { patterns }];

/** The same rules inside every program: what is pure, what acts through the ports, what stands behind them. */
function rulesOf(program) {
  const inside = `src/${program}`;
  const siblings = siblingsOf(program);
  return [
    { files: [`${inside}/**/*.ts`], rules: { 'no-restricted-imports': imports(PROCESSES, AXIOS, CLI, siblings) } },
    {
      files: ['plan', 'report', 'status', 'core'].map((folder) => `${inside}/${folder}/**/*.ts`),
      rules: {
        'no-restricted-imports': imports(LIBRARIES, OUTSIDE, SHARED_OUTSIDE, CLI, siblings, {
          // Upwards: to another pure folder, to shared, or to model.ts; inside its own folder freely.
          regex:
            '^(\\.\\./)+(effects/|ways/|shell/|(?!model\\.js$)(read|execute|run|init|ports|errors|config|journal)\\.js$)',
          message: 'What is pure knows its own files, model.ts, and what is pure in shared.',
        }),
        'no-restricted-syntax': ['error', ...NO_CLOCK, NO_LAZY],
      },
    },
    {
      files: ['model', 'webinar-model', 'ports'].map((file) => `${inside}/${file}.ts`),
      rules: {
        'no-restricted-imports': imports(LIBRARIES, OUTSIDE, CLI, siblings),
        'no-restricted-syntax': ['error', ...NO_CLOCK, NO_LAZY],
      },
    },
    {
      files: ['effects/*', 'ways/*', 'execute', 'read', 'read-webinars', 'run', 'init', 'status'].map(
        (file) => `${inside}/${file}.ts`,
      ),
      rules: {
        'no-restricted-imports': imports(LIBRARIES, OUTSIDE, CLI, siblings),
        'no-restricted-syntax': ['error', ...NO_CLOCK, NO_LAZY],
      },
    },
    {
      files: [`${inside}/shell/**/*.ts`],
      rules: {
        'no-restricted-imports': imports(PROCESSES, AXIOS, CLI, siblings, {
          regex: '^(\\.\\./)+(effects/|ways/|(read|execute|run|init|migrate-recordings)\\.js$)',
          message: 'shell knows what is pure, the model and the ports, not who uses it.',
        }),
      },
    },
  ];
}

/** For every file, with types or without. */
const BASIC = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-cond-assign': 'error',
  'no-constant-condition': 'error',
  'no-control-regex': 'error',
  'no-dupe-else-if': 'error',
  'no-dupe-keys': 'error',
  'no-duplicate-case': 'error',
  'no-empty': ['error', { allowEmptyCatch: true }],
  'no-fallthrough': 'error',
  'no-irregular-whitespace': 'error',
  'no-loss-of-precision': 'error',
  'no-misleading-character-class': 'error',
  'no-prototype-builtins': 'error',
  'no-self-assign': 'error',
  'no-self-compare': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-useless-backreference': 'error',
  'no-useless-escape': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'valid-typeof': 'error',
  'no-restricted-properties': ['error', NO_EXIT],
};

const NODE_GLOBALS = [
  'process',
  'console',
  'Buffer',
  'URL',
  'URLSearchParams',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
];

export default defineConfig(
  { ignores: ['dist/', '.build/', 'node_modules/', 'coverage/'] },
  { files: ['**/*.js', '**/*.mjs', '**/*.ts'], rules: BASIC },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: { 'no-undef': 'error', 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { local: { rules: { 'bare-numbers': BARE_NUMBERS } } },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      'local/bare-numbers': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Off: there are no classes and no `this`; ports and tables are plain objects of functions.
      '@typescript-eslint/unbound-method': 'off',
      // Off: there are no enums, and no classes but errors.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Off: code points are what is meant where a text is spread.
      '@typescript-eslint/no-misused-spread': 'off',
      // process.env['NAME'] and records: noPropertyAccessFromIndexSignature's habit, which this rule would undo.
      '@typescript-eslint/dot-notation': 'off',
      // `${number}` says what it means; everything else in a template is still an error.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': imports(PROCESSES, AXIOS, CLI),
      'no-restricted-syntax': ['error', LAZY_PROCESSES, LAZY_AXIOS],
    },
  },
  ...PROGRAMS.flatMap(rulesOf),
  {
    files: ['src/shared/**/*.ts'],
    rules: {
      'no-restricted-imports': imports(PROCESSES, AXIOS, CLI, {
        regex: '^\\.\\./',
        message: 'shared knows none of the programs.',
      }),
    },
  },
  {
    files: ['src/shared/spawn.ts', 'src/shared/lasting-program.ts', 'src/shared/lock.ts', 'src/shared/worker.ts'],
    rules: {
      'no-restricted-imports': imports(AXIOS, CLI, {
        regex: '^\\.\\./',
        message: 'shared knows none of the programs.',
      }),
      'no-restricted-syntax': ['error', LAZY_AXIOS],
    },
  },
  {
    files: ['src/shared/http.ts'],
    rules: {
      'no-restricted-imports': imports(PROCESSES, CLI, {
        regex: '^\\.\\./',
        message: 'shared knows none of the programs.',
      }),
      'no-restricted-syntax': ['error', LAZY_PROCESSES],
    },
  },
  {
    // The man page shows the command tree, and what the entry calls comes before it.
    files: ['src/docs/**/*.ts', 'src/main.ts'],
    rules: { 'no-restricted-imports': imports(PROCESSES, AXIOS) },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Off: a test states what it knows to be there, and fails at that very line when it is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Off: jest's asymmetric matchers (expect.stringMatching) are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // Off: a flag that a callback sets looks constant to the compiler.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
);
