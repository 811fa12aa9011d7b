// Finds, in the text of the sources, what is loaded later (`await import(…)`), and which names of it are used.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

export interface LazyImport {
  /** E.g. `src/tick/shell/log.ts`. */
  file: string;
  /** As it is written there. */
  name: string;
  used: string[];
}

/** Of all sources, but for Node's own modules, which nothing bundles. An import of which the names cannot be seen is an error: write it as `const { … } = await import(…)`. */
export function lazyImports(): LazyImport[] {
  return sources().flatMap((file) => importsIn(file, readFileSync(file, 'utf8')));
}

function sources(): string[] {
  const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return paths.sort().map((path) => join('src', path));
}

export function importsIn(file: string, text: string): LazyImport[] {
  const found: LazyImport[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const name = textOf(node.arguments[0]);
      if (!isBuiltin(name)) found.push({ file, name, used: namesUsed(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function textOf(node: ts.Node | undefined): string {
  if (node === undefined || !ts.isStringLiteral(node)) throw new Error('what is loaded later is named by a plain text');
  return node.text;
}

/** `const { parse } = await import('yaml')`, `(await import('yaml')).parse`, or one of several in `await Promise.all([…])`. */
function namesUsed(call: ts.CallExpression): string[] {
  const { parent } = call;
  if (ts.isAwaitExpression(parent)) return namesOfAwaited(parent, (pattern) => pattern);
  const all = ts.isArrayLiteralExpression(parent) ? parent.parent.parent : undefined;
  if (all === undefined || !ts.isAwaitExpression(all)) return unseen(call);
  const index = (parent as ts.ArrayLiteralExpression).elements.indexOf(call);
  return namesOfAwaited(all, (pattern) => {
    const element = ts.isArrayBindingPattern(pattern) ? pattern.elements[index] : undefined;
    return element !== undefined && ts.isBindingElement(element) ? element.name : pattern;
  });
}

function namesOfAwaited(node: ts.AwaitExpression, choose: (pattern: ts.BindingName) => ts.BindingName): string[] {
  const outer = ts.isParenthesizedExpression(node.parent) ? node.parent.parent : node.parent;
  if (ts.isPropertyAccessExpression(outer)) return [outer.name.text];
  const pattern = ts.isVariableDeclaration(outer) ? choose(outer.name) : undefined;
  if (pattern === undefined || !ts.isObjectBindingPattern(pattern)) return unseen(node);
  return pattern.elements.map(({ propertyName, name }) => (propertyName ?? name).getText());
}

function unseen(node: ts.Node): never {
  const { fileName } = node.getSourceFile();
  throw new Error(`${fileName}: which names are used of '${node.getText()}' cannot be seen`);
}
